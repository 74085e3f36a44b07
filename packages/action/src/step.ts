import { emailHintOf, type HandoffView, type Sealed, seal } from "@secret-handoff/protocol";
import {
  deliver,
  formatDuration,
  type LabelledSecret,
  type Lifetime,
  type Outcome,
  SenderError,
  startLifetime,
} from "@secret-handoff/sdk";
import type { InputReader } from "./input-table.ts";
import { DEFAULT_TIMEOUT, readInputs } from "./inputs.ts";
import { maskAll } from "./masking.ts";
import type { Plan } from "./plan.ts";
import { prepare, type Ready, type Surroundings } from "./prepare.ts";
import { annotateOutcomes, lineOf, setOutputs } from "./report.ts";
import { rotateSecrets } from "./rotate-secrets.ts";
import { deliverySummary, dryRunSummary, problemsSummary, several } from "./summary.ts";
import type { Workflow } from "./workflow.ts";

/** Once stopped, what is under way has this long; revoking and the report fit into what the runner then leaves. */
const GRACE_MS = 2_500;

/** Calls `stop` when the step must end before its time; the function it returns ends that. */
export type OnCancel = (stop: (reason: SenderError) => void) => () => void;

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
  const { draft, errors } = readInputs(readInput);
  const limit = draft.timeout ?? DEFAULT_TIMEOUT;
  const ending = startLifetime(
    { limitMs: limit * 1_000, graceMs: GRACE_MS, atLimit: () => timeIsUp(limit) },
    runtime,
  );
  const done = onCancel(ending.stop);
  try {
    const prepared = await prepare(draft, errors, surroundings, ending.lifetime);
    for (const sentence of prepared.advice) workflow.warning(sentence);
    const dryRun = draft.dryRun ?? false;
    if (!prepared.ready) return await tellProblems(prepared.errors, workflow, dryRun);
    if (dryRun) return await tellInOrder(prepared.ready, prepared.secrets, surroundings);
    const renewed = await renew(prepared.ready, prepared.secrets, surroundings, ending.lifetime);
    if (!renewed.order) return await tellProblems(renewed.errors, workflow, false, renewed.rotated);
    const ready = { ...prepared.ready, order: renewed.order };
    return await handOver(ready, renewed.secrets, surroundings, ending.lifetime);
  } finally {
    done();
    ending.close();
  }
}

/** The secrets to hand over and their order. `order` is missing when something failed on the way. */
type Renewed = Plan & {
  readonly secrets: readonly LabelledSecret[];
  readonly rotated: readonly LabelledSecret[];
};

/** Rotates, where the workflow asks for it: only when everything else is in order. */
async function renew(
  { order, orderFor, stores, age }: Ready,
  secrets: readonly LabelledSecret[],
  surroundings: Surroundings,
  lifetime: Lifetime,
): Promise<Renewed> {
  if (!age.rotation) return { order, secrets, rotated: [], errors: [] };
  const result = await rotateSecrets(secrets, age.rotation, age, stores, surroundings, lifetime);
  const { secrets: rotated, errors } = result;
  return { ...(errors.length === 0 ? orderFor(rotated) : { errors }), secrets: rotated, rotated };
}

async function tellProblems(
  errors: readonly SenderError[],
  workflow: Workflow,
  dryRun: boolean,
  rotated: readonly LabelledSecret[] = [],
): Promise<1> {
  const sentences = [...new Set(errors.map(({ message }) => message))];
  for (const sentence of sentences) workflow.error(sentence);
  await workflow.summarise(problemsSummary(sentences, { dryRun, rotated }));
  return 1;
}

async function tellInOrder(
  ready: Ready,
  secrets: readonly LabelledSecret[],
  { workflow, origin }: Surroundings,
): Promise<0> {
  workflow.info("Dry run: everything is in order. Nothing was created or sent.");
  await workflow.summarise(dryRunSummary(ready, secrets, origin));
  return 0;
}

async function handOver(
  { order, recipients, service, mail }: Ready,
  secrets: readonly LabelledSecret[],
  { workflow, runtime, origin }: Surroundings,
  lifetime: Lifetime,
): Promise<0 | 1> {
  workflow.info(
    `Read ${several(secrets.length, "secret")}. Handing over to ${several(recipients.length, "recipient")} through ${service.origin}.`,
  );
  const ports = {
    ...{ service, mail, runtime, seal },
    onSealed: (sealed: Sealed) => maskLink(workflow, sealed),
    onWaiting: (recipient: string, { id }: HandoffView) =>
      workflow.info(
        `${emailHintOf(recipient)}: another run created handoff ${id} and is mailing it; waiting`,
      ),
    onOutcome: (outcome: Outcome, done: number, all: number) =>
      workflow.info(`${done}/${all} ${lineOf(outcome)}`),
  };
  const outcomes = await deliver(order, recipients, ports, lifetime);
  annotateOutcomes(workflow, outcomes);
  await workflow.summarise(deliverySummary(order, secrets, outcomes, origin));
  setOutputs(workflow, outcomes);
  return outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
}

/** The link whole, and the part of it that must stay secret. */
function maskLink(workflow: Workflow, { link }: Sealed): void {
  maskAll(workflow, link);
  maskAll(workflow, link.slice(link.indexOf("#") + 1));
}

function timeIsUp(seconds: number): SenderError {
  return new SenderError(
    "deadline",
    `The step's time of ${formatDuration(seconds)} was up. Raise timeout, or hand over to fewer recipients in one step.`,
  );
}
