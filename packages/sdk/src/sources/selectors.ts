import { SenderError } from "../sender-error.ts";

/** One line of secret-ids. */
export type SecretSelector =
  | { readonly kind: "secret"; readonly id: string; readonly alias?: string }
  | { readonly kind: "prefix"; readonly prefix: string; readonly alias?: string };

/** One line of parameters. */
export type ParameterSelector = { readonly name: string; readonly alias?: string };

/** As aws-actions/aws-secretsmanager-get-secrets has it: a shorter prefix would match by accident. */
const SHORTEST_PREFIX = 3;
/** Characters of a secret's name or ARN (Secrets Manager API reference, CreateSecret). */
const SECRET_ID = /^[A-Za-z0-9/_+=.@:!-]{1,2048}$/;
/** A name, a path or an ARN, with a version or label after a colon (Systems Manager API reference, GetParameter). */
const PARAMETER_NAME = /^[A-Za-z0-9_./:-]{1,2048}$/;

/**
 * Reads secret-ids in the forms of aws-actions/aws-secretsmanager-get-secrets, one a line: `name`, ARN, `prefix*`,
 * `ALIAS, id`. An empty alias means none. Blank lines are skipped.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseSecretIds(text: string): readonly SecretSelector[] {
  return linesOf(text).map(({ parts, number }) => {
    const { id, alias } = idAndAlias(parts);
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
        `Line ${number} of secret-ids is not a usable prefix. Write at least ${SHORTEST_PREFIX} characters and end with one *.`,
      );
    }
    refuseForeign(prefix, number);
    return { kind: "prefix", prefix, ...alias };
  });
}

/**
 * Reads parameters in the forms of secret-ids without prefixes, one a line: `name` or `ALIAS, name`.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseParameters(text: string): readonly ParameterSelector[] {
  return linesOf(text).map(({ parts, number }) => {
    const { id: name, alias } = idAndAlias(parts);
    if (parts.length > 2 || !PARAMETER_NAME.test(name)) {
      throw new SenderError(
        "secret_ids",
        `Line ${number} of parameters is not understood. Write a parameter's name, or ALIAS, name; one a line.`,
      );
    }
    return { name, ...alias };
  });
}

type Line = { readonly parts: readonly string[]; readonly number: number };

/** Lines that are not blank, cut at commas. */
function linesOf(text: string): readonly Line[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ parts: line.split(",").map((part) => part.trim()), number: index + 1 }))
    .filter(({ parts }) => parts.join("") !== "" || parts.length > 1);
}

function idAndAlias([first = "", second]: readonly string[]) {
  const alias = second === undefined || first === "" ? {} : { alias: first };
  return { id: second ?? first, alias };
}

function refuseForeign(id: string, number: number): void {
  if (SECRET_ID.test(id)) return;
  throw new SenderError(
    "secret_ids",
    `Line ${number} of secret-ids holds characters that no secret's name has. Use letters, digits and /_+=.@-`,
  );
}
