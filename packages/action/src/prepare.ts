import {
  type Deadline,
  judge,
  type LabelledSecret,
  type MailTransport,
  type Order,
  SenderError,
  type ServiceClient,
  toResult,
  type Verdict,
} from "@secret-handoff/sdk";
import type { Surroundings } from "./github/surroundings.ts";
import { type Draft, isComplete } from "./inputs/inputs.ts";
import type { RotationInputs } from "./inputs/rotation-inputs.ts";
import { type Plan, planOrder } from "./plan.ts";
import { readSources } from "./read-sources.ts";
import { checkAges } from "./rotate-secrets.ts";
import { openStores, type SecretStores } from "./secret-stores.ts";
import { type OpenedService, openService } from "./service.ts";

/** What a delivery takes. */
export type Ready = {
  readonly order: Order;
  /** The order for other versions of the secrets. */
  readonly orderFor: (secrets: readonly LabelledSecret[]) => Plan;
  readonly stores: SecretStores;
  /** What is handed over as it is, also when the secrets are rotated. */
  readonly others: readonly LabelledSecret[];
  readonly age: RotationInputs;
  readonly recipients: readonly string[];
  readonly service: ServiceClient;
  readonly mail: MailTransport;
};

/** Everything is known and nothing has been created. `ready` is there only when there are no errors. */
export type Prepared = {
  readonly ready?: Ready;
  /** Those of Secrets Manager. */
  readonly secrets: readonly LabelledSecret[];
  readonly errors: readonly SenderError[];
  /** What should be known but stops nothing. */
  readonly advice: readonly string[];
};

/**
 * Reads the secrets and the policy side by side, masks, and judges. Inputs that could not be read do not keep the others from
 * being checked: every mistake is found at once, before anything is created.
 */
export async function prepare(
  draft: Draft,
  inputErrors: readonly SenderError[],
  surroundings: Surroundings,
  deadline: Deadline,
): Promise<Prepared> {
  const opened = draft.endpoint === undefined ? undefined : openService(draft.endpoint, surroundings);
  const stores = openStores(draft, surroundings, deadline);
  const mail = draft.mail && surroundings.openMail(draft.mail, surroundings.runtime);
  // The token is asked for first: while it travels, the AWS client is loaded.
  const [policy, read, checked] = await Promise.all([
    tried(opened?.client.classes(deadline)),
    readAll(draft, stores, surroundings),
    tried(draft.dryRun && draft.from ? mail?.check(draft.from, deadline) : undefined),
  ]);
  const verdict = opened && policy.value && judgeDraft(draft, policy.value, opened);
  const admitted = verdict?.admitted;
  const orderFor =
    admitted && isComplete(draft)
      ? (secrets: readonly LabelledSecret[]) =>
          planOrder(draft, admitted, secrets, surroundings.origin, surroundings.runtime.now())
      : undefined;
  const all = [...read.secrets, ...read.others];
  const plan = all.length > 0 ? orderFor?.(all) : undefined;
  const errors = [
    ...inputErrors,
    ...read.errors,
    ...policy.errors,
    ...(verdict?.errors ?? []),
    ...(plan?.errors ?? []),
    ...checked.errors,
  ];
  const order = errors.length === 0 ? plan?.order : undefined;
  const ready =
    order && orderFor && draft.recipients && draft.age && opened && mail
      ? {
          ready: {
            ...{ order, orderFor, stores, mail, others: read.others },
            ...{ age: draft.age, recipients: draft.recipients, service: opened.client },
          },
        }
      : {};
  return {
    ...ready,
    secrets: read.secrets,
    errors,
    advice: [...(verdict?.advice ?? []), ...(checked.value ?? [])],
  };
}

/** Reads what is to be handed over, and finds which of it is too old or could not be rotated. */
async function readAll({ sources, age }: Draft, stores: SecretStores, surroundings: Surroundings) {
  if (!sources) return { secrets: [], others: [], errors: [] };
  const { secrets, others, errors } = await readSources(sources, stores, surroundings);
  const aged = age ? await checkAges({ secrets, others }, age, stores, surroundings.runtime.now()) : [];
  return { secrets, others, errors: [...errors, ...aged] };
}

/** A weak passphrase or a malformed length of time has its own error; here it counts as given. */
function judgeDraft(
  draft: Draft,
  classes: Parameters<typeof judge>[1],
  { environment }: OpenedService,
): Verdict | undefined {
  if (draft.class === undefined) return undefined;
  const { expiresIn, reason } = draft.optional ?? {};
  return judge(
    {
      class: draft.class,
      expiresIn,
      hasPassphrase: draft.passphraseGiven ?? false,
      reason,
      recipients: draft.recipients ?? [],
      environment: environment(),
      awaits: draft.optional?.awaitFor !== undefined,
    },
    classes,
  );
}

type Tried<T> = { readonly value?: T; readonly errors: readonly SenderError[] };

/** Undefined work is what could not be tried. */
async function tried<T>(work: Promise<T> | undefined): Promise<Tried<T>> {
  if (!work) return { errors: [] };
  const result = await toResult(work);
  return result instanceof SenderError ? { errors: [result] } : { value: result, errors: [] };
}
