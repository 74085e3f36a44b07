import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";

test("the program in docs/sdk.md is the example that is type-checked", () => {
  const [, program] = /```ts\n([\s\S]*?)```/.exec(readFileSync("docs/sdk.md", "utf8")) ?? [];
  expect(program).toBe(readFileSync("examples/deliver.ts", "utf8"));
});
