import { describe, expect, test } from "@jest/globals";
import { parseSecretIds } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";

const ARN = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/orders-AbCdEf";

test.each([
  ["nothing", " \n ", []],
  ["a name", "prod/orders", [{ kind: "secret", id: "prod/orders" }]],
  ["an ARN", ARN, [{ kind: "secret", id: ARN }]],
  ["a managed secret", "rds!db-1234", [{ kind: "secret", id: "rds!db-1234" }]],
  ["a prefix", "prod/*", [{ kind: "prefix", prefix: "prod/" }]],
  ["an alias", "ORDERS, prod/orders", [{ kind: "secret", id: "prod/orders", alias: "ORDERS" }]],
  ["an empty alias", ", prod/orders", [{ kind: "secret", id: "prod/orders" }]],
  ["an alias of a prefix", "ORDERS,prod/o*", [{ kind: "prefix", prefix: "prod/o", alias: "ORDERS" }]],
  [
    "several lines, some blank, CRLF",
    "\r\n  a/b  \r\n\r\nX , c/d\n",
    [
      { kind: "secret", id: "a/b" },
      { kind: "secret", id: "c/d", alias: "X" },
    ],
  ],
])("secret-ids takes %s", (_, text, selectors) => {
  expect(parseSecretIds(text)).toEqual(selectors);
});

describe("secret-ids refuses", () => {
  test.each([
    [
      "two commas",
      "a, b, c",
      "Line 1 of secret-ids is not understood. Write a name, an ARN, prefix*, or ALIAS, id; one secret a line.",
    ],
    [
      "an alias without an id",
      "fine\nALIAS,",
      "Line 2 of secret-ids is not understood. Write a name, an ARN, prefix*, or ALIAS, id; one secret a line.",
    ],
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
      "foreign characters",
      "prod orders",
      "Line 1 of secret-ids holds characters that no secret's name has. Use letters, digits and /_+=.@-",
    ],
  ])("%s", (_, text, sentence) => {
    const error = errorOf(() => parseSecretIds(text));
    expect([error.code, error.message]).toEqual(["secret_ids", sentence]);
  });
});
