import { emailHintOf } from "@secret-handoff/protocol";
import { formatDuration, type LabelledSecret, type Order, type Outcome } from "@secret-handoff/sdk";
import type { Origin } from "../github/origin.ts";
import { code, escapeMarkdown, markdownTable, utc } from "./markdown.ts";
import { doubtOf } from "./report.ts";
import { several } from "./several.ts";

/** The job summary of a delivery: what went to whom, until when, what failed. Never a link, an address or a value. */
export function deliverySummary(
  order: Order,
  secrets: readonly LabelledSecret[],
  outcomes: readonly Outcome[],
  origin: Origin,
): string {
  const served = outcomes.filter(({ kind }) => kind !== "failed").length;
  const heading =
    served === outcomes.length
      ? `Handed over to ${several(served, "recipient")}`
      : `Handed over to ${served} of ${several(outcomes.length, "recipient")}`;
  const doubts = outcomes.flatMap((outcome) => {
    const doubt = doubtOf(outcome);
    return doubt === undefined ? [] : [`- ${recipientCell(outcome)}: ${escapeMarkdown(doubt)}`];
  });
  return [
    `### ${heading}`,
    factsLine(order, origin),
    markdownTable(
      ["Recipient", "Result", "Opens until (UTC)", "Handoff"],
      outcomes.map((outcome) => [
        recipientCell(outcome),
        resultCell(outcome),
        untilCell(outcome),
        handoffCell(outcome),
      ]),
    ),
    secretsList(secrets),
    ...(doubts.length === 0 ? [] : [`**To know**\n\n${doubts.join("\n")}`]),
  ]
    .join("\n\n")
    .concat("\n");
}

/** The job summary of a dry run that found everything in order. */
export function dryRunSummary(
  order: Order,
  recipients: readonly string[],
  secrets: readonly LabelledSecret[],
  origin: Origin,
): string {
  return [
    "### Dry run: everything is in order",
    factsLine(order, origin),
    `Would go to ${recipients.map(hint).join(", ")}. Nothing was created or sent.`,
    secretsList(secrets),
  ]
    .join("\n\n")
    .concat("\n");
}

/** The job summary of a run that found mistakes before it created anything. */
export function problemsSummary(
  sentences: readonly string[],
  { dryRun, rotated = [] }: { readonly dryRun: boolean; readonly rotated?: readonly LabelledSecret[] },
): string {
  return [
    `### ${dryRun ? "Dry run" : "Not handed over"}: ${several(sentences.length, "problem")} to solve`,
    sentences.map((sentence) => `- ${escapeMarkdown(sentence)}`).join("\n"),
    "Nothing was created or sent.",
    ...(rotated.length === 0 ? [] : [`These were rotated before that:\n\n${versionsTable(rotated)}`]),
  ]
    .join("\n\n")
    .concat("\n");
}

function factsLine(order: Order, origin: Origin): string {
  const asked = {
    click: "no question",
    email: "their address",
    "email-code": "their address and a mailed code",
  }[order.class.verification];
  const passphrase = order.passphrase ? ", and the passphrase" : "";
  const facts = [
    `Class **${escapeMarkdown(order.class.name)}**`,
    `links end after **${formatDuration(order.expiresIn)}**`,
    `recipients are asked for ${asked}${passphrase}`,
    ...(order.reason === undefined ? [] : [`reason: ${escapeMarkdown(order.reason)}`]),
    `sent by ${escapeMarkdown(origin.actor)}`,
  ];
  return `${facts.join("; ")}.`;
}

function secretsList(secrets: readonly LabelledSecret[]): string {
  return `<details><summary>${several(secrets.length, "secret")} in each handoff</summary>\n\n${versionsTable(secrets)}\n\n</details>`;
}

function versionsTable(secrets: readonly LabelledSecret[]): string {
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
      return "Mailed";
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
