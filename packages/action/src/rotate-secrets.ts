import {
  checkRotatedWithin,
  checkRotation,
  type Deadline,
  type LabelledSecret,
  type Rotation,
  rotate,
  type SenderError,
  toResult,
  versionIdOf,
} from "@secret-handoff/sdk";
import { maskAll } from "./github/masking.ts";
import type { Surroundings } from "./github/surroundings.ts";
import type { RotationInputs } from "./inputs/rotation-inputs.ts";
import type { SourcesRead } from "./read-sources.ts";
import type { SecretStores } from "./secret-stores.ts";

/** What was rotated, in the order given, and one error for each secret that was not. */
export type RotationResult = {
  readonly secrets: readonly LabelledSecret[];
  readonly errors: readonly SenderError[];
};

/** Finds what would keep the secrets from being rotated, or makes them or the others too old to hand over. Changes nothing. */
export async function checkAges(
  { secrets, others }: Pick<SourcesRead, "secrets" | "others">,
  { rotation, rotatedWithin }: RotationInputs,
  { vault }: Pick<SecretStores, "vault">,
  nowMs: number,
): Promise<readonly SenderError[]> {
  const checkAge = (secret: LabelledSecret, advice: string) => {
    if (rotatedWithin === undefined) return;
    checkRotatedWithin(secret, rotatedWithin, Math.floor(nowMs / 1_000), advice);
  };
  const checks = [
    ...secrets.map((secret) =>
      failureOf(async () => {
        if (rotation) await checkRotation(secret, rotation, vault);
        else checkAge(secret, "Rotate it first, or set rotate.");
      }),
    ),
    ...others.map((other) =>
      failureOf(async () => checkAge(other, "Change it first: rotate is for secret-ids alone.")),
    ),
  ];
  return (await Promise.all(checks)).flatMap((error) => error ?? []);
}

/** Rotates every secret and reads the version that came of it. One secret's failure does not stop the others. */
export async function rotateSecrets(
  secrets: readonly LabelledSecret[],
  rotation: Rotation,
  { rotateTimeout }: RotationInputs,
  { source, vault }: Pick<SecretStores, "source" | "vault">,
  { workflow, runtime, origin }: Surroundings,
  deadline: Deadline,
): Promise<RotationResult> {
  const rotated: LabelledSecret[] = [];
  const errors = secrets.map((secret, index) =>
    failureOf(async () => {
      const wish = {
        secret,
        versionId: versionIdOf(origin.runUrl, secret.arn),
        limitMs: rotateTimeout * 1_000,
      };
      workflow.info(`Rotating ${secret.name}.`);
      const { versionId, begun } = await rotate(
        wish,
        rotation,
        { secrets: vault, source, runtime },
        deadline,
      );
      const version = await source.read(secret.arn, versionId);
      maskAll(workflow, version.value.reveal());
      rotated[index] = { ...version, label: secret.label };
      workflow.info(
        begun
          ? `Rotated ${secret.name}: version ${versionId} is the current one.`
          : `This run rotated ${secret.name} before: version ${versionId} is the current one.`,
      );
    }),
  );
  const failures = (await Promise.all(errors)).flatMap((error) => error ?? []);
  return { secrets: rotated.filter((secret) => secret !== undefined), errors: failures };
}

async function failureOf(work: () => Promise<void>): Promise<SenderError | undefined> {
  return (await toResult(work())) ?? undefined;
}
