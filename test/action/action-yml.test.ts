import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { INPUTS, type InputSpec } from "@secret-handoff/action";
import { parse } from "yaml";

type Declared = { readonly description?: string; readonly required?: boolean; readonly default?: unknown };
type ActionYml = {
  readonly inputs: Readonly<Record<string, Declared>>;
  readonly outputs: Readonly<Record<string, Declared>>;
  readonly runs: { readonly using: string; readonly main: string };
};

const action: ActionYml = parse(readFileSync(new URL("../../action.yml", import.meta.url), "utf8"));

test("action.yml declares the inputs that the code reads, with the same defaults", () => {
  const declared = Object.entries(action.inputs).map(([name, { required, default: value }]) => [
    name,
    { ...(required ? { required } : {}), ...(value === undefined ? {} : { default: value }) },
  ]);
  const read = Object.entries(INPUTS).map(([name, spec]) => {
    const { required, default: value }: InputSpec = spec;
    return [name, { ...(required ? { required } : {}), ...(value === undefined ? {} : { default: value }) }];
  });
  expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(read));
});

test("every input and output is described", () => {
  const undescribed = Object.entries({ ...action.inputs, ...action.outputs }).filter(
    ([, { description }]) => !description || !/\.$/.test(description.trim()),
  );
  expect(undescribed).toEqual([]);
});

test("it runs the committed bundle on node24", () => {
  expect(action.runs).toEqual({ using: "node24", main: "packages/action/dist/index.cjs" });
});
