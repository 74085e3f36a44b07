import {
  type Concealed,
  defaultMailbox,
  type Mailbox,
  parseEndpoint,
  parseMailbox,
  parseRecipients,
  type SenderError,
} from "@secret-handoff/sdk";
import { type Attempt, collecting } from "./collecting.ts";
import type { InputReader } from "./input-table.ts";
import {
  optional,
  parseBoolean,
  parseContext,
  parseLine,
  parseOptionalTime,
  parsePassphrase,
  parseText,
  parseTime,
  required,
} from "./input-values.ts";
import { type MailChoice, parseMail } from "./mail-choice.ts";
import { type RotationInputs, readRotationInputs } from "./rotation-inputs.ts";
import { readSources, type Sources } from "./source-inputs.ts";

/** What the workflow asked for, checked as far as it can be without the network. */
export type Inputs = {
  /** The service's origin. */
  readonly endpoint: string;
  readonly sources: Sources;
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
  readonly age: RotationInputs;
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
  /** Seconds to wait for receipts; without it, none are waited for. */
  readonly awaitFor?: number;
};

/** The inputs that could be read: what is missing here has its error, and the rest can still be checked. */
export type Draft = { readonly [Name in keyof Inputs]: Inputs[Name] | undefined };

export type InputsResult = { readonly draft: Draft; readonly errors: readonly SenderError[] };

/** Characters; the service keeps no longer reason. */
const LONGEST_REASON = 500;
const LONGEST_TITLE = 200;

/** Reads every input, so that all mistakes are told at once. */
export function readInputs(read: InputReader): InputsResult {
  const { errors, attempt } = collecting();
  const endpoint = attempt(() => parseEndpoint(required("endpoint", read)));
  const draft: Draft = {
    endpoint,
    sources: readSources(read, attempt),
    parseJsonSecrets: attempt(() => parseBoolean("parse-json-secrets", read)),
    recipients: attempt(() => readRecipients(required("recipients", read), errors)),
    class: attempt(() => required("class", read)),
    from: attempt(() => readFrom(read("from"), endpoint)),
    mail: attempt(() => parseMail(read)),
    context: attempt(() => parseContext(read("context"))),
    resend: attempt(() => parseBoolean("resend", read)),
    dryRun: attempt(() => parseBoolean("dry-run", read)),
    timeout: attempt(() => parseTime("timeout", read)),
    passphraseGiven: read("passphrase") !== "",
    age: attempt(() => readRotationInputs(read)),
    optional: attemptOptional(read, attempt),
  };
  return { draft, errors };
}

/** True when nothing is missing. */
export function isComplete(draft: Draft): draft is Inputs {
  return Object.values(draft).every((value) => value !== undefined);
}

/** Undefined where it would come from an endpoint that has an error already. */
function readFrom(text: string, endpoint: string | undefined): Mailbox | undefined {
  if (text !== "") return parseMailbox(text, "from");
  return endpoint === undefined ? undefined : defaultMailbox(endpoint);
}

/** The valid ones, even when others are not; those have their errors. */
function readRecipients(text: string, errors: SenderError[]): readonly string[] {
  const { recipients, errors: wrong } = parseRecipients(text);
  errors.push(...wrong);
  return recipients;
}

function attemptOptional(read: InputReader, attempt: Attempt): OptionalInputs {
  const expiresIn = attempt(() => parseOptionalTime("expires-in", read));
  const passphrase = attempt(() => parsePassphrase(read("passphrase")));
  const reason = attempt(() => parseLine("reason", read, LONGEST_REASON));
  const title = attempt(() => parseLine("title", read, LONGEST_TITLE));
  const contact = attempt(() => parseLine("contact", read, LONGEST_TITLE));
  const message = attempt(() => parseText("message", read));
  const region = optional(read("region"));
  const awaitFor = attempt(() => parseOptionalTime("await", read));
  return {
    ...(expiresIn === undefined ? {} : { expiresIn }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(reason === undefined ? {} : { reason }),
    ...(title === undefined ? {} : { title }),
    ...(message === undefined ? {} : { message }),
    ...(contact === undefined ? {} : { contact }),
    ...(region === undefined ? {} : { region }),
    ...(awaitFor === undefined ? {} : { awaitFor }),
  };
}
