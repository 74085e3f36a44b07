import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { encodeBundle, MAX_PLAINTEXT, type Receipt } from "@secret-handoff/protocol";
import { Concealed, DeliveryContents, jsonScalars } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";
import { sealedItems } from "./sealed-items.ts";
import { labelled } from "./secrets.ts";

const fieldsOf = (value: string, parseJson = true) =>
  sealedItems([labelled("a", value)], { parseJson })[0]?.fields.map(({ name, value: text }) => [name, text]);

test("a text is one field", () => {
  expect(fieldsOf("p4ss")).toEqual([["value", "p4ss"]]);
});

test.each([
  ["an array", "[1,2]"],
  ["a number", "12"],
  ["an empty object", "{}"],
  ["broken JSON", '{"a":'],
  ["JSON of twenty thousand levels", `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`],
])("%s is one field, as it stands", (_, text) => {
  expect(fieldsOf(text)).toEqual([["value", text]]);
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
  expect(fieldsOf('{"a":"b"}', false)).toEqual([["value", '{"a":"b"}']]);
});

test("a key named __proto__ is a field like any other", () => {
  expect(fieldsOf('{"__proto__":{"x":"y"},"constructor":"z"}')).toEqual([
    ["__proto__.x", "y"],
    ["constructor", "z"],
  ]);
});

test("everything is concealed but the address of a database", () => {
  const [item] = sealedItems([labelled("a", '{"host":"h","password":"p","username":"u"}')], {
    parseJson: true,
  });
  expect(item?.fields.map(({ name, concealed }) => [name, concealed])).toEqual([
    ["host", false],
    ["password", true],
    ["username", true],
  ]);
});

test.each([
  ["prod/keys/signing.p12", "signing.p12.bin"],
  ["..", "secret.bin"],
  ["a/../../etc/passwd", "passwd.bin"],
  ["naïve key", "na_ve_key.bin"],
])("a binary secret labelled %s is the file %s", (label, name) => {
  const data = new Uint8Array([0, 255, 1]);
  const [item] = sealedItems([labelled("x", data, { label })], { parseJson: true });
  expect(item).toEqual({ label, fields: [], files: [{ name, mediaType: "application/octet-stream", data }] });
});

test("a bundle that fills the largest envelope passes, one byte more is refused with both sizes", () => {
  const contents = (length: number) =>
    new DeliveryContents([labelled("a", "x".repeat(length))], { parseJson: false });
  const items = sealedItems([labelled("a", "")], { parseJson: false });
  const empty = encodeBundle({ items, receipt: new Uint8Array(32) as Receipt }).length;
  const most = MAX_PLAINTEXT - empty;
  expect(() => contents(most)).not.toThrow();
  const error = errorOf(() => contents(most + 1));
  expect([error.code, error.message]).toEqual([
    "too_large",
    "The secrets take 262,141 bytes together and one handoff carries 262,140. Hand them over in several steps.",
  ]);
});

test("half a character is refused where a recipient would have to read it", () => {
  const json = labelled("prod/a", '{"a":"\\ud800"}');
  expect(() => new DeliveryContents([json], { parseJson: false })).not.toThrow();
  const error = errorOf(() => new DeliveryContents([json], { parseJson: true }));
  expect([error.code, error.message]).toEqual([
    "secret_unreadable",
    'Secret "prod/a" holds half a character (an unpaired surrogate), which no recipient could read. Correct its value.',
  ]);
});

test("half a character at the end of a name is found, though the value begins with the other half", () => {
  const json = labelled("prod/a", '{"\\ud83d":"\\ude00"}');
  expect(errorOf(() => new DeliveryContents([json], { parseJson: true })).code).toBe("secret_unreadable");
});

test("contents do not print themselves", () => {
  const passphrase = new Concealed("canary passphrase");
  const contents = new DeliveryContents([labelled("a", "canary")], { parseJson: false, passphrase });
  const shown = [String(contents), JSON.stringify({ contents }), inspect({ contents }, { depth: 9 })];
  expect(shown.join()).not.toContain("canary");
});

test("the scalars to mask reach into arrays and into strings that are JSON", () => {
  expect(jsonScalars('{"a":["x",1,{"b":false}],"c":"{\\"d\\":\\"deep\\"}","e":null}')).toEqual([
    "x",
    "1",
    "false",
    '{"d":"deep"}',
    "deep",
  ]);
  expect(jsonScalars('{"a":123456789012345678901,"b":"first","b":"second"}')).toEqual([
    "123456789012345678901",
    "123456789012345680000",
    "first",
    "second",
  ]);
  expect(jsonScalars("[".repeat(30_000) + "]".repeat(30_000))).toEqual([]);
  expect(jsonScalars("plain")).toEqual([]);
  expect(jsonScalars('"a string"')).toEqual([]);
});
