import { pluralize } from "@secret-handoff/protocol/api";
import { onOneLine } from "@secret-handoff/protocol/shown-text";
import { SenderError, type VerifyResult, verifyTrail } from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT, type ExitCode } from "../errors.ts";
import { daysOf, sealedDays, sealKeys, trailOf } from "./trail.ts";

/** Checks the trail against the public key of its seals: that of the service, or exported files, without asking the service anything. */
export const run: Run = async (invocation, context) => {
  const path = invocation.text("key");
  if (path === undefined) {
    throw new SenderError(
      "input",
      "Give --key and the file with the public key of the seals: aws kms get-public-key gives it.",
    );
  }
  const keys = await sealKeys(path);
  const { since, until } = daysOf(invocation);
  const pin = invocation.text("pin");
  if (pin !== undefined && !/^[\w-]{43}$/.test(pin)) {
    throw new SenderError(
      "input",
      "Give --pin and the hash of a seal: 43 characters, as the event bus announced it.",
    );
  }
  return withTimeout(
    invocation,
    context,
    async (deadline) => {
      const trail = await trailOf(invocation, { since, until }, context, deadline, {
        checkIndexes: true,
      });
      const done = context.terminal.spin("Verifying the trail");
      const checked = await verifyTrail(trail, keys, {
        ...sealedDays(invocation, { since, until }, context),
        ...(pin === undefined ? {} : { pins: [pin] }),
      });
      done();
      return report(checked, invocation, context);
    },
    "1h",
  );
};

async function report(
  checked: VerifyResult,
  invocation: Invocation,
  { terminal }: CliContext,
): Promise<ExitCode> {
  const { finding } = checked;
  if (invocation.flag("json")) await terminal.json({ verified: finding === undefined, ...checked });
  else if (finding)
    await terminal.line(
      `${terminal.style("red", "Not verified.", "stdout")} ${onOneLine(finding.sentence)}`,
      "",
    );
  else if (checked.last === undefined) await terminal.line(nothingSealed(checked), "");
  else await terminal.line(`${terminal.style("green", "Verified.", "stdout")} ${extentOf(checked)}`, "");
  return finding ? EXIT.notVerified : EXIT.done;
}

/** Where no day of the period has a seal: that is no fault of the trail, and no proof of it either. */
function nothingSealed({ unsealedEvents }: VerifyResult): string {
  const events = unsealedEvents === 0 ? "" : `, and so none of its ${pluralize(unsealedEvents, "event")}`;
  return `Nothing to verify yet. No day of this period has a seal${events}. A day is sealed two to three hours after its end, in UTC.`;
}

/** Which days were verified, and what is too new to have a seal. */
function extentOf({
  seals,
  sealedEvents,
  unsealedEvents,
  first,
  last,
  fromTheBeginning,
}: VerifyResult): string {
  const unsealed =
    unsealedEvents === 0
      ? ""
      : ` ${pluralize(unsealedEvents, "newer event")} ${unsealedEvents === 1 ? "has" : "have"} no seal yet.`;
  const days = fromTheBeginning
    ? `from the beginning to ${last}`
    : first === last
      ? last
      : `from ${first} to ${last}`;
  return `${pluralize(sealedEvents, "event")} of ${pluralize(seals, "sealed day")}, ${days}.${unsealed}`;
}
