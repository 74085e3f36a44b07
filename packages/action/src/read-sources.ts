import {
  type Deadline,
  type ErrorCollector,
  givenSecrets,
  type LabelledSecret,
  mapLimited,
  type ParameterReader,
  type RoleAssumer,
  type RotatableSecrets,
  readSecrets,
  type SecretsSource,
} from "@secret-handoff/sdk";
import { maskAll } from "./github/masking.ts";
import type { DeliverInputs } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import type { StepContext } from "./step-context.ts";

/** Where secrets are read and rotated. */
export type Sources = {
  readonly secrets: SecretsSource;
  readonly rotation: RotatableSecrets;
  readonly parameter: ParameterReader;
  readonly assumeRole: RoleAssumer;
};

/** What was read: `secrets` of Secrets Manager, which can be rotated, and `others`, which cannot. */
export type ReadSources = {
  readonly secrets: readonly LabelledSecret[];
  readonly others: readonly LabelledSecret[];
};

/** As many as secrets are read at once. */
const PARAMETERS_AT_ONCE = 5;

/** Opens them in the region that was asked for. Nothing is called yet. */
export function openSources(
  { region, "version-stage": versionStage }: Draft<DeliverInputs>,
  { openSecrets, openRotation, openParameters, openRole, runtime }: StepContext,
  deadline: Deadline,
): Sources {
  return {
    secrets: openSecrets({ region, versionStage }, deadline, runtime),
    rotation: openRotation(region, deadline, runtime),
    parameter: openParameters(region, deadline, runtime),
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
  const mask = ({ value }: Pick<LabelledSecret, "value">) => maskAll(workflow, value.reveal());
  const readOne = (
    label: string | undefined,
    version: () => Promise<Omit<LabelledSecret, "label">>,
  ): Promise<LabelledSecret | undefined> =>
    errors.attemptAsync(async () => {
      const found = await version();
      mask(found);
      return { ...found, label: label ?? found.name };
    });
  const session = role && {
    ...role,
    sessionName: `run-${run.id}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64),
    versionId: execution,
  };
  // All in one: where one fails in a way that nothing foresaw, the failure of another must not be left without anyone to see it.
  const [secrets, named, assumed] = await Promise.all([
    readSecrets(secretIds, sources.secrets, mask),
    mapLimited(parameters, PARAMETERS_AT_ONCE, ({ name, alias }) =>
      readOne(alias, () => sources.parameter(name)),
    ),
    session && readOne(undefined, () => sources.assumeRole(session)),
  ]);
  errors.add(...secrets.errors);
  const now = Math.floor(runtime.now() / 1_000);
  const given = givenSecrets(values, run.repository, execution, now);
  return {
    secrets: secrets.secrets,
    others: [...[...named, assumed].filter((one) => one !== undefined), ...given],
  };
}
