import {
  Concealed,
  checkPassphrase,
  type Mailbox,
  parseDuration,
  parseEndpoint,
  parseMailbox,
  parseRecipients,
  parseSecretIds,
  type SecretSelector,
  SenderError,
  type SmtpServer,
} from "@secret-handoff/sdk";
import { INPUTS, type InputName, type InputReader } from "./input-table.ts";

/** What the workflow asked for, checked as far as it can be without the network. */
export type Inputs = {
  /** The service's origin. */
  readonly endpoint: string;
  readonly secretIds: readonly SecretSelector[];
  readonly parseJsonSecrets: boolean;
  readonly recipients: readonly string[];
  readonly class: string;
  /** Seconds; undefined takes the class's limit. */
  readonly expiresIn: number | undefined;
  readonly passphrase: Concealed<string> | undefined;
  readonly reason: string | undefined;
  readonly title: string | undefined;
  readonly message: string | undefined;
  readonly context: Readonly<Record<string, string>>;
  readonly contact: string | undefined;
  readonly from: Mailbox;
  readonly smtp: SmtpServer | undefined;
  readonly configurationSet: string | undefined;
  readonly region: string | undefined;
  readonly resend: boolean;
  readonly dryRun: boolean;
  /** Seconds for the whole step. */
  readonly timeout: number;
};

/** What could be read of the inputs, and one error for each that could not. */
export type InputsResult = { readonly inputs?: Inputs; readonly errors: readonly SenderError[] };

/** The service keeps a reason of at most this many characters. */
const LONGEST_REASON = 500;
const LONGEST_TITLE = 200;

/** Reads every input, so that all mistakes are told at once. */
export function readInputs(read: InputReader): InputsResult {
  const errors: SenderError[] = [];
  const attempt = <T>(parse: () => T): T | undefined => {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof SenderError)) throw error;
      errors.push(error);
      return undefined;
    }
  };
  const given = (name: InputName) => attempt(() => required(name, read(name)));
  const from = given("from");
  const parsed = {
    endpoint: attempt(() => parseEndpoint(required("endpoint", read("endpoint")))),
    secretIds: attempt(() => parseSecretIds(read("secret-ids"))),
    parseJsonSecrets: attempt(() => parseBoolean("parse-json-secrets", read)),
    class: given("class"),
    from: from === undefined ? undefined : attempt(() => parseMailbox(from, "from")),
    context: attempt(() => parseContext(read("context"))),
    resend: attempt(() => parseBoolean("resend", read)),
    dryRun: attempt(() => parseBoolean("dry-run", read)),
    timeout: attempt(() => parseTime("timeout", read) ?? 600),
  };
  const { recipients, errors: wrong } = parseRecipients(read("recipients"));
  errors.push(...wrong);
  const open = {
    expiresIn: attempt(() => parseTime("expires-in", read)),
    passphrase: attempt(() => parsePassphrase(read("passphrase"))),
    reason: attempt(() => parseLine("reason", read("reason"), LONGEST_REASON)),
    title: attempt(() => parseLine("title", read("title"), LONGEST_TITLE)),
    message: optional(read("message")),
    contact: attempt(() => parseLine("contact", read("contact"), LONGEST_TITLE)),
    smtp: attempt(() => parseSmtp(read)),
    configurationSet: optional(read("configuration-set")),
    region: optional(read("region")),
  };
  if (errors.length > 0 || !isComplete(parsed)) return { errors };
  return { inputs: { ...parsed, ...open, recipients }, errors };
}

type Complete<T> = { [Key in keyof T]: Exclude<T[Key], undefined> };

function isComplete<T extends object>(values: T): values is T & Complete<T> {
  return Object.values(values).every((value) => value !== undefined);
}

function required(name: InputName, text: string): string {
  if (text !== "") return text;
  throw new SenderError("input", `The input ${name} is not set. Set it under with: in the workflow.`);
}

function optional(text: string): string | undefined {
  return text === "" ? undefined : text;
}

/** The words that @actions/core takes (YAML 1.2 core schema). */
function parseBoolean(name: InputName, read: InputReader): boolean {
  const text = read(name);
  if (/^(true|True|TRUE)$/.test(text)) return true;
  if (/^(false|False|FALSE|)$/.test(text)) return false;
  throw new SenderError("input", `${name} must be true or false.`);
}

function parseTime(name: InputName, read: InputReader): number | undefined {
  const text = read(name);
  if (text === "") return undefined;
  const seconds = parseDuration(text);
  if (seconds === undefined) {
    throw new SenderError("input", `${name} is not a length of time. Write it like 24h, 90m or 1d12h.`);
  }
  return seconds;
}

function parsePassphrase(text: string): Concealed<string> | undefined {
  if (text === "") return undefined;
  checkPassphrase(text);
  return new Concealed(text);
}

function parseLine(name: InputName, text: string, longest: number): string | undefined {
  if (text === "") return undefined;
  if (text.length > longest || /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u.test(text)) {
    throw new SenderError("input", `${name} must be one line of at most ${longest} characters.`);
  }
  return text;
}

function parseContext(text: string): Readonly<Record<string, string>> {
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line, index) => {
      const [, name = "", value = ""] = /^([^=]{1,60}?)\s*=\s*(.{1,500})$/u.exec(line) ?? [];
      if (name === "" || /[\p{Cc}\p{Cs}]/u.test(line)) {
        throw new SenderError(
          "input",
          `Entry ${index + 1} of context is not understood. Write NAME=value, one a line.`,
        );
      }
      return [name, value] as const;
    });
  return Object.fromEntries(entries);
}

function parseSmtp(read: InputReader): SmtpServer | undefined {
  const host = read("smtp-host");
  const user = read("smtp-user");
  const password = read("smtp-password");
  if (host === "") {
    if (user === "" && password === "") return undefined;
    throw new SenderError(
      "input",
      "smtp-user and smtp-password need smtp-host. Set it, or drop them to send by SES.",
    );
  }
  const text = read("smtp-port") || INPUTS["smtp-port"].default;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new SenderError("input", "smtp-port is not a port number.");
  if (!/^[A-Za-z0-9.:-]{1,253}$/.test(host)) {
    throw new SenderError("input", "smtp-host is not a host name. Write it like smtp.example.com.");
  }
  if ((user === "") !== (password === "")) {
    throw new SenderError("input", "smtp-user and smtp-password belong together. Set both or neither.");
  }
  return { host, port, ...(user === "" ? {} : { login: { user, password: new Concealed(password) } }) };
}
