import type { Variable } from "./variables.ts";

type Outputs = readonly string[];

/** The generated part of a module's README: what it takes and what it gives. */
export function interfaceTables(variables: Readonly<Record<string, Variable>>, outputs: Outputs): string {
  const inputs = Object.entries(variables).map(
    ([name, { type, description, default: value }]) =>
      `| \`${name}\` | \`${shorten(type)}\` | ${value === undefined ? "required" : `\`${shorten(JSON.stringify(value))}\``} | ${description} |`,
  );
  return [
    "| Input | Type | Default | |",
    "|---|---|---|---|",
    ...inputs,
    "",
    `Outputs: ${outputs.map((name) => `\`${name}\``).join(", ")}.`,
    "",
  ].join("\n");
}

/** Long types and defaults are to be read in main.tf.json. */
function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, text.search(/[({[]/) + 1)}…`;
}
