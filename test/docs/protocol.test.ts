import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { vectors } from "../vectors/read.ts";

const page = readFileSync(new URL("../../docs/protocol.md", import.meta.url), "utf8");

test("the example's bytes are those of the vectors' second handoff", () => {
  const example = /^## An example$(.*?)^## /ms.exec(page)?.[1] ?? "";
  const handoff = JSON.stringify(vectors.handoffs[1]);
  const spelt = example.match(/\b[\w-]{22,}\b/g) ?? [];
  expect(spelt.length).toBeGreaterThan(20);
  expect(spelt.filter((bytes) => !handoff.includes(bytes))).toEqual([]);
});

test("every code that a vector is refused with is explained", () => {
  const groups = Object.values(vectors).filter((group) => typeof group === "object");
  const all = groups.flatMap((group): readonly object[] => ("vectors" in group ? group.vectors : group));
  const codes = new Set(all.flatMap((vector) => ("error" in vector ? [String(vector.error)] : [])));
  expect([...codes].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
});
