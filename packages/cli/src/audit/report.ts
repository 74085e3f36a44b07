import { onOneLine } from "@secret-handoff/protocol/shown-text";
import {
  type Deadline,
  evidenceReport,
  knownEvents,
  reviewReport,
  type Summary,
  summarise,
  type Trail,
  toHtml,
  toMarkdown,
  type VerifyResult,
  verifyTrail,
} from "@secret-handoff/sdk";
import type { Invocation } from "../arguments.ts";
import type { Run } from "../commands.ts";
import { type CliContext, withTimeout } from "../context.ts";
import { EXIT } from "../errors.ts";
import { openService } from "../sender-service.ts";
import {
  addressesOf,
  type Days,
  daysOf,
  nameIn,
  openOutput,
  sealedDays,
  sealKeys,
  spanOf,
  today,
  trailOf,
} from "./trail.ts";

/** Writes a report on a period: evidence for an auditor, or the monthly review. */
export const run: Run = async (invocation, context) => {
  const asked = daysOf(invocation);
  return withTimeout(
    invocation,
    context,
    async (deadline: Deadline) => {
      const done = context.terminal.spin("Reading the trail");
      const trail = await trailOf(invocation, asked, context, deadline);
      const text = await reportOn(trail, asked, invocation, context, deadline);
      done();
      const path = invocation.text("out");
      const output = await openOutput(path, context);
      await output.write(text);
      await output.close();
      if (path !== undefined) context.terminal.say(`Written to ${onOneLine(path)}.`);
      return EXIT.done;
    },
    "1h",
  );
};

async function reportOn(
  trail: Trail,
  asked: Days,
  invocation: Invocation,
  context: CliContext,
  deadline: Deadline,
): Promise<string> {
  const isOfFiles = invocation.positionals.length > 0;
  const whole = isOfFiles ? await spanOf(trail) : { since: today(context), until: today(context) };
  const days = { since: asked.since ?? whole.since, until: asked.until ?? whole.until };
  const summary = await summarise(knownEvents(trail, { until: days.until }), days);
  const nameOf = nameIn(
    invocation.flag("addresses")
      ? await addressesOf(recipientsOf(summary), await openService(invocation, context), deadline)
      : new Map(),
  );
  const inForce = async () => {
    // Files come without their service: what is in force is known to that alone.
    const policy = isOfFiles ? undefined : await (await openService(invocation, context)).policy(deadline);
    return policy ? { classes: policy.classes, lists: policy.lists } : {};
  };
  const report =
    invocation.text("kind") === "review"
      ? reviewReport(summary, { today: today(context), nameOf })
      : evidenceReport(summary, {
          ...(await inForce()),
          ...(await checkedBy(trail, asked, invocation, context)),
          nameOf,
        });
  return invocation.text("format") === "html" ? toHtml(report) : toMarkdown(report);
}

function recipientsOf({ earlier, handoffs }: Summary): readonly string[] {
  return [...earlier, ...handoffs].flatMap(({ recipient }) => (recipient === undefined ? [] : [recipient]));
}

/** Verifies the trail as far as seals are due: today's events have none yet, and files end where somebody ended them. */
async function checkedBy(
  trail: Trail,
  asked: Days,
  invocation: Invocation,
  context: CliContext,
): Promise<{ readonly checked?: VerifyResult }> {
  const key = invocation.text("key");
  if (key === undefined) return {};
  const checked = await verifyTrail(trail, await sealKeys(key), sealedDays(invocation, asked, context));
  return { checked };
}
