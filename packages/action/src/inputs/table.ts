import { isRequestId } from "@secret-handoff/protocol/api";
import {
  A_LANGUAGE,
  A_TIME_ZONE,
  type ErrorCollector,
  GENERATE,
  languageOf,
  parseEhloName,
  parseEndpoint,
  parseGivenValues,
  parseMailbox,
  parseOtherSecrets,
  parseParameters,
  parsePermissions,
  parseRepositories,
  parseRoleArn,
  parseSecretIds,
  SenderError,
  secretParts,
  systemCode,
  timeZoneOf,
} from "@secret-handoff/sdk";
import {
  asBoolean,
  asContext,
  asHandoffIds,
  asIssueNumber,
  asLine,
  asLines,
  asPassphrase,
  asPerRecipient,
  asPort,
  asRecipients,
  asRecipientsFile,
  asRevokeWhere,
  asSeconds,
  asSecret,
  asText,
  matching,
  needed,
  oneOf,
  optional,
  type Parser,
} from "./parsers.ts";

/** One input of the action. A test compares `required` and `default` with action.yml. */
export type InputSpec<T = unknown> = {
  readonly required?: true;
  readonly default?: string;
  /** White space at its ends belongs to the value. */
  readonly verbatim?: true;
  /** It is the path of a file: what is read and parsed is the file's text. */
  readonly file?: true;
  /** The parts of its text that are masked before anything else happens. */
  readonly secrets?: (text: string) => readonly string[];
  readonly parse: Parser<T>;
};

/** Characters; the service keeps no longer reason. */
const LONGEST_REASON = 500;
const LONGEST_LINE = 200;
const LONGEST_ROLE = 64;

const whole = (text: string) => [text];

const TABLE = {
  operation: {
    default: "deliver",
    parse: oneOf("deliver", "request", "approve", "deny", "await-receipt", "revoke", "status", "report"),
  },
  report: { default: "review", parse: oneOf("review", "evidence") },
  period: { default: "31d", parse: asSeconds },
  endpoint: { required: true, parse: needed(parseEndpoint) },
  "secret-ids": { parse: parseSecretIds },
  parameters: { parse: parseParameters },
  "other-secrets": { parse: parseOtherSecrets },
  "vault-url": { parse: optional(asText) },
  "vault-namespace": { parse: optional(asText) },
  "vault-role": { parse: optional(asText) },
  "vault-auth-path": {
    default: "jwt",
    parse: matching(/^[\w/-]{1,200}$/, "is not a path. Write it like jwt."),
  },
  "vault-audience": { parse: optional(asText) },
  values: { verbatim: true, secrets: secretParts, parse: (text) => parseGivenValues(text) },
  "values-file": { file: true, secrets: secretParts, parse: (text) => parseGivenValues(text, "values-file") },
  source: { default: "secrets-manager", parse: oneOf("secrets-manager", "sts", "github-app") },
  "role-to-assume": { parse: optional(parseRoleArn) },
  "role-duration": { default: "1h", parse: asSeconds },
  "role-session-policy": { parse: optional(asText) },
  "app-id": { parse: optional(matching(/^[\w.-]{1,100}$/, "is not the id of a GitHub App.")) },
  "app-private-key": { verbatim: true, secrets: whole, parse: optional(asSecret) },
  "app-repositories": { parse: parseRepositories },
  "app-permissions": { parse: parsePermissions },
  "parse-json-secrets": { default: "false", parse: asBoolean },
  recipients: { parse: asRecipients },
  "recipients-file": { file: true, parse: asRecipientsFile },
  class: { parse: optional(asText) },
  "expires-in": { parse: optional(asSeconds) },
  passphrase: {
    verbatim: true,
    secrets: (text) => (text === GENERATE ? [] : [text]),
    parse: optional(asPassphrase),
  },
  "passphrase-path": {
    default: "/secret-handoff/passphrases",
    parse: matching(
      /^(\/[\w.-]+){1,10}$/,
      "is not a path of Parameter Store. Write it like /team/passphrases.",
    ),
  },
  reason: { parse: optional(asLine(LONGEST_REASON)) },
  title: { parse: optional(asLine(LONGEST_LINE)) },
  message: { parse: optional(asLines) },
  context: { parse: asContext },
  contact: { parse: optional(asLine(LONGEST_LINE)) },
  company: { parse: optional(asLine(LONGEST_LINE)) },
  details: { default: "full", parse: oneOf("full", "none") },
  language: { parse: asPerRecipient("language", languageOf, A_LANGUAGE) },
  "time-zone": { parse: asPerRecipient("time-zone", timeZoneOf, A_TIME_ZONE) },
  from: { parse: optional(parseMailbox) },
  "smtp-host": {
    parse: optional(
      matching(/^[A-Za-z0-9.:-]{1,253}$/, "is not a host name. Write it like smtp.example.com."),
    ),
  },
  "smtp-port": { default: "587", parse: asPort },
  "smtp-tls": { default: "auto", parse: oneOf("auto", "implicit", "starttls") },
  "smtp-user": { parse: optional(asText) },
  "smtp-password": { verbatim: true, secrets: whole, parse: optional(asSecret) },
  "smtp-access-token": { secrets: whole, parse: optional(asSecret) },
  "smtp-token-url": { parse: optional(asText) },
  "smtp-client-id": { parse: optional(asText) },
  "smtp-client-secret": { secrets: whole, parse: optional(asSecret) },
  "smtp-refresh-token": { secrets: whole, parse: optional(asSecret) },
  "smtp-token-scope": { parse: optional(asText) },
  "smtp-name": { parse: optional(parseEhloName) },
  "configuration-set": { parse: optional(asText) },
  region: { parse: optional(asText) },
  rotate: { default: "none", parse: oneOf("managed", "generate", "none") },
  "rotate-key": { default: "password", parse: asText },
  "rotate-timeout": { default: "5m", parse: asSeconds },
  "password-length": { default: "32", parse: asText },
  "password-characters": { default: "lowercase, uppercase, digits", parse: asText },
  "password-exclude": { parse: asText },
  "rotated-within": { parse: optional(asSeconds) },
  "version-stage": {
    parse: optional(
      matching(/^[A-Za-z0-9_-]{1,256}$/, "is not a staging label. Write it like AWSCURRENT or AWSPENDING."),
    ),
  },
  await: { parse: optional(asSeconds) },
  "handoff-ids": { parse: optional(asHandoffIds) },
  "revoke-where": { parse: asRevokeWhere },
  run: {
    parse: optional(
      matching(/^(\d{1,20}|this)$/, "is not the id of a workflow run. Write its number, or this."),
    ),
  },
  "request-id": {
    parse: optional(
      matching(isRequestId, "is not a request's id. Take the output request-id of the step that asked."),
    ),
  },
  "await-approval": { parse: optional(asSeconds) },
  role: { parse: optional(asLine(LONGEST_ROLE)) },
  comment: { parse: optional(asLine(LONGEST_REASON)) },
  "github-token": { secrets: whole, parse: optional(asSecret) },
  "issue-number": { parse: optional(asIssueNumber) },
  resend: { default: "false", parse: asBoolean },
  "dry-run": { default: "false", parse: asBoolean },
  timeout: { default: "10m", parse: asSeconds },
} as const satisfies Readonly<Record<string, InputSpec>>;

export type InputName = keyof typeof TABLE;

/** The values of the inputs, by their names in action.yml. */
export type Inputs = { readonly [N in InputName]: ReturnType<(typeof TABLE)[N]["parse"]> };

/** Every input of the action: its name, its default, what it means, and what of it is secret. */
export const INPUTS: { readonly [N in InputName]: InputSpec<Inputs[N]> } = TABLE;

export const INPUT_NAMES: readonly InputName[] = Object.keys(TABLE).filter((name) => isInputName(name));

/** Where inputs come from. */
export type InputReader = {
  /** An input's text; empty when it is not set. */
  readonly text: (name: InputName) => string;
  /** The bytes of a file. @throws Error of the system, with its code */
  readonly file: (path: string) => Uint8Array;
};

/** Values that may be missing: what could not be read has its error, and the rest can still be checked. */
export type Draft<T> = { readonly [Name in keyof T]?: T[Name] | undefined };

/** Reads these inputs, so that all mistakes are reported at once. */
export function readInputs(
  names: readonly InputName[],
  read: InputReader,
  errors: ErrorCollector,
): Draft<Inputs> {
  const draft: { -readonly [N in InputName]?: Inputs[N] } = {};
  const readOne = <N extends InputName>(name: N) => {
    const value = errors.attempt(() => INPUTS[name].parse(textOf(name, read), name, errors));
    if (value !== undefined) draft[name] = value;
  };
  for (const name of names) readOne(name);
  return draft;
}

/** Where a workflow sets an input to nothing, like `smtp-port: ${{ vars.PORT }}` without that variable, its default counts. */
export function isSet(name: InputName, read: InputReader): boolean {
  return (read.text(name) || (INPUTS[name].default ?? "")).trim() !== "";
}

/**
 * The text to parse: the input's own, or its file's.
 * @throws SenderError `input` where the file cannot be read
 */
export function textOf(name: InputName, read: InputReader): string {
  const { default: preset = "", file }: InputSpec = INPUTS[name];
  const text = read.text(name) || preset;
  return file && text !== "" ? fileText(name, text, read) : text;
}

/** Bytes of a file that is read whole: more than any handoff carries. */
const LARGEST_FILE = 1_048_576;

function fileText(name: InputName, path: string, read: InputReader): string {
  const refuse = (why: string, cause?: unknown) =>
    new SenderError(
      "input",
      `The file that ${name} names ${why}. Check the path, which is relative to the job's workspace.`,
      { cause },
    );
  let bytes: Uint8Array;
  try {
    bytes = read.file(path);
  } catch (error) {
    const code = systemCode(error) ?? "unknown error";
    throw refuse(`cannot be read (${code})`, error);
  }
  if (bytes.length > LARGEST_FILE) throw refuse("is larger than a megabyte");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw refuse("is not text in UTF-8", error);
  }
}

function isInputName(name: string): name is InputName {
  return Object.hasOwn(TABLE, name);
}
