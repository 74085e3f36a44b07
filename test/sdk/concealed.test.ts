import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { Concealed } from "@secret-handoff/sdk";

const concealed = new Concealed("hunter2-hunter2");

test.each([
  ["a template", `${concealed}`],
  ["String()", String(concealed)],
  ["JSON", JSON.stringify({ concealed })],
  ["inspect", inspect({ deep: { concealed } }, { showHidden: true, depth: 9 })],
  ["its own keys", JSON.stringify(Object.entries(concealed))],
])("a concealed value does not show in %s", (_, shown) => {
  expect(shown).not.toContain("hunter2");
});

test("only reveal gives a concealed value", () => {
  expect(concealed.reveal()).toBe("hunter2-hunter2");
});
