import { type PolicyResponse, type RequestView, utcMinute } from "@secret-handoff/protocol/api";
import {
  checkDetails,
  checkPolicy,
  contentsOf,
  type Deadline,
  type Delivery,
  type DeliveryDetails,
  ErrorCollector,
  type LabelledSecret,
  type MailTransport,
  membersOf,
  namedVersions,
  type PolicyResult,
  parseAddress,
  SenderError,
  type ServiceClient,
  subjectOf,
  unixSeconds,
} from "@secret-handoff/sdk";
import { type OpenedService, openService } from "./github/service-token.ts";
import { type DeliverInputs, isComplete } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import { openSources, type ReadSources, readSources, type Sources } from "./read-sources.ts";
import { checkAges } from "./rotate.ts";
import type { StepContext } from "./step-context.ts";

/** A delivery that has passed every check. Nothing has been created. */
export type CheckedDelivery = {
  readonly inputs: DeliverInputs;
  readonly delivery: Delivery;
  /** The delivery of other versions of the secrets. Where it cannot be, the errors say why. */
  readonly deliveryOf: (secrets: readonly LabelledSecret[]) => Delivery | undefined;
  readonly recipients: readonly string[];
  /** Those of Secrets Manager, which can be rotated. */
  readonly secrets: readonly LabelledSecret[];
  /** What is handed over as it is, also when the secrets are rotated. */
  readonly others: readonly LabelledSecret[];
  readonly sources: Sources;
  readonly service: ServiceClient;
  readonly mail: MailTransport;
  /** The request by which it was approved. */
  readonly approval: RequestView | undefined;
};

/**
 * Reads the secrets and the policy side by side, masks, and checks. Inputs that could not be read do not keep the others from
 * being checked: every mistake is found at once, before anything is created.
 * @param approval the request that the delivery names
 * @param errors has the mistakes in the inputs, and takes all others
 * @returns undefined where there is an error
 */
export async function checkDelivery(
  inputs: Draft<DeliverInputs>,
  approval: RequestView | undefined,
  errors: ErrorCollector,
  context: StepContext,
  deadline: Deadline,
): Promise<CheckedDelivery | undefined> {
  const { workflow, runtime } = context;
  const service = inputs.endpoint === undefined ? undefined : openService(inputs.endpoint, context);
  const sources = openSources(inputs, context, deadline);
  const mail = inputs.mail && context.openMail(inputs.mail, runtime);
  const from = inputs["dry-run"] ? inputs.from : undefined;
  // Each part has its own, so that the errors keep their order whichever part ends first.
  const policyErrors = new ErrorCollector();
  const readErrors = new ErrorCollector();
  const mailErrors = new ErrorCollector();
  // The token is asked for first: while it travels, the AWS client is loaded.
  const [policy, read, mailWarnings] = await Promise.all([
    service && policyErrors.attemptAsync(() => service.client.policy(deadline)),
    readAndCheckAges(inputs, sources, readErrors, context),
    mail && from && mailErrors.attemptAsync(() => mail.check(from, deadline)),
  ]);
  if (service && policy) policyErrors.attempt(() => checkRight(policy, inputs["dry-run"], service));
  // Without the right there are no classes either.
  const mayGoOn = policyErrors.errors.length === 0;
  const judged =
    service && policy && mayGoOn ? checkClass(inputs, approval, policy.classes, service, context) : undefined;
  for (const sentence of [...(judged?.warnings ?? []), ...(mailWarnings ?? [])]) workflow.warning(sentence);
  const complete = isComplete(inputs, errors) ? inputs : undefined;
  errors.add(...readErrors.errors, ...policyErrors.errors, ...(judged?.errors ?? []));
  const { allowed } = judged ?? {};
  const deliveryOf = (secrets: readonly LabelledSecret[]) =>
    complete && allowed && planDelivery(complete, allowed, secrets, errors, context);
  const all = [...read.secrets, ...read.others];
  const delivery = all.length > 0 ? deliveryOf(all) : undefined;
  errors.add(...mailErrors.errors);
  if (errors.errors.length > 0 || !complete || !delivery || !service || !mail) return undefined;
  return {
    ...{ inputs: complete, delivery, deliveryOf, ...read, sources, mail, approval },
    ...{ recipients: complete.recipients, service: service.client },
  };
}

/** Reads what is to be handed over, and finds which of it is too old or could not be rotated. */
async function readAndCheckAges(
  inputs: Draft<DeliverInputs>,
  sources: Sources,
  errors: ErrorCollector,
  context: StepContext,
): Promise<ReadSources> {
  const read = await readSources(inputs, sources, errors, context);
  errors.add(...(await checkAges(read, inputs, sources, context)));
  return read;
}

/**
 * Checked before anything is rotated or created, not when the first handoff is refused.
 * @throws SenderError `not_allowed`
 */
function checkRight(
  { rights }: PolicyResponse,
  dryRun: boolean | undefined,
  { client }: OpenedService,
): void {
  if (rights.includes("send") || (dryRun && rights.includes("check"))) return;
  const needed = dryRun ? "check" : "send";
  const given = rights.length === 0 ? "no right" : `only ${rights.join(", ")}`;
  throw new SenderError(
    "not_allowed",
    `This workflow may not ${needed} through ${client.origin}: the senders list gives it ${given}. Ask whoever runs the service to add ${needed} to its entry.`,
  );
}

/** A weak passphrase or a malformed length of time has its own error; here it counts as given. */
function checkClass(
  inputs: Draft<DeliverInputs>,
  approved: RequestView | undefined,
  classes: Parameters<typeof checkPolicy>[1],
  { environment }: OpenedService,
  { runtime }: StepContext,
): PolicyResult | undefined {
  if (inputs.class === undefined) return undefined;
  return checkPolicy(
    {
      class: inputs.class,
      expiresIn: inputs["expires-in"],
      hasPassphrase: inputs.passphraseGiven ?? false,
      reason: inputs.reason,
      recipients: inputs.recipients ?? [],
      environment: environment(),
      awaitsReceipt: inputs.await !== undefined,
      approved,
    },
    classes,
    unixSeconds(runtime),
  );
}

/** What the inputs and the secrets make together. @param secrets at least one */
function planDelivery(
  inputs: DeliverInputs,
  allowed: NonNullable<PolicyResult["allowed"]>,
  secrets: readonly LabelledSecret[],
  errors: ErrorCollector,
  { run, runtime }: StepContext,
): Delivery | undefined {
  const contact = inputs.contact ?? `${run.actor} on GitHub`;
  const ends = secrets.flatMap((secret) => secret.endsAt ?? []);
  const endsAt = ends.length === 0 ? undefined : Math.min(...ends);
  const leftSeconds = (endsAt ?? Number.POSITIVE_INFINITY) - unixSeconds(runtime);
  const details: DeliveryDetails = {
    class: allowed.class,
    // A link to what has stopped working is of no use.
    expiresIn: Math.min(allowed.expiresIn, leftSeconds),
    endsAt,
    secrets: namedVersions(secrets),
    subject: subjectOf(secrets),
    members: membersOf(secrets),
    resend: inputs.resend,
    request: inputs["request-id"],
    passphraseNeeded: inputs.passphrase !== undefined,
    source: run.repository,
    from: inputs.from,
    contact,
    replyTo: parseAddress(contact),
    title: inputs.title ?? `A secret from ${run.repository}`,
    reason: inputs.reason,
    message: inputs.message,
    context: {
      Workflow: run.workflow,
      Run: run.url,
      "Started by": run.actor,
      ...(endsAt === undefined ? {} : { "Works until": utcMinute(endsAt) }),
      ...inputs.context,
    },
  };
  const { "parse-json-secrets": parseJson, passphrase } = inputs;
  const contents = contentsOf(secrets, { parseJson, passphrase }, errors);
  errors.attempt(() => checkDetails(details));
  return contents && { details, contents };
}
