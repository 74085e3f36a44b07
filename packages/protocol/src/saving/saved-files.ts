import type { Item } from "../bundle.ts";

/** The shortest password for a file that is kept, in characters. */
export const SHORTEST_FILE_PASSWORD = 12;

/**
 * `{ label: { name: value } }`, two spaces deep, and `{ label: value }` where the item is one plain value. Equal labels and names get a
 * number behind them.
 */
export function jsonFile(items: readonly Item[]): string {
  const numbered = (count: number) => ` (${count})`;
  const labels = distinct(
    items.map(({ label }) => label),
    numbered,
  );
  const object = fromPairs<string | Record<string, string>>(
    items.map(({ label, fields }, index) => {
      const [first, ...others] = fields;
      if (first?.name === label && others.length === 0) return [labels[index] ?? "", first.value];
      const names = distinct(
        fields.map(({ name }) => name),
        numbered,
      );
      return [labels[index] ?? "", fromPairs(fields.map(({ value }, at) => [names[at] ?? "", value]))];
    }),
  );
  return `${JSON.stringify(object, null, 2)}\n`;
}

/** Own properties, whatever their names: `__proto__` is a name like any other. */
function fromPairs<Value>(pairs: readonly (readonly [string, Value])[]): Record<string, Value> {
  return Object.fromEntries(pairs);
}

/** All values for one paste: a line `name: value` each, under their item's label where there are several and they do not bear it. */
export function asText(items: readonly Item[]): string {
  const withFields = items.filter(({ fields }) => fields.length > 0);
  const block = ({ label, fields }: Item) => [
    ...(withFields.length > 1 && fields.some(({ name }) => name !== label) ? [label] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
  ];
  return withFields.map((item) => block(item).join("\n")).join("\n\n");
}

/**
 * The names, made different where they are equal: the second `a` becomes `a` + `join(2)`.
 * @param fold gives equal texts for names that must not stand beside each other; as they are written where it is left out
 */
export function distinct(
  names: readonly string[],
  join: (count: number) => string,
  fold: (name: string) => string = (name) => name,
): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let unique = name;
    for (let count = 2; taken.has(fold(unique)); count += 1) unique = name + join(count);
    taken.add(fold(unique));
    return unique;
  });
}

/**
 * Names for files in one folder: {@link fileName} of each, made different also where only letter case or the spelling in Unicode differs,
 * for Windows and macOS take those for one name.
 */
export function fileNames(names: readonly string[]): readonly string[] {
  return distinct(
    names.map(fileName),
    (count) => `-${count}`,
    (name) => name.normalize("NFKC").toUpperCase().normalize("NFC"),
  );
}

/** The longest name, in characters; most file systems take 255 bytes. */
const LONGEST_NAME = 80;

/** A name that no system takes for a path, a device, an option or a hidden file; cut, it keeps its extension. */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? "";
  const safe = last
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, "_")
    .replace(/^[.\s~-]+|[.\s]+$/g, "")
    .replace(/^(?=(?:con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|conin\$|conout\$)\s*(?:\.|$))/i, "_");
  if (safe === "") return "secret";
  const [, stem = "", extension = ""] = /^(.*?)(\.[^.]{1,12})?$/s.exec(safe) ?? [];
  return [...stem].slice(0, LONGEST_NAME - extension.length).join("") + extension;
}
