import {
  cachedToken,
  judge,
  type LabelledSecret,
  type Lifetime,
  type MailTransport,
  type Order,
  type Runtime,
  readSecrets,
  type SecretsSource,
  SenderError,
  type ServiceClient,
  serviceClient,
} from "@secret-handoff/sdk";
import { fetchIdToken, tokenEndpoint } from "./id-token.ts";
import type { Inputs } from "./inputs.ts";
import { maskedForms } from "./masking.ts";
import type { Origin } from "./origin.ts";
import { planOrder } from "./plan.ts";
import type { Workflow } from "./workflow.ts";

/** The step's surroundings. */
export type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly origin: Origin;
  readonly workflow: Workflow;
  readonly runtime: Runtime;
  readonly openSecrets: (region: string | undefined, lifetime: Lifetime, runtime: Runtime) => SecretsSource;
  readonly openMail: (inputs: Inputs, runtime: Runtime) => MailTransport;
};

/** Everything is known and nothing has been created. */
export type Prepared = {
  readonly order?: Order;
  readonly service: ServiceClient;
  readonly mail: MailTransport;
  readonly secrets: readonly LabelledSecret[];
  readonly errors: readonly SenderError[];
  /** What should be known but stops nothing. */
  readonly advice: readonly string[];
};

/** Reads the secrets and the policy side by side, masks, and judges: every mistake is found before anything is created. */
export async function prepare(
  inputs: Inputs,
  { env, origin, workflow, runtime, openSecrets, openMail }: Surroundings,
  lifetime: Lifetime,
): Promise<Prepared> {
  const service = openService(inputs.endpoint, env, workflow, runtime);
  const mail = openMail(inputs, runtime);
  const source = openSecrets(inputs.region, lifetime, runtime);
  const [read, policy, checked] = await Promise.all([
    readSecrets(inputs.secretIds, source, ({ value }) => maskAll(workflow, value.reveal())),
    settled(service.classes(lifetime)),
    settled(inputs.dryRun ? mail.check(inputs.from, lifetime) : Promise.resolve([])),
  ]);
  const verdict = policy.value && judge(wishOf(inputs), policy.value);
  const plan =
    verdict?.admitted && read.secrets.length > 0
      ? planOrder(inputs, verdict.admitted, read.secrets, origin)
      : undefined;
  const errors = [
    ...read.errors,
    ...(policy.error ?? []),
    ...(verdict?.errors ?? []),
    ...(plan?.errors ?? []),
    ...(checked.error ?? []),
  ];
  return {
    ...(plan?.order && errors.length === 0 ? { order: plan.order } : {}),
    ...{ service, mail, secrets: read.secrets, errors },
    advice: [...(verdict?.advice ?? []), ...(checked.value ?? [])],
  };
}

/** Masks a secret in every form it could be shown in. */
export function maskAll(workflow: Workflow, value: string | Uint8Array): void {
  for (const form of maskedForms(value)) workflow.mask(form);
}

function openService(
  endpoint: string,
  env: Surroundings["env"],
  workflow: Workflow,
  runtime: Runtime,
): ServiceClient {
  const tokens = cachedToken(async (lifetime) => {
    const token = await fetchIdToken(tokenEndpoint(env), endpoint, lifetime, runtime);
    workflow.mask(token);
    return token;
  }, runtime);
  return serviceClient(endpoint, tokens, runtime);
}

function wishOf(inputs: Inputs) {
  const { expiresIn, passphrase, reason, recipients } = inputs;
  return { class: inputs.class, expiresIn, hasPassphrase: passphrase !== undefined, reason, recipients };
}

type Settled<T> = { readonly value?: T; readonly error?: readonly SenderError[] };

async function settled<T>(work: Promise<T>): Promise<Settled<T>> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof SenderError) return { error: [error] };
    throw error;
  }
}
