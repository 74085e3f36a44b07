import { emailHintOf, type HandoffView, type Sealed, seal } from "@secret-handoff/protocol";
import {
  type Deadline,
  deliver,
  type LabelledSecret,
  type Order,
  type Outcome,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import { awaitOutcomes } from "./await-outcomes.ts";
import type { OnCancel } from "./github/cancel.ts";
import { maskAll } from "./github/masking.ts";
import type { Surroundings } from "./github/surroundings.ts";
import type { Workflow } from "./github/workflow.ts";
import type { InputReader } from "./inputs/input-table.ts";
import { readInputs } from "./inputs/inputs.ts";
import type { Plan } from "./plan.ts";
import { prepare, type Ready } from "./prepare.ts";
import { tellProblems } from "./problems.ts";
import { annotateOutcomes, lineOf, setOutputs } from "./report/report.ts";
import { several } from "./report/several.ts";
import { deliverySummary, dryRunSummary } from "./report/summary.ts";
import { rotateSecrets } from "./rotate-secrets.ts";
import { within } from "./within.ts";

/** What the checks may take where timeout itself is a mistake: then nothing follows them. */
const CHECKS_SECONDS = 600;

/**
 * Checks, rotates where that is asked for, hands over, and waits where that is asked for.
 * @returns the exit code: 0 when every recipient was served
 */
export async function runDelivery(
  readInput: InputReader,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow } = surroundings;
  const { draft, errors } = readInputs(readInput);
  const delivered = await within(
    draft.timeout ?? CHECKS_SECONDS,
    surroundings,
    onCancel,
    async (deadline) => {
      const prepared = await prepare(draft, errors, surroundings, deadline);
      for (const sentence of prepared.advice) workflow.warning(sentence);
      const dryRun = draft.dryRun ?? false;
      if (!prepared.ready) return tellProblems(prepared.errors, workflow, dryRun);
      if (dryRun) return tellInOrder(prepared.ready, all(prepared.ready, prepared.secrets), surroundings);
      const renewed = await renew(prepared.ready, prepared.secrets, surroundings, deadline);
      if (!renewed.order) return tellProblems(renewed.errors, workflow, false, renewed.rotated);
      const ready = { ...prepared.ready, order: renewed.order };
      return handOver(ready, renewed.secrets, surroundings, deadline);
    },
  );
  if (typeof delivered === "number") return delivered;
  const { outcomes, order, service, cancelled } = delivered;
  const code = outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
  const awaitFor = draft.optional?.awaitFor;
  if (awaitFor === undefined) return code;
  if (cancelled) {
    // Where a recipient was not served for it, it has been told.
    if (code === 0) workflow.error(cancelled.message);
    return 1;
  }
  return (await awaitOutcomes(outcomes, order.class, awaitFor, service, surroundings, onCancel)) ? code : 1;
}

/** The secrets to hand over and their order. `order` is missing when something failed on the way. */
type Renewed = Plan & {
  readonly secrets: readonly LabelledSecret[];
  readonly rotated: readonly LabelledSecret[];
};

/** Rotates, where the workflow asks for it: only when everything else is in order. */
async function renew(
  ready: Ready,
  secrets: readonly LabelledSecret[],
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<Renewed> {
  const { order, orderFor, stores, age } = ready;
  if (!age.rotation) return { order, secrets: all(ready, secrets), rotated: [], errors: [] };
  const result = await rotateSecrets(secrets, age.rotation, age, stores, surroundings, deadline);
  const { secrets: rotated, errors } = result;
  const renewed = all(ready, rotated);
  return { ...(errors.length === 0 ? orderFor(renewed) : { errors }), secrets: renewed, rotated };
}

function all({ others }: Ready, secrets: readonly LabelledSecret[]): readonly LabelledSecret[] {
  return [...secrets, ...others];
}

async function tellInOrder(
  { order, recipients }: Ready,
  secrets: readonly LabelledSecret[],
  { workflow, origin }: Surroundings,
): Promise<0> {
  workflow.info("Dry run: everything is in order. Nothing was created or sent.");
  await workflow.summarise(dryRunSummary(order, recipients, secrets, origin));
  return 0;
}

type Delivered = {
  readonly outcomes: readonly Outcome[];
  readonly order: Order;
  readonly service: ServiceClient;
  /** Set where the job is to end: no wait may begin. */
  readonly cancelled: SenderError | undefined;
};

async function handOver(
  { order, recipients, service, mail }: Ready,
  secrets: readonly LabelledSecret[],
  { workflow, runtime, origin }: Surroundings,
  deadline: Deadline,
): Promise<Delivered> {
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
  const outcomes = await deliver(order, recipients, ports, deadline);
  annotateOutcomes(workflow, outcomes);
  await workflow.summarise(deliverySummary(order, secrets, outcomes, origin));
  setOutputs(workflow, outcomes);
  return { outcomes, order, service, cancelled: cancelOf(deadline) };
}

/** Why nothing new may begin. When the time of the step is up that is not so: a wait does not count towards it. */
function cancelOf({ soft }: Deadline): SenderError | undefined {
  const reason: unknown = soft.reason;
  return reason instanceof SenderError && reason.code !== "deadline" ? reason : undefined;
}

/** The link whole, and the part of it that must stay secret. */
function maskLink(workflow: Workflow, { link }: Sealed): void {
  maskAll(workflow, link);
  maskAll(workflow, link.slice(link.indexOf("#") + 1));
}
