import {
  type Deadline,
  type ErrorCollector,
  fetchIdToken,
  givenSecrets,
  machineOf,
  type ReadSources,
  type RotatableSecrets,
  readAllSecrets,
  type SecretSources,
  type StoreContext,
  type TokenPorts,
  tokenEndpoint,
  unixSeconds,
} from "@secret-handoff/sdk";
import { maskAll, maskLogin } from "./github/masking.ts";
import type { DeliverInputs, MailChoice } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import type { StepContext } from "./step-context.ts";

/** Where secrets are read and rotated. */
export type Sources = SecretSources & { readonly rotation: RotatableSecrets };

/** Opens them in the region that was asked for. Nothing is called yet. */
export function openSources(
  { region, "version-stage": versionStage }: Draft<DeliverInputs>,
  context: StepContext,
  deadline: Deadline,
): Sources {
  const { openSecrets, openRotation, openParameters, openRole, runtime } = context;
  return {
    stores: storeContext(context, deadline),
    secrets: openSecrets({ region, versionStage }, deadline, runtime),
    rotation: openRotation(region, deadline, runtime),
    parameters: openParameters(region, deadline, runtime),
    assumeRole: openRole(region, deadline, runtime),
  };
}

/** The job's OIDC token, for whoever takes it as a login; every token is masked. */
export function tokenPorts({ env, workflow, runtime }: StepContext): Required<TokenPorts> {
  const onToken = (token: string) => maskAll(workflow, token);
  return {
    onToken,
    idToken: async (audience, deadline) => {
      const token = await fetchIdToken(tokenEndpoint(env), audience, deadline, runtime);
      onToken(token);
      return token;
    },
  };
}

/** The same for a mail server; what its login sends is masked as well. */
export function mailPorts(mail: MailChoice, context: StepContext): Required<TokenPorts> {
  const { workflow } = context;
  const login = mail.by === "smtp" ? mail.server.login : undefined;
  if (login && "password" in login) maskLogin(workflow, login.user, { password: login.password.reveal() });
  return {
    ...tokenPorts(context),
    onToken: (token) => maskLogin(workflow, login?.user ?? "", { token }),
  };
}

/** Stores log in with what earlier steps left, or with the job's OIDC token. */
function storeContext(context: StepContext, deadline: Deadline): StoreContext {
  const { env, runtime } = context;
  const { onToken, idToken } = tokenPorts(context);
  return {
    ...machineOf(env, deadline),
    ...{ runtime, onToken },
    idToken: (audience) => idToken(audience, deadline),
  };
}

/**
 * Reads everything that is to be handed over, and masks each value as soon as it is there. What has no versions (values of earlier
 * steps, temporary credentials) belongs to this execution of the step alone.
 */
export async function readSources(
  inputs: Draft<DeliverInputs>,
  sources: Sources,
  errors: ErrorCollector,
  { workflow, runtime, run, execution }: StepContext,
): Promise<ReadSources> {
  const { role, values = [] } = inputs;
  const sessionName = `run-${run.id}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64);
  const { secrets, others } = await readAllSecrets(
    {
      secretIds: inputs["secret-ids"],
      parameters: inputs.parameters,
      otherSecrets: inputs["other-secrets"],
      vault: {
        url: inputs["vault-url"],
        namespace: inputs["vault-namespace"],
        role: inputs["vault-role"],
        authPath: inputs["vault-auth-path"],
        audience: inputs["vault-audience"],
      },
      role: role && { ...role, sessionName },
      app: inputs.app,
    },
    sources,
    execution,
    errors,
    ({ value, concealed }) => maskAll(workflow, value.reveal(), concealed),
  );
  const given = givenSecrets(values, run.repository, execution, unixSeconds(runtime));
  return { secrets, others: [...others, ...given] };
}
