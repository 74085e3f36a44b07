import { type Sealed, seal } from "@secret-handoff/protocol";
import {
  deliver,
  formatDuration,
  type Lifetime,
  type Order,
  type Outcome,
  SenderError,
  startLifetime,
} from "@secret-handoff/sdk";
import type { InputReader } from "./input-table.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { maskAll, type Prepared, prepare, type Surroundings } from "./prepare.ts";
import { annotateOutcomes, lineOf, setOutputs } from "./report.ts";
import { deliverySummary, dryRunSummary } from "./summary.ts";
import type { Workflow } from "./workflow.ts";

/** Once stopped, what is under way has this long; revoking and the report fit into what the runner then leaves. */
const GRACE_MS = 2_500;

/** Calls `stop` when the workflow is cancelled; the function it returns ends that. */
export type OnCancel = (stop: () => void) => () => void;

/**
 * The whole step: inputs, checks, delivery, report.
 * @returns the exit code: 0 when every recipient was served
 */
export async function runStep(
  readInput: InputReader,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow, runtime } = surroundings;
  for (const name of ["passphrase", "smtp-password"] as const) maskAll(workflow, readInput(name));
  const { inputs, errors } = readInputs(readInput);
  if (!inputs) return fail(workflow, errors);
  const ending = startLifetime(
    { limitMs: inputs.timeout * 1_000, graceMs: GRACE_MS, atLimit: () => timeIsUp(inputs.timeout) },
    runtime,
  );
  const done = onCancel(() => ending.stop(new SenderError("cancelled", "The workflow was cancelled.")));
  try {
    return await work(inputs, surroundings, ending.lifetime);
  } finally {
    done();
    ending.close();
  }
}

async function work(inputs: Inputs, surroundings: Surroundings, lifetime: Lifetime): Promise<0 | 1> {
  const { workflow } = surroundings;
  const prepared = await prepare(inputs, surroundings, lifetime);
  for (const sentence of prepared.advice) workflow.warning(sentence);
  const { order } = prepared;
  if (inputs.dryRun) {
    await workflow.summarise(dryRunSummary(inputs, prepared, surroundings.origin));
    if (!order) return fail(workflow, prepared.errors);
    workflow.info("Dry run: everything is in order. Nothing was created or sent.");
    return 0;
  }
  if (!order) return fail(workflow, prepared.errors);
  const outcomes = await handOverAll(inputs, order, prepared, surroundings, lifetime);
  setOutputs(workflow, outcomes);
  annotateOutcomes(workflow, outcomes);
  await workflow.summarise(deliverySummary(order, prepared.secrets, outcomes, surroundings.origin));
  return outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
}

async function handOverAll(
  { recipients }: Inputs,
  order: Order,
  { service, mail, secrets }: Prepared,
  { workflow, runtime }: Surroundings,
  lifetime: Lifetime,
): Promise<readonly Outcome[]> {
  const several = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  workflow.info(
    `Read ${several(secrets.length, "secret")}. Handing over to ${several(recipients.length, "recipient")} through ${service.origin}.`,
  );
  return deliver(
    order,
    recipients,
    {
      ...{ service, mail, runtime, seal },
      onSealed: (sealed) => maskLink(workflow, sealed),
      onOutcome: (outcome, done, all) => workflow.info(`${done}/${all} ${lineOf(outcome)}`),
    },
    lifetime,
  );
}

/** The link whole, and the part of it that must stay secret. */
function maskLink(workflow: Workflow, { link }: Sealed): void {
  maskAll(workflow, link);
  maskAll(workflow, link.slice(link.indexOf("#") + 1));
}

function fail(workflow: Workflow, errors: readonly SenderError[]): 1 {
  for (const sentence of new Set(errors.map(({ message }) => message))) workflow.error(sentence);
  return 1;
}

function timeIsUp(seconds: number): SenderError {
  return new SenderError(
    "deadline",
    `The step's time of ${formatDuration(seconds)} was up. Raise timeout, or hand over to fewer recipients in one step.`,
  );
}
