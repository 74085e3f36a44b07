import {
  checkRotatedWithin,
  checkRotation,
  type Deadline,
  type Delivery,
  type DeliveryDetails,
  ErrorCollector,
  type LabelledSecret,
  membersOf,
  type NamedVersion,
  namedVersions,
  type ReadSources,
  type Rotation,
  rotate,
  type SecretVersion,
  type SenderError,
  subjectOf,
  unixSeconds,
  versionIdOf,
} from "@secret-handoff/sdk";
import type { CheckedDelivery } from "./check.ts";
import { maskAll } from "./github/masking.ts";
import type { DeliverInputs } from "./inputs/deliver-inputs.ts";
import type { Draft } from "./inputs/table.ts";
import type { Sources } from "./read-sources.ts";
import type { StepContext } from "./step-context.ts";

/** Finds what would keep the secrets from being rotated, or makes them or the others too old to hand over. Changes nothing. */
export async function checkAges(
  { secrets, others }: ReadSources,
  { rotation, "rotated-within": rotatedWithin }: Draft<DeliverInputs>,
  sources: Pick<Sources, "rotation">,
  { runtime }: Pick<StepContext, "runtime">,
): Promise<readonly SenderError[]> {
  const now = unixSeconds(runtime);
  const checkAge = (secret: LabelledSecret, advice: string) => {
    if (rotatedWithin !== undefined) checkRotatedWithin(secret, rotatedWithin, now, advice);
  };
  const checkSecret = async (secret: LabelledSecret) => {
    if (rotation) await checkRotation(secret, rotation, sources.rotation);
    else checkAge(secret, "Rotate it first, or set rotate.");
  };
  const checkOther = async (other: LabelledSecret) =>
    checkAge(other, "Change it first: rotate is for secret-ids alone.");
  const all = await Promise.all([
    ...secrets.map((secret) => errorsOf(() => checkSecret(secret))),
    ...others.map((other) => errorsOf(() => checkOther(other))),
  ]);
  return all.flat();
}

/**
 * Rotates where the workflow asks for it, and plans the delivery of the new versions. Without rotation the delivery stays as it is.
 * @returns no delivery where something failed on the way; `rotated` is what had been rotated by then
 */
export async function rotateIfRequested(
  checked: CheckedDelivery,
  errors: ErrorCollector,
  context: StepContext,
  deadline: Deadline,
): Promise<{ readonly delivery?: Delivery | undefined; readonly rotated: readonly NamedVersion[] }> {
  const { inputs, secrets, others, delivery, deliveryOf } = checked;
  const { rotation } = inputs;
  if (!rotation) return { delivery, rotated: [] };
  // A secret of which several keys are handed over is rotated once.
  const byArn = new Map(secrets.map((secret) => [secret.arn, secret]));
  const results = [...byArn.values()].map(async (secret) => {
    const own = new ErrorCollector();
    const version = await own.attemptAsync(() => rotateOne(secret, rotation, checked, context, deadline));
    return { version, errors: own.errors };
  });
  const done = await Promise.all(results);
  errors.add(...done.flatMap((one) => one.errors));
  const newVersion = new Map(done.flatMap(({ version }) => (version ? [[version.arn, version]] : [])));
  const versions = secrets.flatMap((secret): readonly LabelledSecret[] => {
    const version = newVersion.get(secret.arn);
    const { label, key } = secret;
    return version ? [{ ...version, label, ...(key === undefined ? {} : { key }) }] : [];
  });
  const rotated = namedVersions(versions);
  if (errors.errors.length > 0) return { rotated };
  const planned = deliveryOf([...versions, ...others]);
  return { delivery: planned, rotated };
}

/** The details of the delivery as they would be after the rotation that the workflow asks for. Rotates nothing. */
export function detailsAfterRotation(
  { inputs, secrets, others, delivery }: CheckedDelivery,
  { run, runtime }: StepContext,
): DeliveryDetails {
  if (!inputs.rotation) return delivery.details;
  const rotated = secrets.map((secret) => ({
    ...secret,
    versionId: versionIdOf(run.url, secret.arn),
    versionCreatedAt: unixSeconds(runtime),
  }));
  const all = [...rotated, ...others];
  return { ...delivery.details, subject: subjectOf(all), members: membersOf(all) };
}

/** Rotates a secret and reads the version that came of it. One secret's failure does not stop the others. */
async function rotateOne(
  secret: LabelledSecret,
  rotation: Rotation,
  { inputs, sources }: CheckedDelivery,
  { workflow, runtime, run }: StepContext,
  deadline: Deadline,
): Promise<SecretVersion> {
  const request = {
    secret,
    versionId: versionIdOf(run.url, secret.arn),
    limitMs: inputs["rotate-timeout"] * 1_000,
  };
  const ports = { secrets: sources.rotation, source: sources.secrets, runtime };
  workflow.info(`Rotating ${secret.name}.`);
  const { versionId, begun } = await rotate(request, rotation, ports, deadline);
  const version = await sources.secrets.read(secret.arn, versionId);
  maskAll(workflow, version.value.reveal());
  workflow.info(
    begun
      ? `Rotated ${secret.name}: version ${versionId} is the current one.`
      : `This run rotated ${secret.name} before: version ${versionId} is the current one.`,
  );
  return version;
}

async function errorsOf(check: () => Promise<void>): Promise<readonly SenderError[]> {
  const errors = new ErrorCollector();
  await errors.attemptAsync(check);
  return errors.errors;
}
