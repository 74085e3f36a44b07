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
