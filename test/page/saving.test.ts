import { parseEnv } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { Item } from "@secret-handoff/protocol";
import { asText, envFile, fileName, jsonFile } from "@secret-handoff/protocol/saving";
import fc from "fast-check";
import { atTier, report, SEED } from "../support/tier.ts";
import { NAUGHTY } from "./naughty.ts";
import { readAsDotenv, readWithShell } from "./readers.ts";

const item = (values: readonly string[], concealed = true): Item => ({
  label: "naughty",
  fields: values.map((value, index) => ({ name: `V${index}`, value, concealed })),
});

const anyText = fc.string({ unit: "binary", maxLength: 40 }).filter((text) => !text.includes("\0"));
const shellText = fc.string({ unit: fc.constantFrom(..."'\"$`\\#\n ={}!a"), maxLength: 12 });

describe(".env", () => {
  test("every naughty string comes out of sh as it went in", () => {
    const { text, leftOut } = envFile([item(NAUGHTY)]);
    const read = readWithShell(
      text,
      NAUGHTY.map((_, index) => `V${index}`),
    );
    expect(NAUGHTY.map((_, index) => read[`V${index}`])).toEqual(NAUGHTY);
    expect(leftOut).toEqual([]);
  });

  test.each([
    ["dotenv's rules", readAsDotenv],
    ["Node's own parser", (text: string) => parseEnv(text)],
  ])("by %s it reads the same, but for the values that the file marks", (_, read) => {
    const { text, shellOnly } = envFile([item(NAUGHTY)]);
    const values = read(text);
    const same = NAUGHTY.filter((value, index) => values[`V${index}`] === value);
    const unmarked = NAUGHTY.filter((__, index) => !shellOnly.includes(`V${index}`));
    expect(unmarked.filter((value) => !same.includes(value))).toEqual([]);
    report(`.env: ${NAUGHTY.length} naughty strings, ${shellOnly.length} of them marked as for sh only`);
  });

  test("any text at all comes out of sh as it went in", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, shellText), { minLength: 1, maxLength: 20 }), (values) => {
        const { text } = envFile([item(values)]);
        const read = readWithShell(
          text,
          values.map((_, index) => `V${index}`),
        );
        expect(values.map((_, index) => read[`V${index}`])).toEqual(values);
      }),
      { seed: SEED, numRuns: atTier({ cit: 40, proof: 2_000 }) },
    );
  });

  test("whatever is not marked is read alike by dotenv's rules and by Node", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(anyText, shellText), { minLength: 1, maxLength: 8 }), (values) => {
        const { text, shellOnly } = envFile([item(values)]);
        for (const read of [readAsDotenv(text), parseEnv(text)]) {
          for (const [index, value] of values.entries()) {
            if (!shellOnly.includes(`V${index}`)) expect(read[`V${index}`]).toBe(value);
          }
        }
      }),
      { seed: SEED, numRuns: atTier({ cit: 500, proof: 50_000 }) },
    );
  });

  test("a value with a NUL is left out, and said so in the file", () => {
    const { text, leftOut } = envFile([item(["a\0b", "c"])]);
    expect(leftOut).toEqual(["V0"]);
    expect(text).toContain("# V0 is left out");
    expect(readWithShell(text, ["V0", "V1"])).toEqual({ V0: "", V1: "c" });
  });

  test.each([
    [["api-key"], ["API_KEY"]],
    [
      ["2fa", "été", "日本", ""],
      ["_2FA", "ETE", "SECRET", "SECRET_2"],
    ],
    [
      ["a b", "a_b", "a-b"],
      ["A_B", "A_B_2", "A_B_3"],
    ],
    [
      ["$(id)", "x;y", "a=b"],
      ["ID", "X_Y", "A_B"],
    ],
  ])("the names %j become %j", (names, expected) => {
    const fields = names.map((name) => ({ name, value: "1", concealed: true }));
    const { text } = envFile([{ label: "one", fields }]);
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => line.split("=")[0]),
    ).toEqual(expected);
  });

  test("the names of several items begin with their labels", () => {
    const fields = [{ name: "password", value: "1", concealed: true }];
    const { text } = envFile([
      { label: "prod/orders", fields },
      { label: "prod/users", fields },
    ]);
    expect(text).toBe("PROD_ORDERS_PASSWORD='1'\nPROD_USERS_PASSWORD='1'\n");
  });
});

describe("JSON", () => {
  test("every naughty string comes back, also as a name", () => {
    const fields = NAUGHTY.map((value) => ({ name: value, value, concealed: true }));
    const read = JSON.parse(jsonFile([{ label: "a", fields }]));
    expect(Object.keys(read.a).sort()).toEqual([...NAUGHTY].sort());
    for (const value of NAUGHTY) expect(Object.getOwnPropertyDescriptor(read.a, value)?.value).toBe(value);
  });

  test("equal labels and names lose nothing", () => {
    const fields = [1, 2].map((value) => ({ name: "__proto__", value: String(value), concealed: true }));
    const text = jsonFile([
      { label: "x", fields },
      { label: "x", fields: [] },
    ]);
    expect(text).toBe(
      '{\n  "x": {\n    "__proto__": "1",\n    "__proto__ (2)": "2"\n  },\n  "x (2)": {}\n}\n',
    );
  });
});

describe("copy all", () => {
  const fields = [{ name: "a", value: "1", concealed: true }];
  test("one item goes without its label, several with", () => {
    expect(asText([{ label: "x", fields }])).toBe("a: 1");
    expect(
      asText([
        { label: "x", fields },
        { label: "file", fields: [] },
        { label: "y", fields },
      ]),
    ).toBe("x\na: 1\n\ny\na: 1");
  });
});

test.each([
  ["client.p12", "client.p12"],
  ["../../.ssh/authorized_keys", "authorized_keys"],
  ["C:\\Windows\\evil.exe", "evil.exe"],
  [".bashrc", "bashrc"],
  ["-rf", "rf"],
  ["gpj.\u202eexe", "gpj._exe"],
  ["a\nb", "a_b"],
  ["...", "secret"],
  ["", "secret"],
  ["x".repeat(300), "x".repeat(80)],
  [`${"x".repeat(300)}.tar.p12`, `${"x".repeat(76)}.p12`],
  ["\u{1f511}".repeat(100), "\u{1f511}".repeat(80)],
  ["CON", "_CON"],
  ["nul.txt", "_nul.txt"],
  ["com1.pem", "_com1.pem"],
  ["console.pem", "console.pem"],
  ["~root.key", "root.key"],
  ["key.pem. ", "key.pem"],
])("the file name %j is saved as %j", (name, expected) => {
  expect(fileName(name)).toBe(expected);
});
