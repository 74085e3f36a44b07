import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import {
  Concealed,
  checkPassphrase,
  type ErrorCollector,
  GENERATE,
  OWN_FACTS,
  type PerRecipient,
  parseAddress,
  parseDuration,
  parseRecipients,
  type RevokeAllFilter,
  refuseOwnFact,
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
    throw new SenderError("input", `The input ${name} is not set. Set it under with: in the workflow.`);
  };
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
    if (text.length <= longest && !/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u.test(text))
      return text;
    throw new SenderError(
      "input",
      `${name} must be one line of at most ${longest} characters, without control characters.`,
    );
  };
}

/** Text of several lines. */
export const asLines: Parser<string> = (text, name) => {
  if (!/[\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]|(?![\n\r\t])\p{Cc}/u.test(text)) return text;
  throw new SenderError("input", `${name} holds control characters. Write plain text.`);
};

/** What `pattern` matches; `sentence` says what to write instead. */
export function matching(pattern: RegExp, sentence: string): Parser<string> {
  return (text, name) => {
    if (pattern.test(text)) return text;
    throw new SenderError("input", `${name} ${sentence}`);
  };
}

const REVOKED_BY = ["secret", "recipient", "repository", "class", "sender"] as const;

/** `all`, or lines such as `recipient: ana@vendor.example`, each part once. */
export const asRevokeWhere: Parser<RevokeAllFilter | undefined> = (text, name) => {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) return undefined;
  if (lines.length === 1 && lines[0] === "all") return { all: true };
  const filter: { -readonly [Part in (typeof REVOKED_BY)[number]]?: string } = {};
  for (const line of lines) {
    const [, word, value = ""] = /^(\w+):\s*(\S.*)$/.exec(line) ?? [];
    const part = REVOKED_BY.find((known) => known === word);
    if (part === undefined || filter[part] !== undefined) {
      throw new SenderError(
        "input",
        `${name} must be all, or lines like recipient: ana@vendor.example, each of ${REVOKED_BY.join(", ")} at most once.`,
      );
    }
    filter[part] = value;
  }
  return filter;
};

export const asPort: Parser<number> = (text, name) => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
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

/** Addresses, one a line: the valid ones, even where others are not; those have their errors. */
export const asRecipients: Parser<readonly string[]> = (text, name, errors) => {
  if (text.trim() === "") return [];
  const { recipients, errors: wrong } = parseRecipients(text, name);
  errors.add(...wrong);
  return recipients;
};

/** The same with comments, which begin with `#`, and with names: `Ana Kowalska <ana@vendor.example>`. */
export const asRecipientsFile: Parser<readonly string[]> = (text, name, errors) => {
  const lines = text.split(/\r?\n/).map((line) => {
    const [, address] = /^[^<>]*<([^<>]*)>\s*$/.exec(line) ?? [];
    return address ?? line.replace(/(^|\s)#.*$/, "");
  });
  return asRecipients(lines.join("\n"), name, errors);
};

/** Facts that the action states of the run, by the names that recipients see. */
const RUN_FACTS = ["Workflow", "Run", "Started by"];

/** `NAME=value`, one a line; no name is one that the action states itself. */
export const asContext: Parser<Readonly<Record<string, string>>> = (text, name) => {
  const entries = linesOf(text).map((line, index) => {
    const [, key = "", value = ""] = /^([^=]{1,60}?)\s*=\s*(.{1,500})$/u.exec(line) ?? [];
    if (key !== "" && !/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u.test(line)) return [key, value] as const;
    throw new SenderError(
      "input",
      `Entry ${index + 1} of ${name} is not understood. Write NAME=value, one a line.`,
    );
  });
  const names = entries.map(([key]) => key);
  refuseRepetition(names, name);
  for (const key of names) refuseOwnFact(key, [...RUN_FACTS, ...OWN_FACTS]);
  return Object.fromEntries(entries);
};

/** `owner/name`, one a line, all of one owner. */
export const asRepositories: Parser<readonly string[]> = (text, name) => {
  const entries = linesOf(text);
  refuseRepetition(entries, name);
  for (const [index, entry] of entries.entries()) {
    if (/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(entry)) continue;
    throw new SenderError("input", `Entry ${index + 1} of ${name} is not a repository. Write owner/name.`);
  }
  const owners = new Set(entries.map((entry) => entry.slice(0, entry.indexOf("/")).toLowerCase()));
  if (owners.size <= 1) return entries;
  throw new SenderError(
    "input",
    `${name} has repositories of several owners, and a token is for one. Use a step for each.`,
  );
};

/** `permission=read` or `permission=write`, one a line. */
export const asPermissions: Parser<Readonly<Record<string, "read" | "write">>> = (text, name) => {
  const entries = linesOf(text).map((line, index) => {
    const [, permission = "", access] = /^([a-z_]{1,60})\s*[=:]\s*(read|write)$/.exec(line) ?? [];
    if (access === "read" || access === "write") return [permission, access] as const;
    throw new SenderError("input", `Entry ${index + 1} of ${name} is not understood. Write contents=read.`);
  });
  refuseRepetition(
    entries.map(([permission]) => permission),
    name,
  );
  return Object.fromEntries(entries);
};

/**
 * One value for all recipients, and `ana@vendor.example=value` for one of them, one a line.
 * @param read undefined for what is no such value
 * @param what for the sentence, "a time zone, like Europe/Madrid"
 */
export function asPerRecipient<T>(
  read: (text: string) => T | undefined,
  what: string,
): Parser<PerRecipient<T>> {
  return (text, name) => {
    let everyone: T | undefined;
    const each = new Map<string, T>();
    for (const [index, line] of linesOf(text).entries()) {
      const [, given, value = ""] = /^(?:(.+@.+?)\s*=\s*)?(\S+)$/.exec(line) ?? [];
      const address = given === undefined ? undefined : parseAddress(given);
      const parsed = read(value);
      const repeated = address === undefined ? everyone !== undefined : each.has(address);
      if (parsed === undefined || repeated || (given !== undefined && address === undefined)) {
        throw new SenderError(
          "input",
          `Line ${index + 1} of ${name} is not ${what}. Write one for all recipients, and ADDRESS=VALUE, one a line, for those who need another.`,
        );
      }
      if (address === undefined) everyone = parsed;
      else each.set(address, parsed);
    }
    return { everyone, each };
  };
}

/** A zone of the IANA database, as this runtime knows it. */
export function timeZoneOf(text: string): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** Ids, one a line, or the JSON array of an earlier step's output, in which null stands for a recipient who got none. */
export const asHandoffIds: Parser<readonly (HandoffId | null)[]> = (text, name) => {
  const entries = text.startsWith("[") ? jsonArray(text, name) : linesOf(text);
  refuseRepetition(entries, name);
  return entries.map((entry, index) => {
    if (entry === null || (typeof entry === "string" && isHandoffId(entry))) return entry;
    throw new SenderError("input", `Entry ${index + 1} of ${name} is not a handoff's id.`);
  });
};

/** Null may occur again: it stands for a recipient without a handoff. */
function refuseRepetition(entries: readonly unknown[], name: string): void {
  const again = entries.findIndex((entry, index) => entry !== null && entries.indexOf(entry) < index);
  if (again === -1) return;
  const first = entries.indexOf(entries[again]);
  throw new SenderError("input", `Entry ${again + 1} of ${name} repeats entry ${first + 1}. Name each once.`);
}

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

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
