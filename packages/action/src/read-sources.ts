import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import {
  type Deadline,
  type ErrorCollector,
  fetchIdToken,
  gitHubAppToken,
  givenSecrets,
  type LabelledSecret,
  type ParameterStore,
  type RoleAssumer,
  type RotatableSecrets,
  readOtherSecrets,
  readParameters,
  readSecrets,
  type SecretsSource,
  type SecretVersion,
  type StoreContext,
  storeReader,
  tokenEndpoint,
  unixSeconds,
} from "@secret-handoff/sdk";
import { maskAll } from "./github/masking.ts";
import type { DeliverInputs } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import type { StepContext } from "./step-context.ts";

/** Where secrets are read and rotated. */
export type Sources = {
  readonly secrets: SecretsSource;
  readonly rotation: RotatableSecrets;
  readonly parameters: ParameterStore;
  readonly assumeRole: RoleAssumer;
  /** For stores of other makers. */
  readonly stores: StoreContext;
};

/** What was read: `secrets` of Secrets Manager, which can be rotated, and `others`, which cannot. */
export type ReadSources = {
  readonly secrets: readonly LabelledSecret[];
  readonly others: readonly LabelledSecret[];
};

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

/** Stores log in with what earlier steps left, or with the job's OIDC token; every token is masked. */
function storeContext({ env, workflow, runtime }: StepContext, deadline: Deadline): StoreContext {
  const onToken = (token: string) => maskAll(workflow, token);
  return {
    ...{ env, runtime, deadline, onToken },
    readFile: (path) => readFileSync(path, "utf8"),
    run: async (program, args) => (await promisify(execFile)(program, [...args])).stdout,
    idToken: async (audience) => {
      const token = await fetchIdToken(tokenEndpoint(env), audience, deadline, runtime);
      onToken(token);
      return token;
    },
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
  const { "secret-ids": secretIds = [], parameters = [], values = [], role, app } = inputs;
  const { "other-secrets": otherSecrets = [] } = inputs;
  const vault = {
    url: inputs["vault-url"],
    namespace: inputs["vault-namespace"],
    role: inputs["vault-role"],
    authPath: inputs["vault-auth-path"],
    audience: inputs["vault-audience"],
  };
  const mask = ({ value }: SecretVersion) => maskAll(workflow, value.reveal());
  const session = role && {
    ...role,
    sessionName: `run-${run.id}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
    versionId: execution,
  };
  // All in one: where one fails in a way that nothing foresaw, the failure of another must not be left without anyone to see it.
  const [secrets, named, foreign, issued, assumed] = await Promise.all([
    readSecrets(secretIds, sources.secrets, mask),
    readParameters(parameters, sources.parameters, mask),
    readOtherSecrets(otherSecrets, storeReader(vault, execution, sources.stores), mask),
    app &&
      errors.attemptAsync(async () => {
        const version = await gitHubAppToken({ ...app, versionId: execution }, sources.stores);
        mask(version);
        return { ...version, label: version.name };
      }),
    session &&
      errors.attemptAsync(async () => {
        const version = await sources.assumeRole(session);
        mask(version);
        return { ...version, label: version.name };
      }),
  ]);
  errors.add(...secrets.errors, ...named.errors, ...foreign.errors);
  const now = unixSeconds(runtime);
  const given = givenSecrets(values, run.repository, execution, now);
  const made = [assumed, issued].filter((version) => version !== undefined);
  return { secrets: secrets.secrets, others: [...named.secrets, ...foreign.secrets, ...made, ...given] };
}
