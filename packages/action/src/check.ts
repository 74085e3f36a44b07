import type { PolicyResponse, RequestView } from "@secret-handoff/protocol/api";
import {
  addressOf,
  checkPolicy,
  checkRight,
  type Deadline,
  type Delivery,
  describedBy,
  ErrorCollector,
  inputName,
  type KeyContext,
  type KeyedRecipient,
  type LabelledSecret,
  loadKeys,
  type MailTransport,
  NO_CONTACT,
  type PolicyResult,
  planDelivery,
  type ReadSources,
  SenderError,
  type ServiceClient,
  unixSeconds,
} from "@secret-handoff/sdk";
import { type OpenedService, openService } from "./github/service-token.ts";
import { type DeliverInputs, isComplete } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import { mailPorts, openSources, readSources, type Sources } from "./read-sources.ts";
import { checkAges } from "./rotate.ts";
import type { StepContext } from "./step-context.ts";

/** A delivery that has passed every check. Nothing has been created. */
export type CheckedDelivery = {
  readonly inputs: DeliverInputs;
  readonly delivery: Delivery;
  /** The delivery of other versions of the secrets. Where it cannot be, the errors say why. */
  readonly deliveryOf: (secrets: readonly LabelledSecret[]) => Delivery | undefined;
  readonly recipients: readonly KeyedRecipient[];
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
  const mail = inputs.mail && context.openMail(inputs.mail, runtime, mailPorts(inputs.mail, context));
  const from = inputs["dry-run"] ? inputs.from : undefined;
  // Each part has its own, so that the errors keep their order whichever part ends first.
  const policyErrors = new ErrorCollector();
  const readErrors = new ErrorCollector();
  const mailErrors = new ErrorCollector();
  // The token is asked for first: while it travels, the AWS client is loaded.
  const [policy, read, mailWarnings, recipients] = await Promise.all([
    service && policyErrors.attemptAsync(() => service.client.policy(deadline)),
    readAndCheckAges(inputs, sources, readErrors, context),
    mail && from && mailErrors.attemptAsync(() => mail.check(from, deadline)),
    loadKeys(inputs.recipients ?? [], keyContext(inputs, context, deadline)),
  ]);
  errors.add(...unlessAnyCanBeServed(recipients));
  if (service && policy)
    policyErrors.attempt(() =>
      checkRight(policy, inputs["dry-run"] ? "check" : "send", service.client.origin, "workflow"),
    );
  // Without the right there are no classes either.
  const mayGoOn = policyErrors.errors.length === 0;
  const policyResult =
    service && policy && mayGoOn ? checkClass(inputs, approval, policy.classes, service, context) : undefined;
  // What a class recommends is weighed when a delivery is written; said at every run, it would only teach people to skip warnings.
  const recommended = inputs["dry-run"] ? (policyResult?.warnings ?? []) : [];
  const complete = isComplete(inputs, errors) ? inputs : undefined;
  const unnamed =
    complete && (complete.contact ?? policy?.company?.contact) === undefined ? [NO_CONTACT(inputName)] : [];
  for (const sentence of [...recommended, ...unnamed, ...(mailWarnings ?? [])]) workflow.warning(sentence);
  errors.add(...readErrors.errors, ...policyErrors.errors, ...(policyResult?.errors ?? []));
  const { allowed } = policyResult ?? {};
  const deliveryOf = (secrets: readonly LabelledSecret[]) =>
    complete &&
    allowed &&
    deliveryFor(complete, { ...allowed, company: policy?.company }, secrets, errors, context);
  const all = [...read.secrets, ...read.others];
  const delivery = all.length > 0 ? deliveryOf(all) : undefined;
  errors.add(...mailErrors.errors);
  if (errors.errors.length > 0 || !complete || !delivery || !service || !mail) return undefined;
  return {
    ...{ inputs: complete, delivery, deliveryOf, ...read, sources, mail, approval },
    ...{ recipients, service: service.client },
  };
}

function keyContext(
  { "github-token": gitHubToken }: Draft<DeliverInputs>,
  { env, runtime }: StepContext,
  deadline: Deadline,
): KeyContext {
  return { runtime, deadline, gitHubToken, gitHubApi: env.GITHUB_API_URL || undefined };
}

/** A recipient without a usable key fails alone. Where that leaves nobody, nothing is to be rotated either. */
function unlessAnyCanBeServed(recipients: readonly KeyedRecipient[]): readonly SenderError[] {
  const refused = recipients.flatMap(({ key }) => (key instanceof SenderError ? [key] : []));
  return refused.length === recipients.length ? refused : [];
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
      recipients: (inputs.recipients ?? []).map(addressOf),
      environment: environment(),
      awaitsReceipt: inputs.await !== undefined,
      approved,
    },
    classes,
    unixSeconds(runtime),
  );
}

/** What the inputs and the secrets make together. @param secrets at least one */
function deliveryFor(
  inputs: DeliverInputs,
  { company, ...allowed }: NonNullable<PolicyResult["allowed"]> & Pick<PolicyResponse, "company">,
  secrets: readonly LabelledSecret[],
  errors: ErrorCollector,
  { run, runtime }: StepContext,
): Delivery | undefined {
  const { passphrase, resend, "parse-json-secrets": parseJson } = inputs;
  return planDelivery(
    secrets,
    describedBy(company, {
      from: inputs.from,
      company: inputs.company,
      contact: inputs.contact,
      title: inputs.title,
      reason: inputs.reason,
      message: inputs.message,
      context: inputs.context,
      origins:
        inputs.details === "none"
          ? {}
          : { Repository: run.repository, Workflow: run.workflow, Run: run.url, "Started by": run.actor },
      languages: inputs.language,
      timeZones: inputs["time-zone"],
    }),
    { resend, parseJson, passphrase, request: inputs["request-id"] },
    allowed,
    errors,
    runtime,
  );
}
