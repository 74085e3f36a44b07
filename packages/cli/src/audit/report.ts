import {
  type Deadline,
  evidenceReport,
  reviewReport,
  SenderError,
  summarise,
  type Trail,
  toHtml,
  toMarkdown,
  verifyTrail,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT } from "../exit-codes.ts";
import { openOutput } from "./output.ts";
import { sealKeys } from "./seal-keys.ts";
import { daysOf, knownEvents, today, trailOf } from "./trail.ts";

/** Writes a report on a period: evidence for an auditor, or the monthly review. */
export const run: Run = async (invocation, context) => {
  const { since, until = today(context) } = daysOf(invocation);
  if (since === undefined)
    throw new SenderError("input", "Give --since and the first day of the period, like 2026-11-01.");
  return withTimeout(
    invocation,
    context,
    async (deadline: Deadline) => {
      const done = context.terminal.spin("Reading the trail");
      const trail = await trailOf(invocation, { since, until }, context, deadline);
      const text = await reportOn(trail, { since, until }, invocation, context);
      done();
      const output = await openOutput(invocation.text("out"), context);
      await output.write(text);
      await output.close();
      return EXIT.done;
    },
    "1h",
  );
};

async function reportOn(
  trail: Trail,
  days: { readonly since: string; readonly until: string },
  invocation: Invocation,
  context: CliContext,
): Promise<string> {
  const summary = await summarise(knownEvents(trail, { until: days.until }), days);
  const key = invocation.text("key");
  const checked = key === undefined ? undefined : await verifyTrail(trail, await sealKeys(key), days);
  const report =
    invocation.text("kind") === "review"
      ? reviewReport(summary, { today: today(context) })
      : evidenceReport(summary, checked ? { checked } : {});
  return invocation.text("format") === "html" ? toHtml(report) : toMarkdown(report);
}
