import { emailHintOf, type Sealed, seal } from "@secret-handoff/protocol";
import type { HandoffView, RequestView } from "@secret-handoff/protocol/api";
import {
  byRequest,
  type Deadline,
  deliver,
  ErrorCollector,
  expectOutcomes,
  GENERATE,
  type Outcome,
  type PassphraseKeeper,
  pluralize,
  requestProblem,
  SenderError,
} from "@secret-handoff/sdk";
import { awaitReceiptsOf } from "./await-receipts.ts";
import { type CheckedDelivery, checkDelivery } from "./check.ts";
import { commentOn } from "./github/issue-comments.ts";
import { maskAll } from "./github/masking.ts";
import { openService } from "./github/service-token.ts";
import { checkSomething, type DeliverInputs, readDeliverInputs } from "./inputs/deliver-inputs.ts";
import type { Draft, InputReader } from "./inputs/table.ts";
import { outcomeLine, reportDryRun, reportOutcomes, reportProblems } from "./report/outcomes.ts";
import { approvalOf } from "./requests.ts";
import { detailsAfterRotation, rotateIfRequested } from "./rotate.ts";
import { type StepContext, withTimeout } from "./step-context.ts";

/** What the checks may take where timeout itself is a mistake: then nothing follows them. */
const CHECKS_SECONDS = 600;

/**
 * Checks, rotates where that is asked for, hands over, and waits where that is asked for.
 * @returns the exit code: 0 when every recipient was served
 */
export async function runDeliver(read: InputReader, context: StepContext): Promise<0 | 1> {
  const errors = new ErrorCollector();
  const given = readDeliverInputs(read, errors);
  const dryRun = given["dry-run"] ?? false;
  const approval = await errors.attemptAsync(() => decided(given, errors, context));
  const inputs = approval ? withRequest(given, approval, errors) : given;
  if (given["request-id"] !== undefined && (!approval || errors.errors.length > 0))
    return reportProblems(errors.errors, context, { dryRun });
  const delivered = await withTimeout(inputs.timeout ?? CHECKS_SECONDS, context, async (deadline) => {
    const checked = await checkDelivery(inputs, approval, errors, context, deadline);
    if (!checked) return reportProblems(errors.errors, context, { dryRun });
    if (dryRun) return runDry(checked, context, deadline);
    const { delivery, rotated } = await rotateIfRequested(checked, errors, context, deadline);
    if (!delivery) return reportProblems(errors.errors, context, { rotated });
    return handOver({ ...checked, delivery }, context, deadline);
  });
  if (typeof delivered === "number") return delivered;
  const { outcomes, checked, cancelled } = delivered;
  const code = outcomes.some(({ kind }) => kind === "failed") ? 1 : 0;
  if (inputs.await === undefined) return code;
  if (cancelled) {
    // If it kept a recipient from being served, the failure has been reported already.
    if (code === 0) context.workflow.error(cancelled.message);
    return 1;
  }
  return (await awaitReceiptsOf(outcomes, checked, inputs.await, context)) ? code : 1;
}

/**
 * The request that the delivery names, once people have decided where the step waits for them. Nothing is read or rotated before. Inputs
 * with a mistake are reported at once: nobody should wait for hours to learn of it.
 * @returns undefined where none is named, or the inputs have a mistake
 * @throws SenderError where it is not approved
 */
async function decided(
  inputs: Draft<DeliverInputs>,
  { errors }: ErrorCollector,
  context: StepContext,
): Promise<RequestView | undefined> {
  const { endpoint, "request-id": id, "await-approval": seconds } = inputs;
  if (id === undefined || endpoint === undefined || errors.length > 0) return undefined;
  const view = await approvalOf(id, seconds, openService(endpoint, context).client, context);
  context.workflow.output("request-id", id);
  context.workflow.output("request-state", view.state);
  const problem = requestProblem(view);
  if (problem) throw problem;
  return view;
}

/**
 * Completes the inputs by the request: class, lifetime, reason, and the secrets where none is named.
 * @param errors takes what contradicts it
 */
function withRequest(
  inputs: Draft<DeliverInputs>,
  view: RequestView,
  errors: ErrorCollector,
): Draft<DeliverInputs> {
  const { "secret-ids": secrets = [], parameters = [], "other-secrets": others = [], values = [] } = inputs;
  const found = byRequest(view, {
    ...{ class: inputs.class, expiresIn: inputs["expires-in"], reason: inputs.reason },
    ...{ recipients: inputs.recipients ?? [], secrets },
    hasOthers:
      [parameters, others, values].some((list) => list.length > 0) || inputs.source !== "secrets-manager",
  });
  if (!("class" in found)) {
    errors.add(...found);
    return inputs;
  }
  const { class: name, expiresIn, reason, secrets: selectors } = found;
  const complete = { ...inputs, class: name, "expires-in": expiresIn, reason, "secret-ids": selectors };
  errors.attempt(() => checkSomething({ ...complete, "values-file": [] }));
  return complete;
}

/** Says what the step would do; with a rotation, to the versions that it would make. */
async function runDry(checked: CheckedDelivery, context: StepContext, deadline: Deadline): Promise<0 | 1> {
  const details = detailsAfterRotation(checked, context);
  const expected = await expectOutcomes(details, checked.recipients, { ...checked, ...context }, deadline);
  return reportDryRun(details, expected, checked.inputs.rotation !== undefined, context);
}

type Delivered = {
  readonly outcomes: readonly Outcome[];
  readonly checked: CheckedDelivery;
  /** Set where the job is to end: no wait may begin. */
  readonly cancelled: SenderError | undefined;
};

async function handOver(
  checked: CheckedDelivery,
  context: StepContext,
  deadline: Deadline,
): Promise<Delivered> {
  const { delivery, recipients, service, mail } = checked;
  const { workflow, runtime } = context;
  const secrets = pluralize(delivery.details.secrets.length, "secret");
  workflow.info(
    `Read ${secrets}. Handing over to ${pluralize(recipients.length, "recipient")} through ${service.origin}.`,
  );
  const ports = {
    ...{ service, mail, runtime, seal },
    passphrases: passphraseKeeper(checked, context),
    onPassphrase: (passphrase: string) => maskAll(workflow, passphrase),
    onSealed: (sealed: Sealed) => maskLink(sealed, context),
    onWaiting: (recipient: string, { id }: HandoffView) =>
      workflow.info(
        `${emailHintOf(recipient)}: another run created handoff ${id} and is mailing it; waiting`,
      ),
    onOutcome: (outcome: Outcome, done: number, all: number) =>
      workflow.info(`${done}/${all} ${outcomeLine(outcome)}`),
  };
  const outcomes = await deliver(delivery, recipients, ports, deadline);
  const { approval, inputs } = checked;
  const evidence = await reportOutcomes(delivery.details, outcomes, approval, context);
  await commentOn(inputs.issue, evidence, context);
  return { outcomes, checked, cancelled: cancelOf(deadline) };
}

/** Where each recipient's passphrase is kept, where the step generates them. */
function passphraseKeeper(
  { inputs }: CheckedDelivery,
  { openPassphrases, runtime }: StepContext,
): PassphraseKeeper | undefined {
  if (inputs.passphrase !== GENERATE) return undefined;
  return openPassphrases(inputs["passphrase-path"], inputs.region, runtime);
}

/** Why nothing new may begin. When the time of the step is up that is not so: a wait does not count towards it. */
function cancelOf({ soft }: Deadline): SenderError | undefined {
  const reason: unknown = soft.reason;
  return reason instanceof SenderError && reason.code !== "deadline" ? reason : undefined;
}

/** The link whole, and the part of it that must stay secret. */
function maskLink({ link }: Sealed, { workflow }: StepContext): void {
  maskAll(workflow, link);
  maskAll(workflow, link.slice(link.indexOf("#") + 1));
}
