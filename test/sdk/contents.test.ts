import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { encodeBundle, MAX_PLAINTEXT, type Receipt } from "@secret-handoff/protocol";
import { Concealed, DeliveryContents, jsonScalars } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";
import { sealedItems } from "./sealed-items.ts";
import { labelled } from "./secrets.ts";

const fieldsOf = (value: string, parseJson = true) =>
  sealedItems([labelled("a", value)], { parseJson })[0]?.fields.map(({ name, value: text }) => [name, text]);

test("a text is one field, which bears the label", () => {
  expect(fieldsOf("p4ss")).toEqual([["a", "p4ss"]]);
});

test.each([
  ["an array", "[1,2]"],
  ["a number", "12"],
  ["an empty object", "{}"],
  ["broken JSON", '{"a":'],
  ["JSON of twenty thousand levels", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
])("%s is one field, as it stands", (_, text) => {
  expect(fieldsOf(text)).toEqual([["a", text]]);
});

test("the leaves of a JSON secret are fields, nested names joined with a dot", () => {
  expect(
    fieldsOf('{"user":"u","db":{"port":5432,"tls":true,"none":null,"empty":{}},"hosts":["a","b"],"a.b":"c"}'),
  ).toEqual([
    ["user", "u"],
    ["db.port", "5432"],
    ["db.tls", "true"],
    ["db.none", "null"],
    ["db.empty", "{}"],
    ["hosts", '["a","b"]'],
    ["a.b", "c"],
  ]);
});

test("numbers are delivered as they are written, alone, deep and in arrays", () => {
  expect(fieldsOf('{"accountId":123456789012345678901,"rate": 1.10,"n":{"e":1E2},"all":[1.10, -0]}')).toEqual(
    [
      ["accountId", "123456789012345678901"],
      ["rate", "1.10"],
      ["n.e", "1E2"],
      ["all", "[1.10, -0]"],
    ],
  );
});

test("keys keep their order, and of a key that comes twice the last counts", () => {
  expect(fieldsOf('{"b":"1","2":"two","b":"3"}')).toEqual([
    ["b", "3"],
    ["2", "two"],
  ]);
});

test("a JSON secret stays whole unless leaves are asked for", () => {
  expect(fieldsOf('{"a":"b"}', false)).toEqual([["a", '{"a":"b"}']]);
});

test("a key named __proto__ is a field like any other", () => {
  expect(fieldsOf('{"__proto__":{"x":"y"},"constructor":"z"}')).toEqual([
    ["__proto__.x", "y"],
    ["constructor", "z"],
  ]);
});

test("everything is concealed but where a database is and who logs in", () => {
  const text = '{"host":"h","password":"p","username":"u","replica":{"port":1}}';
  const [item] = sealedItems([labelled("a", text)], { parseJson: true });
  expect(item?.fields.map(({ name, concealed }) => [name, concealed])).toEqual([
    ["host", false],
    ["password", true],
    ["username", false],
    ["replica.port", false],
  ]);
});

test.each([
  ["prod/keys/signing.p12", "signing.p12"],
  ["..", "secret"],
  ["a/../../etc/passwd", "passwd"],
  ["naïve key", "naïve key"],
  ["id_ed25519", "id_ed25519"],
  ["config.yaml", "config.yaml"],
  [".env", "env"],
  ["prod/keys/", "keys"],
])("a binary secret labelled %s is the file %s", (label, name) => {
  const data = new Uint8Array([0, 255, 1]);
  const [item] = sealedItems([labelled("x", data, { label })], { parseJson: true });
  expect(item).toEqual({ label, fields: [], files: [{ name, mediaType: "application/octet-stream", data }] });
});

test("a bundle that fills the largest envelope passes, one byte more is refused with both sizes", () => {
  const contents = (length: number) => sealedItems([labelled("a", "x".repeat(length))], { parseJson: false });
  const size = encodeBundle({ items: contents(1), receipt: new Uint8Array(32) as Receipt }).length;
  const most = MAX_PLAINTEXT - size + 1;
  expect(() => contents(most)).not.toThrow();
  const error = errorOf(() => contents(most + 1));
  expect([error.code, error.message]).toEqual([
    "too_large",
    "The secrets take 262,141 bytes together and one handoff carries 262,140. Hand over fewer at once.",
  ]);
});

test("half a character is refused where a recipient would have to read it", () => {
  const json = labelled("prod/a", '{"a":"\\ud800"}');
  expect(() => sealedItems([json], { parseJson: false })).not.toThrow();
  const error = errorOf(() => sealedItems([json], { parseJson: true }));
  expect([error.code, error.message]).toEqual([
    "secret_unreadable",
    'Secret "prod/a" holds half a character (an unpaired surrogate), which no recipient could read. Correct its value.',
  ]);
});

test("half a character at the end of a name is found, though the value begins with the other half", () => {
  const json = labelled("prod/a", '{"\\ud83d":"\\ude00"}');
  expect(errorOf(() => sealedItems([json], { parseJson: true })).code).toBe("secret_unreadable");
});

test("contents do not print themselves", () => {
  const passphrase = new Concealed("canary passphrase");
  const fields = [{ name: "value", value: "canary", concealed: true }];
  const contents = new DeliveryContents([{ label: "a", fields }], passphrase);
  const shown = [String(contents), JSON.stringify({ contents }), inspect({ contents }, { depth: 9 })];
  expect(shown.join()).not.toContain("canary");
});

describe("one key of a JSON secret", () => {
  const JSON_TEXT =
    '{"db":{"port":5432,"password":"p"},"a.b":"dotted","n":1.10,"empty":"","a":{"c":"nested"}}';
  const field = (key: string, value: string | Uint8Array = JSON_TEXT) =>
    sealedItems([labelled("prod/db", value, { label: "KEY", key })], { parseJson: true });

  test.each([
    ["n", "1.10", true],
    ["a.b", "dotted", true],
    ["a.c", "nested", true],
    ["db.port", "5432", false],
    ["db", '{"port":5432,"password":"p"}', true],
  ])("%s goes alone, as it is written", (key, value, concealed) => {
    expect(field(key)).toEqual([{ label: "KEY", fields: [{ name: "KEY", value, concealed }] }]);
  });

  test.each([
    [
      "that is not there",
      "nope",
      JSON_TEXT,
      '"prod/db" is not a JSON object with the key "nope". Check the key.',
    ],
    ["of a text", "a", "plain", '"prod/db" is not a JSON object with the key "a". Check the key.'],
    ["of bytes", "a", new Uint8Array([1]), '"prod/db" is not a JSON object with the key "a". Check the key.'],
    ["that is empty", "empty", JSON_TEXT, 'The key "empty" of "prod/db" is empty. Give it a value first.'],
    [
      "that can be read in two ways",
      "a.b",
      '{"a.b":"1","a":{"b":"2"}}',
      '"prod/db" has the key "a.b" and also nested keys that read the same. Rename one of them.',
    ],
  ])("%s is refused", (_, key, value, sentence) => {
    expect(errorOf(() => field(key, value)).message).toBe(sentence);
  });
});

describe("falsy is not missing, and empty is not a value:", () => {
  test.each([
    ["an empty text", ""],
    ["white space", " \n"],
    ["no bytes", new Uint8Array()],
    ["JSON whose every value is empty", '{"user":"","password":" "}'],
  ])("%s is refused by name", (_, value) => {
    const error = errorOf(() => sealedItems([labelled("prod/a", value)], { parseJson: true }));
    expect(error.message).toBe('"prod/a" is empty. Give it a value first.');
  });

  test.each(["0", "false", "null"])("%s is handed over", (value) => {
    expect(fieldsOf(value)).toEqual([["a", value]]);
  });
});

test("two items that nobody could tell apart are refused", () => {
  const twice = [labelled("prod/a", "1"), labelled("prod/b", "2", { label: "prod/a" })];
  expect(errorOf(() => sealedItems(twice, { parseJson: false })).message).toBe(
    'Two of the secrets would be shown as "prod/a", and the recipient could not tell them apart. Give one of them another alias or name.',
  );
});

test("the scalars to mask reach into arrays and into strings that are JSON, under the nearest name", () => {
  const scalars = (text: string) => jsonScalars(text).map(({ name, value }) => `${name}=${value}`);
  expect(scalars('{"a":["x",1,{"b":false}],"c":"{\\"d\\":\\"deep\\"}","e":null}')).toEqual([
    "a=x",
    "a=1",
    "b=false",
    'c={"d":"deep"}',
    'c={\\"d\\":\\"deep\\"}',
    "d=deep",
  ]);
  expect(scalars('{"a":123456789012345678901,"b":"first","b":"second"}')).toEqual([
    "a=123456789012345678901",
    "a=123456789012345680000",
    "b=first",
    "b=second",
  ]);
  expect(scalars("[".repeat(30_000) + "]".repeat(30_000))).toEqual([]);
  expect(scalars("plain")).toEqual([]);
  expect(scalars('"a string"')).toEqual([]);
});
