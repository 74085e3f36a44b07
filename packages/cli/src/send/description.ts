import {
  A_LANGUAGE,
  A_TIME_ZONE,
  allRecipients,
  type ByRequest,
  checkAddressees,
  type HandOver,
  languageOf,
  OWN_FACTS,
  type PerRecipient,
  parseContext,
  parseDuration,
  parseMailbox,
  parsePerRecipient,
  parseRecipients,
  parseRecipientsFile,
  type Recipient,
  SenderError,
  timeZoneOf,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Configuration } from "../configuration.ts";
import type { CliContext } from "../context.ts";
import { fileText } from "./reading.ts";

/** Whom to send to, what they see, and by which class. @throws SenderError `input`, `recipient` or `class_unknown` */
export function describe(
  invocation: Invocation,
  configuration: Configuration,
  recipients: readonly Recipient[],
  approved: ByRequest | undefined,
  { env }: CliContext,
): Omit<HandOver, "secrets" | "passphrase"> {
  const className = approved?.class ?? invocation.text("class") ?? configuration.class;
  if (className === undefined) {
    throw new SenderError(
      "input",
      "Say which class the secret is of: --class. secret-handoff policy lists yours.",
    );
  }
  const from = invocation.text("from") ?? configuration.from;
  const pipeline = pipelineOf(env);
  const hidden = invocation.text("details") === "none";
  const source = invocation.text("sent-by") ?? pipeline?.source;
  return {
    recipients,
    class: className,
    ...(hidden
      ? {}
      : { source, sourceName: pipeline ? "Repository" : "Sent by", origins: pipeline?.context ?? {} }),
    contact: invocation.text("contact") ?? (hidden ? undefined : pipeline?.contact),
    company: invocation.text("company"),
    context: parseContext(invocation.texts("context").join("\n"), OWN_FACTS),
    languages: perRecipient(invocation, "language", languageOf, A_LANGUAGE, recipients),
    timeZones: perRecipient(invocation, "time-zone", timeZoneOf, A_TIME_ZONE, recipients),
    request: invocation.text("request"),
    expiresIn: approved?.expiresIn ?? durationOf(invocation, "expires-in"),
    from: from === undefined ? undefined : parseMailbox(from),
    reason: approved?.reason ?? invocation.text("reason"),
    title: invocation.text("title"),
    message: invocation.text("message"),
    resend: invocation.flag("resend"),
    parseJson: invocation.flag("parse-json-secrets"),
  };
}

/**
 * Those of --to and --recipients-file, or nobody.
 * @throws SenderError `recipient`, or `input` where the file cannot be read
 */
export async function recipientsOf(invocation: Invocation): Promise<readonly Recipient[]> {
  const path = invocation.text("recipients-file");
  const inFile =
    path === undefined ? undefined : parseRecipientsFile(await fileText(path, "recipients-file"));
  const named = invocation.texts("to");
  const given = named.length > 0 ? parseRecipients(named.join("\n")) : undefined;
  const [wrong] = [...(given?.errors ?? []), ...(inFile?.errors ?? [])];
  if (wrong) throw wrong;
  return allRecipients(given?.recipients ?? [], inFile?.recipients ?? []);
}

/** @throws SenderError `recipient` where there is nobody */
export function somebody(recipients: readonly Recipient[]): readonly Recipient[] {
  if (recipients.length > 0) return recipients;
  throw new SenderError("recipient", "Say to whom: --to ana@vendor.example, or --recipients-file PATH.");
}

/** The values of an option that holds for all recipients, or with an address for one of them. @throws SenderError `input` */
function perRecipient<T>(
  invocation: Invocation,
  option: "language" | "time-zone",
  read: (text: string) => T | undefined,
  what: string,
  recipients: readonly Recipient[],
): PerRecipient<T> {
  const values = parsePerRecipient(invocation.texts(option).join("\n"), option, read, what);
  checkAddressees(option, values, recipients);
  return values;
}

type Pipeline = {
  readonly source: string;
  readonly contact: string;
  readonly context: Readonly<Record<string, string>>;
};

/**
 * The pipeline that the command runs in.
 * https://docs.gitlab.com/ci/variables/predefined_variables/ and GitHub's "Variables reference"
 */
function pipelineOf(env: CliContext["env"]): Pipeline | undefined {
  const { GITHUB_REPOSITORY, GITHUB_ACTOR, GITHUB_RUN_ID, GITHUB_SERVER_URL } = env;
  if (env.GITHUB_ACTIONS === "true" && GITHUB_REPOSITORY) {
    const run = `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
    return { source: GITHUB_REPOSITORY, contact: `${GITHUB_ACTOR} on GitHub`, context: { Run: run } };
  }
  const { CI_PROJECT_PATH, GITLAB_USER_NAME, CI_PIPELINE_URL } = env;
  if (env.GITLAB_CI === "true" && CI_PROJECT_PATH) {
    return {
      source: CI_PROJECT_PATH,
      contact: `${GITLAB_USER_NAME ?? CI_PROJECT_PATH} on GitLab`,
      context: CI_PIPELINE_URL ? { Pipeline: CI_PIPELINE_URL } : {},
    };
  }
  return undefined;
}

/** @throws SenderError `input` */
export function durationOf(invocation: Invocation, name: string): number | undefined {
  const text = invocation.text(name);
  if (text === undefined) return undefined;
  const seconds = parseDuration(text);
  if (seconds !== undefined) return seconds;
  throw new SenderError("input", `--${name} is not a time. Write it like 30m, 4h or 2d.`);
}
