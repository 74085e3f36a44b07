import { SenderError } from "../sender-error.ts";

/** One line of secret-ids. */
export type SecretSelector =
  | { readonly kind: "secret"; readonly id: string; readonly alias?: string }
  | { readonly kind: "prefix"; readonly prefix: string; readonly alias?: string };

/** As aws-actions/aws-secretsmanager-get-secrets has it: a shorter prefix would match by accident. */
const SHORTEST_PREFIX = 3;
/** Characters of a secret's name or ARN (Secrets Manager API reference, CreateSecret). */
const SECRET_ID = /^[A-Za-z0-9/_+=.@:!-]{1,2048}$/;

/**
 * Reads secret-ids in the forms of aws-actions/aws-secretsmanager-get-secrets, one a line: `name`, ARN, `prefix*`,
 * `ALIAS, id`. An empty alias means none. Blank lines are skipped.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseSecretIds(text: string): readonly SecretSelector[] {
  const selectors = text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== "")
    .map(({ line, number }) => parseLine(line, number));
  if (selectors.length === 0) {
    throw new SenderError(
      "secret_ids",
      "secret-ids names no secret. Give one a line: a name, an ARN, prefix*, or ALIAS, id.",
    );
  }
  return selectors;
}

function parseLine(line: string, number: number): SecretSelector {
  const parts = line.split(",").map((part) => part.trim());
  const [first = "", second] = parts;
  const id = second ?? first;
  const alias = second === undefined || first === "" ? {} : { alias: first };
  if (parts.length > 2 || id === "") {
    throw new SenderError(
      "secret_ids",
      `Line ${number} of secret-ids is not understood. Write a name, an ARN, prefix*, or ALIAS, id; one secret a line.`,
    );
  }
  const star = id.indexOf("*");
  if (star === -1) {
    refuseForeign(id, number);
    return { kind: "secret", id, ...alias };
  }
  const prefix = id.slice(0, star);
  if (star !== id.length - 1 || prefix.length < SHORTEST_PREFIX) {
    throw new SenderError(
      "secret_ids",
      `Line ${number} of secret-ids is no usable prefix. Write at least ${SHORTEST_PREFIX} characters and end with one *.`,
    );
  }
  refuseForeign(prefix, number);
  return { kind: "prefix", prefix, ...alias };
}

function refuseForeign(id: string, number: number): void {
  if (SECRET_ID.test(id)) return;
  throw new SenderError(
    "secret_ids",
    `Line ${number} of secret-ids holds characters that no secret's name has. Use letters, digits and /_+=.@-`,
  );
}
