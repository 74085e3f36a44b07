import { emailHintOf } from "@secret-handoff/protocol";
import type { Outcome } from "@secret-handoff/sdk";
import type { Workflow } from "../github/workflow.ts";
import { handoffOf } from "./receipts.ts";

/** Recipients named in one annotation; the summary names all. */
const MOST_NAMED = 5;

/** One log line for one outcome. Recipients appear as hints: logs of public repositories are public. */
export function lineOf(outcome: Outcome): string {
  const who = emailHintOf(outcome.recipient);
  switch (outcome.kind) {
    case "mailed":
      return `${who}: mailed, handoff ${outcome.id}`;
    case "earlier":
      return `${who}: this version was handed over before, handoff ${outcome.handoff.id} is ${outcome.handoff.state}; nothing mailed`;
    case "failed":
      return `${who}: failed`;
  }
}

/** Outputs: ids, states and counts, in the order of the recipients. */
export function setOutputs(workflow: Workflow, outcomes: readonly Outcome[]): void {
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
export function annotateOutcomes(workflow: Workflow, outcomes: readonly Outcome[]): void {
  for (const [sentence, recipients] of grouped(outcomes, failureOf)) {
    workflow.error(`${named(recipients)}: ${sentence}`);
  }
  for (const [sentence, recipients] of grouped(outcomes, doubtOf)) {
    workflow.warning(`${named(recipients)}: ${sentence}`);
  }
}

function failureOf(outcome: Outcome): string | undefined {
  return outcome.kind === "failed" ? outcome.error.message : undefined;
}

/** What went well enough, but should be known. */
export function doubtOf(outcome: Outcome): string | undefined {
  if (outcome.kind === "mailed" && outcome.notRecorded) {
    return `The mail went out, but the service could not be told, so a later run may mail again. ${outcome.notRecorded.message}`;
  }
  if (outcome.kind === "failed" && outcome.notRevoked) {
    return `What was created could not be revoked and ends by itself; its link may have been mailed all the same. ${outcome.notRevoked.message}`;
  }
  return undefined;
}

function grouped(
  outcomes: readonly Outcome[],
  sentenceOf: (outcome: Outcome) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const outcome of outcomes) {
    const sentence = sentenceOf(outcome);
    if (sentence === undefined) continue;
    const group = groups.get(sentence) ?? [];
    groups.set(sentence, group);
    group.push(outcome.recipient);
  }
  return groups;
}

function named(recipients: readonly string[]): string {
  const shown = recipients.slice(0, MOST_NAMED).map(emailHintOf).join(", ");
  const more = recipients.length - MOST_NAMED;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
