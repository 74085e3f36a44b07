import type { Item } from "@secret-handoff/protocol";

/** `{ label: { name: value } }`, two spaces deep. Equal labels and names get a number behind them. */
export function jsonFile(items: readonly Item[]): string {
  const numbered = (count: number) => ` (${count})`;
  const labels = distinct(
    items.map(({ label }) => label),
    numbered,
  );
  const object = fromPairs(
    items.map(({ fields }, index) => {
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

/** All values for one paste: a line `name: value` each, under their item's label where there are several. */
export function asText(items: readonly Item[]): string {
  const withFields = items.filter(({ fields }) => fields.length > 0);
  const block = ({ label, fields }: Item) => [
    ...(withFields.length > 1 ? [label] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
  ];
  return withFields.map((item) => block(item).join("\n")).join("\n\n");
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

/** Hands bytes to the browser as a download, without a type: no browser shall look into it, whatever the sender called it. */
export function saveFile(name: string, data: BlobPart): void {
  const url = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName(name);
  link.click();
  // The browser has its own hold on the bytes by then; some need a moment to take it.
  setTimeout(() => URL.revokeObjectURL(url), 30_000);
}

/** The longest name, in characters; most file systems take 255 bytes. */
const LONGEST_NAME = 80;

/** A name that no system takes for a path, a device, an option or a hidden file; cut, it keeps its extension. */
export function fileName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? "";
  const safe = last
    .replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, "_")
    .replace(/^[.\s~-]+|[.\s]+$/g, "")
    .replace(/^(?=(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))/i, "_");
  if (safe === "") return "secret";
  const [, stem = "", extension = ""] = /^(.*?)(\.[^.]{1,12})?$/s.exec(safe) ?? [];
  return [...stem].slice(0, LONGEST_NAME - extension.length).join("") + extension;
}
