import {
  judge,
  type LabelledSecret,
  type Lifetime,
  type MailTransport,
  type Order,
  type RotatingVault,
  type Runtime,
  readSecrets,
  type SecretsManagerOptions,
  type SecretsSource,
  SenderError,
  type ServiceClient,
  type Verdict,
} from "@secret-handoff/sdk";
import { type Draft, isComplete } from "./inputs.ts";
import type { MailChoice } from "./mail-choice.ts";
import { maskAll } from "./masking.ts";
import type { Origin } from "./origin.ts";
import { type Plan, planOrder } from "./plan.ts";
import { checkAges, type SecretStores } from "./rotate-secrets.ts";
import type { RotationInputs } from "./rotation-inputs.ts";
import { type OpenedService, openService } from "./service.ts";
import type { Workflow } from "./workflow.ts";

/** The step's surroundings. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly origin: Origin;
  readonly workflow: Workflow;
  readonly runtime: Runtime;
  readonly openSecrets: (
    options: SecretsManagerOptions,
    lifetime: Lifetime,
    runtime: Runtime,
  ) => SecretsSource;
  readonly openVault: (region: string | undefined, lifetime: Lifetime, runtime: Runtime) => RotatingVault;
  readonly openMail: (choice: MailChoice, runtime: Runtime) => MailTransport;
};

/** What a delivery takes. */
export type Ready = {
  readonly order: Order;
  /** The order for other versions of the secrets. */
  readonly orderFor: (secrets: readonly LabelledSecret[]) => Plan;
  readonly stores: SecretStores;
  readonly age: RotationInputs;
  readonly recipients: readonly string[];
  readonly service: ServiceClient;
  readonly mail: MailTransport;
};

/** Everything is known and nothing has been created. `ready` is there only when there are no errors. */
export type Prepared = {
  readonly ready?: Ready;
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
  lifetime: Lifetime,
): Promise<Prepared> {
  const opened = draft.endpoint === undefined ? undefined : openService(draft.endpoint, surroundings);
  const stores = openStores(draft, surroundings, lifetime);
  const mail = draft.mail && surroundings.openMail(draft.mail, surroundings.runtime);
  // The token is asked for first: while it travels, the AWS client is loaded.
  const [policy, read, checked] = await Promise.all([
    settled(opened?.client.classes(lifetime)),
    readAll(draft, stores, surroundings),
    settled(draft.dryRun && draft.from ? mail?.check(draft.from, lifetime) : undefined),
  ]);
  const verdict = opened && policy.value && judgeDraft(draft, policy.value, opened);
  const admitted = verdict?.admitted;
  const orderFor =
    admitted && isComplete(draft)
      ? (secrets: readonly LabelledSecret[]) => planOrder(draft, admitted, secrets, surroundings.origin)
      : undefined;
  const plan = read.secrets.length > 0 ? orderFor?.(read.secrets) : undefined;
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
            ...{ order, orderFor, stores, mail },
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

function openStores(
  { optional, age }: Draft,
  { openSecrets, openVault, runtime }: Surroundings,
  lifetime: Lifetime,
): SecretStores {
  const region = optional?.region;
  return {
    source: openSecrets({ region, versionStage: age?.versionStage }, lifetime, runtime),
    vault: openVault(region, lifetime, runtime),
  };
}

/** Reads the secrets, and finds which of them are too old or could not be rotated. */
async function readAll({ secretIds, age }: Draft, stores: SecretStores, { workflow, runtime }: Surroundings) {
  const { secrets, errors } = await readSecrets(secretIds ?? [], stores.source, ({ value }) =>
    maskAll(workflow, value.reveal()),
  );
  const aged = age ? await checkAges(secrets, age, stores, runtime.now()) : [];
  return { secrets, errors: [...errors, ...aged] };
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
    },
    classes,
  );
}

type Settled<T> = { readonly value?: T; readonly errors: readonly SenderError[] };

/** Undefined work is what could not be tried. */
async function settled<T>(work: Promise<T> | undefined): Promise<Settled<T>> {
  if (!work) return { errors: [] };
  try {
    return { value: await work, errors: [] };
  } catch (error) {
    if (error instanceof SenderError) return { errors: [error] };
    throw error;
  }
}
