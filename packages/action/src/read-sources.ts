import {
  type Deadline,
  type ErrorCollector,
  givenSecrets,
  type LabelledSecret,
  type ParameterStore,
  type RoleAssumer,
  type RotatableSecrets,
  readParameters,
  readSecrets,
  type SecretsSource,
  type SecretVersion,
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
};

/** What was read: `secrets` of Secrets Manager, which can be rotated, and `others`, which cannot. */
export type ReadSources = {
  readonly secrets: readonly LabelledSecret[];
  readonly others: readonly LabelledSecret[];
};

/** Opens them in the region that was asked for. Nothing is called yet. */
export function openSources(
  { region, "version-stage": versionStage }: Draft<DeliverInputs>,
  { openSecrets, openRotation, openParameters, openRole, runtime }: StepContext,
  deadline: Deadline,
): Sources {
  return {
    secrets: openSecrets({ region, versionStage }, deadline, runtime),
    rotation: openRotation(region, deadline, runtime),
    parameters: openParameters(region, deadline, runtime),
    assumeRole: openRole(region, deadline, runtime),
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
  const { "secret-ids": secretIds = [], parameters = [], values = [], role } = inputs;
  const mask = ({ value }: SecretVersion) => maskAll(workflow, value.reveal());
  const session = role && {
    ...role,
    sessionName: `run-${run.id}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
    versionId: execution,
  };
  // All in one: where one fails in a way that nothing foresaw, the failure of another must not be left without anyone to see it.
  const [secrets, named, assumed] = await Promise.all([
    readSecrets(secretIds, sources.secrets, mask),
    readParameters(parameters, sources.parameters, mask),
    session &&
      errors.attemptAsync(async () => {
        const version = await sources.assumeRole(session);
        mask(version);
        return { ...version, label: version.name };
      }),
  ]);
  errors.add(...secrets.errors, ...named.errors);
  const now = Math.floor(runtime.now() / 1_000);
  const given = givenSecrets(values, run.repository, execution, now);
  return { secrets: secrets.secrets, others: [...named.secrets, ...(assumed ? [assumed] : []), ...given] };
}
