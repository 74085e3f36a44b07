import { readFileSync } from "node:fs";
import { parse } from "yaml";

type ActionFile = {
  readonly inputs: Readonly<Record<string, { readonly default?: unknown; readonly required?: boolean }>>;
};

/**
 * Inputs as the runner hands them to an action: in the environment, with the defaults of action.yml.
 * @throws Error for an input that action.yml does not know; the runner would only warn
 */
export function inputEnvironment(given: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const file: ActionFile = parse(readFileSync(new URL("../../../../action.yml", import.meta.url), "utf8"));
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(file.inputs, name));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  const values = Object.entries(file.inputs).map(([name, { default: fallback }]) => [
    variableOf(name),
    given[name] ?? (fallback === undefined ? "" : String(fallback)),
  ]);
  return Object.fromEntries(values);
}

function variableOf(name: string): string {
  return `INPUT_${name.replaceAll(" ", "_").toUpperCase()}`;
}
