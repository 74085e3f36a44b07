import { describe, expect, test } from "@jest/globals";
import { parseParameters, parseSecretIds } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf";
const PARAMETER_ARN = "arn:aws:ssm:eu-central-1:111122223333:parameter/prod/a";

test.each([
  ["nothing", " \n ", []],
  ["a name", "prod/orders", [{ kind: "secret", id: "prod/orders", line: 1 }]],
  ["an ARN", ARN, [{ kind: "secret", id: ARN, line: 1 }]],
  ["a managed secret", "rds!db-1234", [{ kind: "secret", id: "rds!db-1234", line: 1 }]],
  ["a prefix", "prod/*", [{ kind: "prefix", prefix: "prod/", line: 1 }]],
  ["an alias", "ORDERS, prod/orders", [{ kind: "secret", id: "prod/orders", alias: "ORDERS", line: 1 }]],
  [
    "an alias of several words",
    "Orders API, orders",
    [{ kind: "secret", id: "orders", alias: "Orders API", line: 1 }],
  ],
  ["an empty alias", ", prod/orders", [{ kind: "secret", id: "prod/orders", line: 1 }]],
  [
    "an alias of a prefix",
    "ORDERS,prod/o*",
    [{ kind: "prefix", prefix: "prod/o", alias: "ORDERS", line: 1 }],
  ],
  [
    "a key",
    "PW, prod/db, db.password",
    [{ kind: "secret", id: "prod/db", alias: "PW", key: "db.password", line: 1 }],
  ],
  ["a key without an alias", ", prod/db, pw", [{ kind: "secret", id: "prod/db", key: "pw", line: 1 }]],
  [
    "two keys of one secret",
    "U, prod/db, user\nP, prod/db, password",
    [
      { kind: "secret", id: "prod/db", alias: "U", key: "user", line: 1 },
      { kind: "secret", id: "prod/db", alias: "P", key: "password", line: 2 },
    ],
  ],
  [
    "several lines, some blank, CRLF",
    "\r\n  a/b  \r\n\r\nX , c/d\n",
    [
      { kind: "secret", id: "a/b", line: 2 },
      { kind: "secret", id: "c/d", alias: "X", line: 4 },
    ],
  ],
])("secret-ids takes %s", (_, text, selectors) => {
  expect(parseSecretIds(text)).toEqual(selectors);
});

test("parameters takes a name, a path, an ARN, a version, an alias and a key", () => {
  expect(
    parseParameters(`db\n\n A , /prod/a:3\n, ${PARAMETER_ARN}\n/prod/orders/*\nB, /prod/b, url`),
  ).toEqual([
    { kind: "parameter", name: "db", line: 1 },
    { kind: "parameter", name: "/prod/a:3", alias: "A", line: 3 },
    { kind: "parameter", name: PARAMETER_ARN, line: 4 },
    { kind: "path", path: "/prod/orders", line: 5 },
    { kind: "parameter", name: "/prod/b", alias: "B", key: "url", line: 6 },
  ]);
});

const FORM = "Write a name, an ARN, prefix*, ALIAS, id or ALIAS, id, key.";

describe("secret-ids refuses", () => {
  test.each([
    ["three commas", "a, b, c, d", `Line 1 of secret-ids is not understood. ${FORM}`],
    ["an alias without an id", "fine\nALIAS,", `Line 2 of secret-ids is not understood. ${FORM}`],
    ["an id without a key", "ALIAS, id,", `Line 1 of secret-ids is not understood. ${FORM}`],
    ["a comma alone", ",", `Line 1 of secret-ids is not understood. ${FORM}`],
    [
      "a short prefix",
      "ab*",
      "Line 1 of secret-ids is not a usable prefix. Write at least 3 characters and end with one *.",
    ],
    [
      "a star in the middle",
      "prod*orders",
      "Line 1 of secret-ids is not a usable prefix. Write at least 3 characters and end with one *.",
    ],
    [
      "a key of a prefix",
      "A, prod/*, password",
      "Line 1 of secret-ids names a key of a prefix. Name the one secret that has the key.",
    ],
    [
      "foreign characters",
      "prod orders",
      "Line 1 of secret-ids holds characters that no secret's name has. Use letters, digits and /_+=.@-",
    ],
  ])("%s", (_, text, sentence) => {
    const error = errorOf(() => parseSecretIds(text));
    expect([error.code, error.message]).toEqual(["secret_ids", sentence]);
  });
});

describe("a line that can be read in two ways is refused, with both readings:", () => {
  const advice = "Write each id on a line of its own; an alias holds none of / : *.";
  test.each([
    ["two names", "prod/a, prod/b", '"prod/b" under the alias "prod/a", or 2 ids'],
    ["an ARN and a name", `x\n${ARN}, b`, `"b" under the alias "${ARN}", or 2 ids`],
    ["a prefix and a name", "prod*, b", '"b" under the alias "prod*", or 2 ids'],
    ["three names", "prod/a, prod/b, c", 'the key "c" of "prod/b" under the alias "prod/a", or 3 ids'],
    ["what is no id is not repeated", "https://x y, b", '"b" under the alias …, or 2 ids'],
  ])("%s", (_, text, readings) => {
    const line = text.split("\n").length;
    const { message } = errorOf(() => parseSecretIds(text));
    expect(message).toBe(`Line ${line} of secret-ids can be read in two ways: ${readings}. ${advice}`);
  });

  test("two parameters", () => {
    expect(errorOf(() => parseParameters("/prod/a, /prod/b")).message).toBe(
      `Line 1 of parameters can be read in two ways: "/prod/b" under the alias "/prod/a", or 2 ids. ${advice}`,
    );
  });

  test("an alias that is another line's id", () => {
    expect(errorOf(() => parseSecretIds("orders, prod-orders\norders")).message).toBe(
      "Lines 1 and 2 of secret-ids cannot be told apart: the alias of the one is the id of the other. Use another alias.",
    );
  });
});

describe("a repetition is refused, with both lines:", () => {
  test.each([
    ["the same secret", "a/b\nc/d\na/b", "Lines 1 and 3 of secret-ids are the same. Name each id once."],
    [
      "it under two aliases",
      "A, a/b\nB, a/b",
      "Lines 1 and 2 of secret-ids are the same. Name each id once.",
    ],
    ["the same key", "A, a/b, c\nB, a/b, c", "Lines 1 and 2 of secret-ids are the same. Name each id once."],
    ["the same prefix", "a/b*\na/b*", "Lines 1 and 2 of secret-ids are the same. Name each id once."],
    [
      "the same alias",
      "A, a/b\n\nA, c/d",
      "Lines 1 and 3 of secret-ids have the same alias. Give each one of its own.",
    ],
  ])("%s", (_, text, sentence) => {
    expect(errorOf(() => parseSecretIds(text)).message).toBe(sentence);
  });

  test("the same parameter", () => {
    expect(errorOf(() => parseParameters("/a\nX, /a")).message).toBe(
      "Lines 1 and 2 of parameters are the same. Name each id once.",
    );
  });
});

test.each([
  ["a star without a path", "/prod*", "is not understood"],
  ["an alias of a path", "A, /prod/*", "gives a path an alias or a key"],
  ["white space in a name", "/prod a", "is not understood"],
])("parameters refuses %s", (_, text, what) => {
  expect(errorOf(() => parseParameters(text)).message).toContain(`Line 1 of parameters ${what}`);
});
