import { emailHintOf } from "@secret-handoff/protocol";
import type { RequestView } from "@secret-handoff/protocol/api";
import {
  type DeliveryDetails,
  type ExpectedOutcome,
  type Outcome,
  pluralize,
  type SenderError,
} from "@secret-handoff/sdk";
import type { WorkflowCommands } from "../github/workflow-commands.ts";
import type { StepContext } from "../step-context.ts";
import {
  deliverySummary,
  dryRunSummary,
  expectation,
  type ProblemContext,
  problemsSummary,
  warningOf,
} from "./summaries.ts";

/** Reports what was found before anything was created: each mistake once, as an annotation and in the job summary. */
export async function reportProblems(
  errors: readonly SenderError[],
  { workflow }: StepContext,
  when: ProblemContext = {},
): Promise<1> {
  const sentences = [...new Set(errors.map(({ message }) => message))];
  for (const sentence of sentences) workflow.error(sentence);
  await workflow.summarise(problemsSummary(sentences, when));
  return 1;
}

/** Reports what a delivery would do for each recipient. @returns the exit code: 0 when nobody would be refused */
export async function reportDryRun(
  details: DeliveryDetails,
  expected: readonly ExpectedOutcome[],
  rotation: boolean,
  { workflow, run }: StepContext,
): Promise<0 | 1> {
  const refused = expected.flatMap((one) =>
    one.kind === "refused" ? [{ recipient: one.recipient, sentence: one.error.message }] : [],
  );
  for (const [sentence, recipients] of grouped(refused)) workflow.error(`${named(recipients)}: ${sentence}`);
  if (rotation) workflow.info(`Would rotate ${pluralize(details.secrets.length, "secret")} first.`);
  for (const one of expected) {
    workflow.info(`${emailHintOf(one.recipient)}: ${expectation(one)}`);
  }
  workflow.info("Dry run: nothing was created or sent.");
  await workflow.summarise(dryRunSummary(details, expected, rotation, run));
  return refused.length === 0 ? 0 : 1;
}

/**
 * Reports a delivery: annotations, the job summary, outputs.
 * @param approval the request by which it was approved
 * @returns the summary
 */
export async function reportOutcomes(
  details: DeliveryDetails,
  outcomes: readonly Outcome[],
  approval: RequestView | undefined,
  { workflow, run }: StepContext,
): Promise<string> {
  annotateOutcomes(workflow, outcomes);
  const summary = deliverySummary(details, outcomes, run, approval);
  await workflow.summarise(summary);
  setOutputs(workflow, outcomes);
  return summary;
}

/** The handoff that a recipient got, now or before. */
export function handoffOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "mailed":
      return outcome.id;
    case "earlier":
      return outcome.handoff.id;
    case "failed":
      return undefined;
  }
}

/** Recipients named in one annotation; the summary names all. */
const MOST_NAMED = 5;

/** One log line for one outcome. Recipients appear as hints: logs of public repositories are public. */
export function outcomeLine(outcome: Outcome): string {
  const who = emailHintOf(outcome.recipient);
  switch (outcome.kind) {
    case "mailed": {
      const passphrase = outcome.passphraseAt === undefined ? "" : `, passphrase in ${outcome.passphraseAt}`;
      return `${who}: mailed${keysOf(outcome.encryptedTo)}, handoff ${outcome.id}${passphrase}`;
    }
    case "earlier":
      return `${who}: this version was handed over before, handoff ${outcome.handoff.id} is ${outcome.handoff.state}; nothing mailed`;
    case "failed":
      return `${who}: failed`;
  }
}

/** How many, not which: a key's fingerprint leads to its owner, and logs of public repositories are public. */
function keysOf(fingerprints: readonly string[] = []): string {
  return fingerprints.length === 0
    ? ""
    : ` encrypted to ${pluralize(fingerprints.length, "key")} of their own`;
}

/** Outputs: ids, states and counts, in the order of the recipients. */
function setOutputs(workflow: WorkflowCommands, outcomes: readonly Outcome[]): void {
  const count = (kind: Outcome["kind"]) => outcomes.filter((outcome) => outcome.kind === kind).length;
  workflow.output("handoff-ids", JSON.stringify(outcomes.map((outcome) => handoffOf(outcome) ?? null)));
  workflow.output("states", JSON.stringify(outcomes.map(stateOf)));
  workflow.output("mailed-count", count("mailed"));
  workflow.output("earlier-count", count("earlier"));
  workflow.output("failed-count", count("failed"));
}

function stateOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "mailed":
      return "open";
    case "earlier":
      return outcome.handoff.state;
    case "failed":
      return "failed";
  }
}

/** Each distinct failure once, with the recipients it met. */
function annotateOutcomes(workflow: WorkflowCommands, outcomes: readonly Outcome[]): void {
  const noticesOf = (sentenceOf: (outcome: Outcome) => string | undefined) =>
    outcomes.map((outcome) => ({ recipient: outcome.recipient, sentence: sentenceOf(outcome) }));
  for (const [sentence, recipients] of grouped(noticesOf(failureOf))) {
    workflow.error(`${named(recipients)}: ${sentence}`);
  }
  for (const [sentence, recipients] of grouped(noticesOf(warningOf))) {
    workflow.warning(`${named(recipients)}: ${sentence}`);
  }
}

function failureOf(outcome: Outcome): string | undefined {
  return outcome.kind === "failed" ? outcome.error.message : undefined;
}

type Notice = { readonly recipient: string; readonly sentence: string | undefined };

function grouped(notices: readonly Notice[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const { recipient, sentence } of notices) {
    if (sentence === undefined) continue;
    const group = groups.get(sentence) ?? [];
    groups.set(sentence, group);
    group.push(recipient);
  }
  return groups;
}

function named(recipients: readonly string[]): string {
  const shown = recipients.slice(0, MOST_NAMED).map(emailHintOf).join(", ");
  const more = recipients.length - MOST_NAMED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
