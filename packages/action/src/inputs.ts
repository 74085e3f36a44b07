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
  type SesOptions,
  type SmtpServer,
} from "@secret-handoff/sdk";
import { INPUTS, type InputName, type InputReader } from "./input-table.ts";

/** How the mail goes out. */
export type MailChoice =
  | { readonly by: "smtp"; readonly server: SmtpServer }
  | { readonly by: "ses"; readonly options: SesOptions };

/** What the workflow asked for, checked as far as it can be without the network. */
export type Inputs = {
  /** The service's origin. */
  readonly endpoint: string;
  readonly secretIds: readonly SecretSelector[];
  readonly parseJsonSecrets: boolean;
  readonly recipients: readonly string[];
  readonly class: string;
  readonly from: Mailbox;
  readonly mail: MailChoice;
  readonly context: Readonly<Record<string, string>>;
  readonly resend: boolean;
  readonly dryRun: boolean;
  /** Seconds for the whole step. */
  readonly timeout: number;
  /** True for a weak passphrase as well. */
  readonly passphraseGiven: boolean;
  readonly optional: OptionalInputs;
};

/** Inputs that may be left out. */
export type OptionalInputs = {
  /** Seconds; without it, the class's limit. */
  readonly expiresIn?: number;
  readonly passphrase?: Concealed<string>;
  readonly reason?: string;
  readonly title?: string;
  readonly message?: string;
  readonly contact?: string;
  readonly region?: string;
};

/** The inputs that could be read: what is missing here has its error, and the rest can still be checked. */
export type Draft = { readonly [Name in keyof Inputs]: Inputs[Name] | undefined };

export type InputsResult = { readonly draft: Draft; readonly errors: readonly SenderError[] };

/** Seconds. */
export const DEFAULT_TIMEOUT = 600;
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
  const draft: Draft = {
    endpoint: attempt(() => parseEndpoint(required("endpoint", read))),
    secretIds: attempt(() => parseSecretIds(required("secret-ids", read))),
    parseJsonSecrets: attempt(() => parseBoolean("parse-json-secrets", read)),
    recipients: attempt(() => readRecipients(required("recipients", read), errors)),
    class: attempt(() => required("class", read)),
    from: attempt(() => parseMailbox(required("from", read), "from")),
    mail: attempt(() => parseMail(read)),
    context: attempt(() => parseContext(read("context"))),
    resend: attempt(() => parseBoolean("resend", read)),
    dryRun: attempt(() => parseBoolean("dry-run", read)),
    timeout: attempt(() => parseTime("timeout", read) ?? DEFAULT_TIMEOUT),
    passphraseGiven: read("passphrase") !== "",
    optional: attemptOptional(read, attempt),
  };
  return { draft, errors };
}

/** True when nothing is missing. */
export function isComplete(draft: Draft): draft is Inputs {
  return Object.values(draft).every((value) => value !== undefined);
}

/** The valid ones, even when others are not; those have their errors. */
function readRecipients(text: string, errors: SenderError[]): readonly string[] {
  const { recipients, errors: wrong } = parseRecipients(text);
  errors.push(...wrong);
  return recipients;
}

function attemptOptional(read: InputReader, attempt: <T>(parse: () => T) => T | undefined): OptionalInputs {
  const expiresIn = attempt(() => parseTime("expires-in", read));
  const passphrase = attempt(() => parsePassphrase(read("passphrase")));
  const reason = attempt(() => parseLine("reason", read, LONGEST_REASON));
  const title = attempt(() => parseLine("title", read, LONGEST_TITLE));
  const contact = attempt(() => parseLine("contact", read, LONGEST_TITLE));
  const message = optional(read("message"));
  const region = optional(read("region"));
  return {
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(reason === undefined ? {} : { reason }),
    ...(title === undefined ? {} : { title }),
    ...(message === undefined ? {} : { message }),
    ...(contact === undefined ? {} : { contact }),
    ...(region === undefined ? {} : { region }),
  };
}

function required(name: InputName, read: InputReader): string {
  const text = read(name);
  if (text.trim() !== "") return text;
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

function parseLine(name: InputName, read: InputReader, longest: number): string | undefined {
  const text = read(name);
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

function parseMail(read: InputReader): MailChoice {
  const host = read("smtp-host");
  const user = read("smtp-user");
  const password = read("smtp-password");
  if (host === "") {
    if (user !== "" || password !== "") {
      throw new SenderError(
        "input",
        "smtp-user and smtp-password need smtp-host. Set it, or drop them to send by SES.",
      );
    }
    const configurationSet = optional(read("configuration-set"));
    const region = optional(read("region"));
    return {
      by: "ses",
      options: {
        ...(region === undefined ? {} : { region }),
        ...(configurationSet === undefined ? {} : { configurationSet }),
      },
    };
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
  const login = user === "" ? {} : { login: { user, password: new Concealed(password) } };
  return { by: "smtp", server: { host, port, ...login } };
}
