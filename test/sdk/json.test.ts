import { expect, test } from "@jest/globals";
import { Concealed, jsonScalars, rotate } from "@secret-handoff/sdk";
import fc from "fast-check";
import { atTier, SEED } from "../support/tier.ts";
import { unending } from "./deadlines.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { sealedItems } from "./sealed-items.ts";
import { labelled } from "./secrets.ts";

/** Whatever the JSON and however it is written: what is replaced is one value, and what is delivered is what was written. */

const RUNS = { seed: SEED, numRuns: atTier({ cit: 500, proof: 10_000 }) };

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const number = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,4})?([eE][+-]?\d{1,2})?$/);
const characters = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom('"', "\\", '\\"', "{", "}]", ',"a":', "password", "\u2028", "\ud800", "", "1"),
);
/** A string as JSON, each character plain or escaped. */
const text = fc.tuple(characters, fc.boolean()).map(([value, escaped]) => {
  if (!escaped) return JSON.stringify(value);
  const units = value.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${units.join("")}"`;
});
const { json } = fc.letrec<{ json: string }>((tie) => {
  const padded = fc.tuple(space, tie("json"), space).map((parts) => parts.join(""));
  const member = fc.tuple(space, text, space, padded).map(([a, key, b, value]) => `${a}${key}${b}:${value}`);
  return {
    json: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      number,
      text,
      fc.constantFrom("true", "false", "null", "{}", "[ ]"),
      fc.array(padded, { maxLength: 4 }).map((items) => `[${items.join(",")}]`),
      fc.array(member, { maxLength: 4 }).map((items) => `{${items.join(",")}}`),
    ),
  };
});
const others = fc.array(
  fc
    .tuple(space, text, space, space, json, space)
    .filter(([, key]) => JSON.parse(key) !== "password")
    .map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`),
  { maxLength: 4 },
);

test("rotate: generate replaces the value of its key, and every other byte stays", async () => {
  await fc.assert(
    fc.asyncProperty(others, others, json, space, async (before, after, old, gap) => {
      const left = `{${[...before, `${gap}"password"${gap}:${gap}`].join(",")}`;
      const right = `${[gap, ...after].join(",")}}`;
      expect(await rotated(left + old + right)).toBe(`${left}"new-password"${right}`);
    }),
    RUNS,
  );
});

test("a leaf is delivered as it is written, a string as it reads", () => {
  // Half a character is refused as a whole (contents.test.ts).
  const whole = json.filter((value) => !value.includes("\\ud800"));
  fc.assert(
    fc.property(whole, space, (value, gap) => {
      const [item] = sealedItems([labelled("a", `{"key":${gap}${value}${gap},"other":1}`)], {
        parseJson: true,
      });
      const parsed: unknown = JSON.parse(value);
      const [first] = item?.fields ?? [];
      if (typeof parsed === "string") expect(first?.value).toBe(parsed);
      else if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
        expect(first?.value).toBe(value);
      else if (Object.keys(parsed).length === 0) expect(first?.value).toBe(value);
      else expect(first?.name.startsWith("key.")).toBe(true);
    }),
    RUNS,
  );
});

test("every number and string that a program could read is among the scalars", () => {
  fc.assert(
    fc.property(json, (value) => {
      const scalars = new Set(jsonScalars(`[${value}]`).map((scalar) => scalar.value));
      JSON.parse(value, (_, found: unknown) => {
        if (["string", "number", "boolean"].includes(typeof found)) expect(scalars).toContain(String(found));
        return found;
      });
    }),
    RUNS,
  );
});

/** What the secret's text becomes. */
async function rotated(value: string): Promise<string> {
  const secret = labelled("a", value);
  let staged = "";
  const secrets = {
    stages: async () => ({ arn: secret.arn, rotates: false, changedAt: 0, labels: {} }),
    begin: async () => "begun" as const,
    password: async () => new Concealed("new-password"),
    stage: async (_: string, __: string, made: Concealed<string>) => {
      staged = made.reveal();
      return "staged" as const;
    },
    promote: async () => "promoted" as const,
    unlabel: async () => {},
  };
  const source = { read: async () => secret, namesWithPrefix: async () => [] };
  await rotate(
    { secret, versionId: "new", limitMs: 1 },
    { kind: "generate", key: "password", rules: { length: 32, classes: ["lowercase"], exclude: "" } },
    { secrets, source, runtime: quickRuntime() },
    unending(),
  );
  return staged;
}
