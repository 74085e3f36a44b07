import { emailHintOf } from "@secret-handoff/protocol";
import type { RequestView } from "@secret-handoff/protocol/api";
import {
  type DeliveryDetails,
  type ExpectedOutcome,
  escapeMarkdown,
  formatDuration,
  markdownTable,
  type NamedVersion,
  type Outcome,
  pluralize,
  type Revocation,
  type SeenHandoff,
  SenderError,
} from "@secret-handoff/sdk";
import type { WorkflowRun } from "../step-context.ts";
import { approvalsTable, code, utc } from "./request-summary.ts";

/** The job summary of a delivery: what went to whom, until when, what failed. Never a link, an address or a value. */
export function deliverySummary(
  details: DeliveryDetails,
  outcomes: readonly Outcome[],
  run: WorkflowRun,
  approval?: RequestView,
): string {
  const served = outcomes.filter(({ kind }) => kind !== "failed").length;
  const heading =
    served === outcomes.length
      ? `Handed over to ${pluralize(served, "recipient")}`
      : `Handed over to ${served} of ${pluralize(outcomes.length, "recipient")}`;
  const warnings = outcomes.flatMap((outcome) => {
    const warning = warningOf(outcome);
    return warning === undefined ? [] : [`- ${recipientCell(outcome)}: ${escapeMarkdown(warning)}`];
  });
  return [
    `### ${heading}`,
    factsLine(details, run),
    markdownTable(
      ["Recipient", "Result", "Opens until (UTC)", "Handoff"],
      outcomes.map((outcome) => [
        recipientCell(outcome),
        resultCell(outcome),
        untilCell(outcome),
        handoffCell(outcome),
      ]),
    ),
    ...passphrasesSection(outcomes),
    ...(approval
      ? [
          `Approved by request ${code(approval.id)}, which ${escapeMarkdown(approval.requestedBy)} made:`,
          ...approvalsTable(approval),
        ]
      : []),
    secretsList(details.secrets),
    ...(warnings.length === 0 ? [] : [`**Warnings**\n\n${warnings.join("\n")}`]),
  ]
    .join("\n\n")
    .concat("\n");
}

/** Where each recipient's passphrase is: only people who may read the parameter see it. */
function passphrasesSection(outcomes: readonly Outcome[]): readonly string[] {
  const kept = outcomes.flatMap((outcome) =>
    outcome.kind === "mailed" && outcome.passphraseAt !== undefined
      ? [`- ${recipientCell(outcome)}: parameter ${code(outcome.passphraseAt)}`]
      : [],
  );
  if (kept.length === 0) return [];
  const how =
    "**Passphrases.** Read each one out to its recipient by telephone. AWS deletes it when the link expires.";
  return [`${how}\n\n${kept.join("\n")}`];
}

/** The job summary of a dry run: what would happen to whom. */
export function dryRunSummary(
  details: DeliveryDetails,
  expected: readonly ExpectedOutcome[],
  rotation: boolean,
  run: WorkflowRun,
): string {
  const mails = expected.filter(({ kind }) => kind === "mail").length;
  const secrets = pluralize(details.secrets.length, "secret");
  return [
    `### Dry run: ${mails} of ${pluralize(expected.length, "recipient")} would be mailed a link`,
    factsLine(details, run),
    ...(rotation ? [`${secrets} would be rotated first.`] : []),
    markdownTable(
      ["Recipient", "What would happen"],
      expected.map((one) => [hint(one.recipient), escapeMarkdown(capitalised(expectation(one)))]),
    ),
    "Nothing was created or sent.",
    secretsList(details.secrets),
  ]
    .join("\n\n")
    .concat("\n");
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a delivery would do, as a sentence after the recipient's name. */
export function expectation(expected: ExpectedOutcome): string {
  switch (expected.kind) {
    case "mail":
      return expected.supersedes === undefined
        ? "would be mailed a link"
        : `would be mailed a link, and handoff ${expected.supersedes} would end`;
    case "earlier":
      return `nothing would be mailed, because this version was handed over before; handoff ${expected.handoff.id} is ${expected.handoff.state}`;
    case "refused":
      return `would be refused. ${expected.error.message}`;
  }
}

/** When the problems were found. */
export type ProblemContext = {
  readonly dryRun?: boolean;
  /** What had been rotated by then. */
  readonly rotated?: readonly NamedVersion[];
};

/** The job summary of a run that found mistakes before it created anything. */
export function problemsSummary(
  sentences: readonly string[],
  { dryRun = false, rotated = [] }: ProblemContext = {},
): string {
  return [
    `### ${dryRun ? "Dry run" : "Not handed over"}: ${pluralize(sentences.length, "problem")} to solve`,
    sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join("\n"),
    "Nothing was created or sent.",
    ...(rotated.length === 0 ? [] : [`These secrets had been rotated already:\n\n${versionsTable(rotated)}`]),
  ]
    .join("\n\n")
    .concat("\n");
}

function factsLine(details: DeliveryDetails, run: WorkflowRun): string {
  const asked = [
    ...{ click: [], email: ["their address"], "email-code": ["their address", "a mailed code"] }[
      details.class.verification
    ],
    ...(details.passphraseNeeded ? ["the passphrase"] : []),
  ];
  const questions = asked.length === 0 ? "nothing" : new Intl.ListFormat("en-GB").format(asked);
  const facts = [
    `Class **${escapeMarkdown(details.class.name)}**`,
    `links end after **${formatDuration(details.expiresIn)}**`,
    `recipients are asked for ${questions}`,
    ...(details.reason === undefined ? [] : [`reason: ${escapeMarkdown(details.reason)}`]),
    `sent by ${escapeMarkdown(run.actor)}`,
  ];
  return `${facts.join("; ")}.`;
}

function secretsList(secrets: readonly NamedVersion[]): string {
  return `<details><summary>${pluralize(secrets.length, "secret")} in each handoff</summary>\n\n${versionsTable(secrets)}\n\n</details>`;
}

function versionsTable(secrets: readonly NamedVersion[]): string {
  return markdownTable(
    ["Shown as", "Secret", "Version"],
    secrets.map(({ label, name, versionId }) => [
      escapeMarkdown(label),
      escapeMarkdown(name),
      code(versionId),
    ]),
  );
}

function recipientCell({ recipient }: Outcome): string {
  return hint(recipient);
}

function hint(address: string): string {
  return escapeMarkdown(emailHintOf(address));
}

function resultCell(outcome: Outcome): string {
  switch (outcome.kind) {
    case "mailed":
      return outcome.encryptedTo ? "Mailed, encrypted to a key of their own" : "Mailed";
    case "earlier":
      return `Handed over before (${outcome.handoff.state}); nothing mailed`;
    case "failed":
      return `**Failed.** ${escapeMarkdown(outcome.error.message)}`;
  }
}

function untilCell(outcome: Outcome): string {
  switch (outcome.kind) {
    case "mailed":
      return utc(outcome.expiresAt);
    case "earlier":
      return utc(outcome.handoff.expiresAt);
    case "failed":
      return "";
  }
}

function handoffCell(outcome: Outcome): string {
  switch (outcome.kind) {
    case "mailed":
      return code(outcome.id);
    case "earlier":
      return code(outcome.handoff.id);
    case "failed":
      return outcome.id === undefined
        ? ""
        : `${code(outcome.id)} (${outcome.notRevoked ? "not revoked" : "revoked"})`;
  }
}

/** The job summary of status and await-receipt: how each handoff stands, and since when. */
export function handoffsSummary(handoffs: readonly SeenHandoff[]): string {
  const delivered = handoffs.filter(({ status }) => status === "delivered").length;
  const rows = handoffs.map(({ id, status, view, error }) => [
    code(id),
    view
      ? `**${status === "bounced" ? status : view.state}**`
      : error
        ? escapeMarkdown(error.message)
        : "not seen",
    view ? utc(view.changedAt) : "",
    view ? escapeMarkdown(view.class) : "",
    view?.versionId === undefined ? "" : code(view.versionId),
  ]);
  return page(
    `${delivered} of ${pluralize(handoffs.length, "handoff")} delivered`,
    markdownTable(["Handoff", "State", "Since (UTC)", "Class", "Version"], rows),
  );
}

/** The job summary of revocations. */
export function revocationsSummary(revocations: readonly Revocation[]): string {
  const revoked = revocations.filter(({ ending }) => ending === "revoked").length;
  const rows = revocations.map(({ id, ending }) => [code(id), escapeMarkdown(sentenceOf(ending))]);
  return page(
    `${revoked} of ${pluralize(revocations.length, "handoff")} revoked`,
    markdownTable(["Handoff", "Result"], rows),
  );
}

function sentenceOf(ending: Revocation["ending"]): string {
  if (ending instanceof SenderError) return ending.message;
  switch (ending) {
    case "revoked":
      return "Revoked";
    case "released":
      return "Opened before; rotate what was in it if that was wrong";
    case "unknown":
      return "The service does not know it";
  }
}

function page(heading: string, table: string): string {
  return `### ${heading}\n\n${table}\n`;
}

/** What the sender should know of an outcome, though it may be no failure. */
export function warningOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "mailed" && outcome.notRecorded) {
    return `The mail was sent, but the service could not record it, so a later run may mail again. ${outcome.notRecorded.message}`;
  }
  if (outcome.kind === "failed" && outcome.notRevoked) {
    return `The handoff could not be revoked. It stays open until it expires, and its link may have been mailed. ${outcome.notRevoked.message}`;
  }
  return undefined;
}
