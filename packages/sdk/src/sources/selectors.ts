import { SenderError } from "../sender-error.ts";
import type { Sentence, Setting } from "../settings.ts";

/** What one line of secret-ids, parameters or other-secrets says besides its id. */
export type Chosen = {
  /** The name that the recipient sees instead of the secret's own. */
  readonly alias?: string;
  /** The line it stands on, from 1. */
  readonly line: number;
};

/** One line of secret-ids. */
export type SecretSelector = Chosen &
  (
    | {
        readonly kind: "secret";
        readonly id: string;
        /** The one key of a JSON secret that is handed over. */
        readonly key?: string;
      }
    | { readonly kind: "prefix"; readonly prefix: string }
  );

/** One line of parameters. */
export type ParameterSelector = Chosen &
  (
    | { readonly kind: "parameter"; readonly name: string; readonly key?: string }
    /** Every parameter below it, at any depth. */
    | { readonly kind: "path"; readonly path: string }
  );

/** As aws-actions/aws-secretsmanager-get-secrets has it: a shorter prefix would match by accident. */
const SHORTEST_PREFIX = 3;
/** Characters of a secret's name or ARN (Secrets Manager API reference, CreateSecret). */
const SECRET_ID = /^[A-Za-z0-9/_+=.@:!-]{1,2048}$/;
/** A name, a path or an ARN, with a version or label after a colon (Systems Manager API reference, GetParameter). */
const PARAMETER_NAME = /^[A-Za-z0-9_./:-]{1,2048}$/;
/** What a name for people never needs and an id often has. */
const LOOKS_LIKE_AN_ID = /[/:*]/;

/**
 * Reads secret-ids in the forms of aws-actions/aws-secretsmanager-get-secrets, one a line: `name`, ARN, `prefix*`, `ALIAS, id`; and
 * `ALIAS, id, key` for one key of a JSON secret. An empty alias means none. Blank lines are skipped. A line that can be read in
 * two ways is refused.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseSecretIds(text: string): readonly SecretSelector[] {
  const form = "a name, an ARN, prefix*, ALIAS, id or ALIAS, id, key";
  const selectors = linesOf(text, "secret-ids", form).map(({ id, key, ...chosen }): SecretSelector => {
    const { line } = chosen;
    const star = id.indexOf("*");
    const name = star === -1 ? id : id.slice(0, star);
    if (star !== -1 && (star !== id.length - 1 || name.length < SHORTEST_PREFIX)) {
      throw refusal(
        (say) =>
          `${say("secret-ids", [line])} is not a usable prefix. Write at least ${SHORTEST_PREFIX} characters and end with one *.`,
      );
    }
    if (!SECRET_ID.test(name)) {
      throw refusal(
        (say) =>
          `${say("secret-ids", [line])} holds characters that no secret's name has. Use letters, digits and /_+=.@-`,
      );
    }
    if (star === -1) return { kind: "secret", id, ...(key === undefined ? {} : { key }), ...chosen };
    if (key === undefined) return { kind: "prefix", prefix: name, ...chosen };
    throw refusal(
      (say) => `${say("secret-ids", [line])} names a key of a prefix. Name the one secret that has the key.`,
    );
  });
  const ids = selectors.map((one) => (one.kind === "secret" ? [one.id, one.key] : [`${one.prefix}*`]));
  refuseRepetition(selectors, ids, "secret-ids");
  return selectors;
}

/**
 * Reads parameters in the forms of secret-ids, one a line: `name`, ARN, `/path/*`, `ALIAS, name` or `ALIAS, name, key`.
 * @throws SenderError `secret_ids`, naming the line
 */
export function parseParameters(text: string): readonly ParameterSelector[] {
  const form = "a parameter's name or ARN, /path/*, ALIAS, name or ALIAS, name, key";
  const selectors = linesOf(text, "parameters", form).map(({ id, key, ...chosen }): ParameterSelector => {
    const { line, alias } = chosen;
    const path = /^(\/.+)\/\*$/.exec(id)?.[1];
    if (!PARAMETER_NAME.test(path ?? id)) throw notUnderstood(line, "parameters", form);
    if (path === undefined) {
      return { kind: "parameter", name: id, ...(key === undefined ? {} : { key }), ...chosen };
    }
    if (key === undefined && alias === undefined) return { kind: "path", path, line };
    throw refusal(
      (say) =>
        `${say("parameters", [line])} gives a path an alias or a key. Name the one parameter that is meant.`,
    );
  });
  const ids = selectors.map((one) => (one.kind === "parameter" ? [one.name, one.key] : [`${one.path}/*`]));
  refuseRepetition(selectors, ids, "parameters");
  return selectors;
}

export type Line = Chosen & { readonly id: string; readonly key?: string };

/** Lines that are not blank, cut at commas. */
export function linesOf(text: string, input: Setting, form: string): readonly Line[] {
  return text
    .split(/\r?\n/)
    .map((whole, index) => ({ parts: whole.split(",").map((part) => part.trim()), line: index + 1 }))
    .filter(({ parts }) => parts.length > 1 || parts[0] !== "")
    .map(({ parts, line }) => {
      const [first = "", second, key] = parts;
      if (parts.length > 3 || second === "" || key === "") throw notUnderstood(line, input, form);
      if (second === undefined) return { id: first, line };
      if (LOOKS_LIKE_AN_ID.test(first)) throw twoReadings(parts, line, input);
      return {
        id: second,
        line,
        ...(first === "" ? {} : { alias: first }),
        ...(key === undefined ? {} : { key }),
      };
    });
}

function notUnderstood(line: number, input: Setting, form: string): SenderError {
  return refusal((say) => `${say(input, [line])} is not understood. Write ${form}.`);
}

/** The parts have stood in a line for ids, which are no secrets. Others than ids can be made of are not repeated. */
function twoReadings(parts: readonly string[], line: number, input: Setting): SenderError {
  const [alias, id, key] = parts.map((part) => (/^[\w/+=.@:!*-]{1,200}$/.test(part) ? `"${part}"` : "…"));
  const one =
    key === undefined ? `${id} under the alias ${alias}` : `the key ${key} of ${id} under the alias ${alias}`;
  return refusal(
    (say) =>
      `${say(input, [line])} can be read in two ways: ${one}, or ${parts.length} ids. Write each id ${say("of-its-own")}; an alias holds none of / : *.`,
  );
}

/**
 * The same id twice is a mistake; the same alias twice would give two items that nobody can tell apart; and an alias that is another
 * line's id leaves open which of the two a recipient sees.
 */
export function refuseRepetition(
  selectors: readonly Chosen[],
  ids: readonly (readonly (string | undefined)[])[],
  input: Setting,
): void {
  const lineOfId = new Map<string, number>();
  const lineOfAlias = new Map<string, number>();
  for (const [index, { alias, line }] of selectors.entries()) {
    const id = JSON.stringify(ids[index]);
    const same = lineOfId.get(id);
    if (same !== undefined)
      throw refusal((say) => `${say(input, [same, line])} are the same. Name each id once.`);
    lineOfId.set(id, line);
    if (alias === undefined) continue;
    const twin = lineOfAlias.get(alias);
    if (twin !== undefined) {
      throw refusal((say) => `${say(input, [twin, line])} have the same alias. Give each one of its own.`);
    }
    lineOfAlias.set(alias, line);
  }
  for (const [index, [id = ""]] of ids.entries()) {
    const alias = lineOfAlias.get(id);
    const line = selectors[index]?.line;
    if (alias === undefined || line === undefined || alias === line) continue;
    throw refusal(
      (say) =>
        `${say(input, [alias, line])} cannot be told apart: the alias of the one is the id of the other. Use another alias.`,
    );
  }
}

function refusal(sentence: Sentence): SenderError {
  return new SenderError("secret_ids", sentence);
}
