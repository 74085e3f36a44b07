import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Deadline,
  ErrorCollector,
  endingsChart,
  evidenceReport,
  knownEvents,
  pluralize,
  reviewReport,
  SenderError,
  type ServiceClient,
  STALE_AFTER_DAYS,
  type Summary,
  serviceTrail,
  staleHoldings,
  summarise,
  toHtml,
  toMarkdown,
} from "@secret-handoff/sdk";
import { openService } from "./github/service-token.ts";
import { type InputReader, readInputs } from "./inputs/table.ts";
import { reportProblems } from "./report/outcomes.ts";
import { type StepContext, withTimeout } from "./step-context.ts";

/** report: the monthly review, or the evidence of a period, from the trail. Needs the right audit. */

const DAY_MS = 86_400_000;
/** Days before the period in which a credential that somebody holds may have been handed over. */
const LOOK_BACK_DAYS = 366;
/** A job's summary takes 1 MiB (GitHub, "Workflow commands"); the file has all of a longer report. */
const LONGEST_SUMMARY = 900_000;

/** @returns the exit code: 0 when the report was made */
export async function runReport(read: InputReader, context: StepContext): Promise<0 | 1> {
  const errors = new ErrorCollector();
  const { endpoint, timeout, report, period } = readInputs(
    ["endpoint", "timeout", "report", "period"],
    read,
    errors,
  );
  if (!endpoint || !timeout || !report || !period) return reportProblems(errors.errors, context);
  const done = await errors.attemptAsync(() =>
    withTimeout(timeout, context, async (deadline) => {
      const { client } = openService(endpoint, context);
      await makeReport(report, period, client, context, deadline);
      return true;
    }),
  );
  return done ? 0 : reportProblems(errors.errors, context);
}

async function makeReport(
  kind: "review" | "evidence",
  period: number,
  service: ServiceClient,
  { workflow, runtime, env }: StepContext,
  deadline: Deadline,
): Promise<void> {
  const dayAt = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const now = runtime.now();
  const today = dayAt(now);
  const since = dayAt(now - period * 1_000);
  const days = { since: dayAt(now - period * 1_000 - LOOK_BACK_DAYS * DAY_MS), until: today };
  const events = knownEvents(serviceTrail(service, days, deadline));
  const summary = await summarise(events, { since, until: today });
  const policy = await service.policy(deadline);
  const made =
    kind === "evidence"
      ? evidenceReport(summary, { classes: policy.classes, lists: policy.lists })
      : reviewReport(summary, { today });
  const folder = env.RUNNER_TEMP;
  if (!folder)
    throw new SenderError(
      "input",
      "RUNNER_TEMP is not set, so the report has no place. Run this step on a runner.",
    );
  const file = join(folder, `secret-handoff-${kind}-${today}`);
  const markdown = toMarkdown(made, `secret-handoff-${kind}-${today}.svg`);
  writeFileSync(`${file}.md`, markdown);
  writeFileSync(`${file}.html`, toHtml(made));
  writeFileSync(`${file}.svg`, endingsChart(summary.handoffs));
  await workflow.summarise(shortened(toMarkdown(made)));
  setOutputs(summary, today, `${file}.md`, workflow);
}

function setOutputs(summary: Summary, today: string, file: string, workflow: StepContext["workflow"]): void {
  const stale = staleHoldings(summary, today);
  const secrets = [...new Set(stale.map(({ secret }) => secret))];
  workflow.output("report-file", file);
  workflow.output("stale-secrets", JSON.stringify(secrets));
  workflow.info(
    `${pluralize(summary.handoffs.length, "handoff")} from ${summary.since} to ${summary.until}; ${pluralize(secrets.length, "shared secret")} ${secrets.length === 1 ? "was" : "were"} not rotated for ${STALE_AFTER_DAYS} days. The report is in ${file}.`,
  );
}

function shortened(markdown: string): string {
  if (Buffer.byteLength(markdown) <= LONGEST_SUMMARY) return markdown;
  const start = Buffer.from(markdown).subarray(0, LONGEST_SUMMARY).toString();
  return `${start.slice(0, start.lastIndexOf("\n"))}\n\nThe report is longer than a job's summary. The file that report-file names has all of it.\n`;
}
