import type { Item } from "@secret-handoff/protocol";

/** All values for one paste: a line `name: value` each, under their item's label where there are several. */
export function asText(items: readonly Item[]): string {
  const withFields = items.filter(({ fields }) => fields.length > 0);
  const block = ({ label, fields }: Item) => [
    ...(withFields.length > 1 ? [label] : []),
    ...fields.map(({ name, value }) => `${name}: ${value}`),
  ];
  return withFields.map((item) => block(item).join("\n")).join("\n\n");
}
