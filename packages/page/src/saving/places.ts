import type { Field, Item } from "@secret-handoff/protocol";

/** One value of the bundle with a name of its own for every format. */
export type Place = { readonly item: Item; readonly field: Field };

export function placesOf(items: readonly Item[]): readonly Place[] {
  return items.flatMap((item) => item.fields.map((field) => ({ item, field })));
}

/** The names, made different where they are equal: the second `a` becomes `a` + `join(2)`. */
export function distinct(names: readonly string[], join: (count: number) => string): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(unique); count += 1) unique = name + join(count);
    taken.add(unique);
    return unique;
  });
}
