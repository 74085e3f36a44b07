import {
  givenSecrets,
  type LabelledSecret,
  mapLimited,
  type ReadResult,
  readSecrets,
  SenderError,
  toResult,
} from "@secret-handoff/sdk";
import { maskAll } from "./github/masking.ts";
import type { Surroundings } from "./github/surroundings.ts";
import type { Sources } from "./inputs/source-inputs.ts";
import type { SecretStores } from "./secret-stores.ts";

/** As many as secrets are read at once. */
const PARAMETERS_AT_ONCE = 5;

/** What was read: `secrets` of Secrets Manager, which can be rotated, and `others`, which cannot. */
export type SourcesRead = ReadResult & { readonly others: readonly LabelledSecret[] };

/**
 * Reads everything that is to be handed over, and masks each value as soon as it is there. What has no versions (values of earlier
 * steps, temporary credentials) belongs to this execution of the step alone.
 */
export async function readSources(
  { secretIds, parameters, values, role }: Sources,
  stores: SecretStores,
  { workflow, runtime, origin, execution }: Surroundings,
): Promise<SourcesRead> {
  const mask = ({ value }: Pick<LabelledSecret, "value">) => maskAll(workflow, value.reveal());
  const now = Math.floor(runtime.now() / 1_000);
  const given = givenSecrets(values, origin.repository, execution, now);
  const kept = async (
    label: string | undefined,
    version: Promise<Omit<LabelledSecret, "label">>,
  ): Promise<LabelledSecret> => {
    const found = await version;
    mask(found);
    return { ...found, label: label ?? found.name };
  };
  const session = role && {
    ...role,
    sessionName: runOf(origin.runUrl)
      .replace(/[^\w+=,.@-]/g, "-")
      .slice(0, 64),
    versionId: execution,
  };
  // All in one: where one fails in a way that nothing foresaw, the failure of another must not be left without anyone to see it.
  const [{ secrets, errors }, named, assumed] = await Promise.all([
    readSecrets(secretIds, stores.source, mask),
    mapLimited(parameters, PARAMETERS_AT_ONCE, ({ name, alias }) =>
      toResult(kept(alias, stores.parameter(name))),
    ),
    Promise.all(session ? [toResult(kept(undefined, stores.assume(session)))] : []),
  ]);
  const others = [...named, ...assumed];
  const found = others.flatMap((one) => (one instanceof SenderError ? [] : [one]));
  return {
    secrets,
    others: [...found, ...given],
    errors: [...errors, ...others.filter((one) => one instanceof SenderError)],
  };
}

/** `run-17402286119`: a run's address ends with its id. */
function runOf(runUrl: string): string {
  return `run-${runUrl.slice(runUrl.lastIndexOf("/") + 1)}`;
}
