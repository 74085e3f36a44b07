import type { Item } from "@secret-handoff/protocol";
import { distinct } from "./distinct.ts";

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
