import { emailHintOf } from "@secret-handoff/protocol";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import type { ExpectedOutcome, Outcome } from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { CliContext } from "../context.ts";
import { EXIT, type ExitCode, exitCodeOf, sentenceOfError } from "../errors.ts";

export async function reportExpected(
  expected: readonly ExpectedOutcome[],
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<ExitCode> {
  const rows = expected.map(expectedAsJson);
  if (invocation.flag("json")) await terminal.json({ expected: rows });
  else {
    for (const one of expected) {
      await terminal.line(onOneLine(`${emailHintOf(one.recipient)}  ${expectedSentence(one)}`));
    }
    terminal.say("Dry run: nothing was created or mailed.");
  }
  const refused = expected.find(({ kind }) => kind === "refused");
  return refused?.kind === "refused" ? exitCodeOf(refused.error.code) : EXIT.done;
}

function expectedAsJson(one: ExpectedOutcome) {
  const recipient = emailHintOf(one.recipient);
  switch (one.kind) {
    case "mail":
      return { recipient, outcome: "mail", ...(one.supersedes ? { supersedes: one.supersedes } : {}) };
    case "earlier":
      return { recipient, outcome: "earlier", id: one.handoff.id, state: one.handoff.state };
    case "refused":
      return {
        recipient,
        outcome: "refused",
        error: { code: one.error.code, message: sentenceOfError(one.error) },
      };
  }
}

function expectedSentence(one: ExpectedOutcome): string {
  switch (one.kind) {
    case "mail":
      return `would be mailed${one.supersedes ? `, and handoff ${one.supersedes} would end` : ""}`;
    case "earlier":
      return `had this version before (${one.handoff.id} is ${one.handoff.state}): nothing would be mailed`;
    case "refused":
      return `would be refused: ${sentenceOfError(one.error)}`;
  }
}

export async function reportOutcomes(
  outcomes: readonly Outcome[],
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<ExitCode> {
  if (invocation.flag("json")) {
    await terminal.json({ handoffs: outcomes.map(asJson) });
  } else {
    for (const outcome of outcomes)
      await terminal.line(onOneLine(`${emailHintOf(outcome.recipient)}  ${sentenceOf(outcome)}`));
  }
  const failed = outcomes.filter(({ kind }) => kind === "failed");
  const [first] = failed;
  if (first?.kind !== "failed") return EXIT.done;
  return failed.length < outcomes.length ? EXIT.failed : exitCodeOf(first.error.code);
}

function asJson(outcome: Outcome) {
  const recipient = emailHintOf(outcome.recipient);
  switch (outcome.kind) {
    case "mailed":
      return {
        ...{ recipient, outcome: "mailed", id: outcome.id, expiresAt: outcome.expiresAt },
        ...(outcome.encryptedTo ? { encryptedTo: outcome.encryptedTo } : {}),
      };
    case "earlier":
      return { recipient, outcome: "earlier", id: outcome.handoff.id, state: outcome.handoff.state };
    case "failed":
      return {
        recipient,
        outcome: "failed",
        error: { code: outcome.error.code, message: sentenceOfError(outcome.error) },
      };
  }
}

function keysOf(fingerprints: readonly string[] = []): string {
  return fingerprints.length === 0 ? "" : ` encrypted to ${fingerprints.join(" and ")}`;
}

function sentenceOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case "mailed":
      return `mailed${keysOf(outcome.encryptedTo)}, handoff ${outcome.id}${outcome.notRecorded ? `. ${sentenceOfError(outcome.notRecorded)}` : ""}`;
    case "earlier":
      return `this version was handed over before, handoff ${outcome.handoff.id} is ${outcome.handoff.state}; nothing mailed`;
    case "failed":
      return `failed: ${sentenceOfError(outcome.error)}${outcome.notRevoked ? ` ${sentenceOfError(outcome.notRevoked)}` : ""}`;
  }
}
