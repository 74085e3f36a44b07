import { describe, expect, test } from "@jest/globals";
import { maskedForms, maskLogin, SHORTEST_MASKED } from "@secret-handoff/action";
import fc from "fast-check";
import { atTier, SEED } from "../support/tier.ts";

const forms = (value: string | Uint8Array) => new Set(maskedForms(value));

describe("a secret is masked", () => {
  const secret = 'pä$s "w0rd\'s"/+&=';
  test.each([
    ["as it is", secret],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64 without padding", Buffer.from(secret).toString("base64").replace(/=+$/, "")],
    ["in base64url", Buffer.from(secret).toString("base64url")],
    ["in hex", Buffer.from(secret).toString("hex")],
    ["in upper-case hex", Buffer.from(secret).toString("hex").toUpperCase()],
    ["URL-encoded", encodeURIComponent(secret)],
    ["URL-encoded as forms do", encodeURIComponent(secret).replaceAll("%20", "+")],
    ["as a form of a browser's", "p%C3%A4%24s+%22w0rd%27s%22%2F%2B%26%3D"],
    ["as a whole URL is encoded", encodeURI(secret)],
    ["inside a JSON string", JSON.stringify(secret).slice(1, -1)],
    ["as Go writes JSON", 'pä$s \\"w0rd\'s\\"/+\\u0026='],
    ["as Python writes JSON", 'p\\u00e4$s \\"w0rd\'s\\"/+&='],
    ["as PHP writes JSON", 'p\\u00e4$s \\"w0rd\'s\\"\\/+&='],
  ])("%s", (_, form) => {
    expect(forms(secret)).toContain(form);
  });
});

test.each([
  ["base64", 64],
  ["base64", 76],
  ["hex", 60],
] as const)(
  "a long secret is masked in %s of %i columns, with a line end behind it or without",
  (encoding, columns) => {
    const secret = Array.from({ length: 40 }, (_, at) => `word-${at}`).join(" ");
    const masked = [...forms(secret)];
    for (const text of [secret, `${secret}\n`]) {
      const lines =
        Buffer.from(text)
          .toString(encoding)
          .match(new RegExp(`.{1,${columns}}`, "g")) ?? [];
      expect(lines.length).toBeGreaterThan(3);
      // As the runner does: of a line that contains a masked form, the rest alone is shown.
      for (const line of lines) {
        const longest = Math.max(...masked.filter((form) => line.includes(form)).map(({ length }) => length));
        expect({ line, rest: line.length - longest <= 4 }).toEqual({ line, rest: true });
      }
    }
  },
);

test("the leaves of JSON are masked, also deep, in arrays and in JSON inside strings", () => {
  const masked = forms('{"a":{"b":["leaf-one",123456]},"c":"{\\"d\\":\\"leaf-two\\"}","e":true}');
  for (const leaf of ["leaf-one", "123456", "leaf-two"]) {
    expect(masked).toContain(leaf);
    expect(masked).toContain(Buffer.from(leaf).toString("base64url"));
  }
});

test("the lines of a key are masked, and neither its short lines nor what every key begins and ends with", () => {
  const masked = forms(
    "-----BEGIN PRIVATE KEY-----\r\nAAAABBBB\n  indented  \nshort\n{\n-----END PRIVATE KEY-----\n",
  );
  for (const line of ["AAAABBBB", "  indented  ", "indented"]) expect(masked).toContain(line);
  for (const line of ["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "short", "{"])
    expect(masked).not.toContain(line);
});

describe("what the recipient sees unconcealed is not masked:", () => {
  const database = {
    ...{ engine: "postgres", host: "orders.example.com", port: 543210, dbname: "orders-production" },
    ...{ username: "orders-app", dbInstanceIdentifier: "orders-db-1", password: "hunter2-hunter2" },
    nested: { host: "replica.example.com", token: "nested-token" },
  };
  test.each([
    ["on one line", JSON.stringify(database)],
    ["on several", JSON.stringify(database, undefined, 2)],
    ["in bytes", Buffer.from(JSON.stringify(database))],
  ])("the JSON of a database, %s", (_, value) => {
    const masked = forms(value);
    for (const shown of ["postgres", "orders.example.com", "543210", "orders-production", "orders-app"])
      expect(masked).not.toContain(shown);
    for (const shown of ["orders-db-1", "replica.example.com"]) expect(masked).not.toContain(shown);
    const line = [...masked].find((form) => form.includes("orders.example.com") && !form.includes("hunter2"));
    expect(line).toBeUndefined();
    for (const concealed of ["hunter2-hunter2", "nested-token"]) {
      expect(masked).toContain(concealed);
      expect(masked).toContain(Buffer.from(concealed).toString("base64"));
    }
  });
});

test("a leaf is masked as it reads and as it is written", () => {
  const masked = forms('{"a":"sl\\/ash-\\u00e4"}');
  expect(masked).toContain("sl/ash-ä");
  expect(masked).toContain("sl\\/ash-\\u00e4");
});

test("a value of several lines is never given whole, for the runner would mask its short lines", () => {
  const value = '{\n  "password": "hunter2-hunter2"\n}';
  expect([...forms(value)].filter((form) => /[\r\n]/.test(form))).toEqual([]);
  expect(forms(value)).toContain("hunter2-hunter2");
  expect(forms(value)).toContain(JSON.stringify(value).slice(1, -1));
  expect(forms(value)).toContain(Buffer.from(value).toString("base64"));
});

test.each(["true", "5432", "admin", "{}", "      ", ""])("%j blanks no log", (value) => {
  expect(forms(value)).not.toContain(value);
});

test("bytes are masked in their encodings, and as text when they are text", () => {
  const bytes = Uint8Array.of(0, 200, 255, 7, 9, 11);
  expect(forms(bytes)).toEqual(
    new Set([
      Buffer.from(bytes).toString("base64"),
      encodeURIComponent(Buffer.from(bytes).toString("base64")),
      Buffer.from(bytes).toString("base64url"),
      Buffer.from(bytes).toString("hex"),
      Buffer.from(bytes).toString("hex").toUpperCase(),
    ]),
  );
  expect(forms(Buffer.from("text in disguise"))).toContain("text in disguise");
  expect(forms(Buffer.from('{"a":"leaf in disguise"}'))).toContain("leaf in disguise");
});

test("half a character does not stop the masking", () => {
  expect(forms("half-a-character-\ud800")).toContain("half-a-character-\ud800");
});

test("whatever the value, no form is short, blank or of several lines, and a long line is always there", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (value) => {
      const masked = maskedForms(value);
      expect(masked.every((form) => form.length >= SHORTEST_MASKED && !/[\r\n]/.test(form))).toBe(true);
      const lines = value.split(/\r\n|\r|\n/).filter((line) => line.trim().length >= 8);
      expect(lines.every((line) => masked.includes(line))).toBe(true);
    }),
    { seed: SEED, numRuns: atTier({ cit: 500, proof: 10_000 }) },
  );
});

test("a login at a mail server is masked as it is sent, for a server that repeats it", () => {
  const masked = new Set<string>();
  const workflow = { mask: (form: string) => void masked.add(form) };
  maskLogin(workflow, "mails", { password: "hunter2-hunter" });
  maskLogin(workflow, "mails", { token: "opaque-token" });
  for (const sent of [
    "hunter2-hunter",
    "\0mails\0hunter2-hunter",
    "mails\0mails\0hunter2-hunter",
    "opaque-token",
    "user=mails\u0001auth=Bearer opaque-token\u0001\u0001",
  ])
    expect(masked).toContain(Buffer.from(sent).toString("base64"));
});
