import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import { isProse } from "@secret-handoff/protocol/api";
import {
  Concealed,
  checkPassphrase,
  type ErrorCollector,
  filterProblem,
  GENERATE,
  linesIn,
  OWN_FACTS,
  type PerRecipient,
  parseContext,
  parseDuration,
  parsePerRecipient,
  parsePort,
  parseRecipients,
  parseRecipientsFile,
  REVOCATION_PARTS,
  type Recipient,
  type RevokeAllFilter,
  SenderError,
} from "@secret-handoff/sdk";

/**
 * Reads the text of one input. A mistake is a SenderError that names the input and never repeats its text.
 * @param errors takes the mistakes of an input that can hold several
 */
export type Parser<T> = (text: string, name: string, errors: ErrorCollector) => T;

/** For an input that must be set. */
export function needed<T>(parse: Parser<T>): Parser<T> {
  return (text, name, errors) => {
    if (text.trim() !== "") return parse(text, name, errors);
    throw notSet(name);
  };
}

export function notSet(name: string): SenderError {
  return new SenderError("input", `The input ${name} is not set. Set it under with: in the workflow.`);
}

/** For an input that may be left out: then it is undefined. */
export function optional<T>(parse: Parser<T>): Parser<T | undefined> {
  return (text, name, errors) => (text === "" ? undefined : parse(text, name, errors));
}

/** Any text, as it stands. */
export const asText: Parser<string> = (text) => text;

export function oneOf<T extends string>(...words: readonly T[]): Parser<T> {
  return (text, name) => {
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const last = words.at(-1);
    throw new SenderError("input", `${name} must be ${words.slice(0, -1).join(", ")} or ${last}.`);
  };
}

/** The words that @actions/core takes (YAML 1.2 core schema). */
export const asBoolean: Parser<boolean> = (text, name) => {
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE)$/.test(text)) return false;
  throw new SenderError("input", `${name} must be true or false.`);
};

/** Seconds. */
export const asSeconds: Parser<number> = (text, name) => {
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new SenderError("input", `${name} is not a length of time. Write it like 24h, 90m or 1d12h.`);
};

export function asLine(longest: number): Parser<string> {
  return (text, name) => {
    if (isProse(text, longest)) return text;
    throw new SenderError(
      "input",
      `${name} must be one line of at most ${longest} characters, without control or invisible characters.`,
    );
  };
}

/** Text of several lines. */
export const asLines: Parser<string> = (text, name) => {
  const lines = text.split(/\r\n|[\n\r\t]/).filter((line) => line !== "");
  if (lines.every((line) => isProse(line, text.length))) return text;
  throw new SenderError("input", `${name} holds control or invisible characters. Write plain text.`);
};

/** What a pattern matches; `sentence` says what to write instead. */
export function matching(pattern: RegExp | ((text: string) => boolean), sentence: string): Parser<string> {
  return (text, name) => {
    if (typeof pattern === "function" ? pattern(text) : pattern.test(text)) return text;
    throw new SenderError("input", `${name} ${sentence}`);
  };
}

/** `all`, or lines such as `recipient: ana@vendor.example`, each part once. */
export const asRevokeWhere: Parser<RevokeAllFilter | undefined> = (text, name) => {
  const lines = linesIn(text);
  if (lines.length === 0) return undefined;
  if (lines.length === 1 && lines[0] === "all") return { all: true };
  const filter: { -readonly [Part in (typeof REVOCATION_PARTS)[number]]?: string } = {};
  for (const line of lines) {
    const [, word, value = ""] = /^(\w+):\s*(\S.*)$/.exec(line) ?? [];
    const part = REVOCATION_PARTS.find((known) => known === word);
    if (part === undefined || filter[part] !== undefined) {
      throw new SenderError(
        "input",
        `${name} must be all, or lines like recipient: ana@vendor.example, each of ${REVOCATION_PARTS.join(", ")} at most once.`,
      );
    }
    const problem = filterProblem(part, value, `${name}: ${part}`);
    if (problem !== undefined) throw new SenderError("input", problem);
    filter[part] = value;
  }
  return filter;
};

export const asPort: Parser<number> = (text, name) => {
  const port = parsePort(text);
  if (port !== undefined) return port;
  throw new SenderError("input", `${name} is not a port number.`);
};

export const asIssueNumber: Parser<number> = (text, name) => {
  const number = /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
  if (number > 0) return number;
  throw new SenderError("input", `${name} is not the number of an issue. Write it like 12.`);
};

/** A secret, as it stands. */
export const asSecret: Parser<Concealed<string>> = (text) => new Concealed(text);

export const asPassphrase: Parser<Concealed<string> | typeof GENERATE> = (text) => {
  if (text === GENERATE) return GENERATE;
  checkPassphrase(text);
  return new Concealed(text);
};

/** Recipients, one a line: the valid ones, even where others are not; those have their errors. */
export const asRecipients: Parser<readonly Recipient[]> = (text, _, errors) =>
  recipientsOf(text, "recipients", errors);

function recipientsOf(
  text: string,
  input: "recipients" | "recipients-file",
  errors: ErrorCollector,
): readonly Recipient[] {
  if (text.trim() === "") return [];
  const { recipients, errors: wrong } =
    input === "recipients" ? parseRecipients(text) : parseRecipientsFile(text);
  errors.add(...wrong);
  return recipients;
}

/** The same with comments and names. */
export const asRecipientsFile: Parser<readonly Recipient[]> = (text, _, errors) =>
  recipientsOf(text, "recipients-file", errors);

/** Facts that the action states of the run, by the names that recipients see. */
const RUN_FACTS = ["Workflow", "Run", "Started by"];

/** No name is one that the action states itself. */
export const asContext: Parser<Readonly<Record<string, string>>> = (text) =>
  parseContext(text, [...RUN_FACTS, ...OWN_FACTS]);

/** @param read undefined for what is no such value */
export function asPerRecipient<T>(
  input: "language" | "time-zone",
  read: (text: string) => T | undefined,
  what: string,
): Parser<PerRecipient<T>> {
  return (text) => parsePerRecipient(text, input, read, what);
}

/** Ids, one a line, or the JSON array of an earlier step's output, in which null stands for a recipient who got none. */
export const asHandoffIds: Parser<readonly (HandoffId | null)[]> = (text, name) => {
  const entries = text.startsWith("[") ? jsonArray(text, name) : linesIn(text);
  const again = entries.findIndex((entry, index) => entry !== null && entries.indexOf(entry) < index);
  if (again !== -1) {
    const first = entries.indexOf(entries[again]) + 1;
    throw new SenderError("input", `Entry ${again + 1} of ${name} repeats entry ${first}. Name each once.`);
  }
  return entries.map((entry, index) => {
    if (entry === null || (typeof entry === "string" && isHandoffId(entry))) return entry;
    throw new SenderError("input", `Entry ${index + 1} of ${name} is not a handoff's id.`);
  });
};

function jsonArray(text: string, name: string): readonly unknown[] {
  let array: unknown;
  try {
    array = JSON.parse(text);
  } catch (cause) {
    throw new SenderError("input", `${name} is not the output handoff-ids of an earlier step.`, { cause });
  }
  if (Array.isArray(array)) return array;
  throw new SenderError("input", `${name} is not a JSON array.`);
}
