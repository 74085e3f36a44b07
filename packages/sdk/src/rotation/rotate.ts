import { createHash } from "node:crypto";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { SecretsSource, SecretVersion } from "../sources/secret-version.ts";
import { checkKey, rotateGenerated } from "./generated-rotation.ts";
import { checkConfigured, rotateManaged } from "./managed-rotation.ts";
import type { RotatableSecrets, Rotated, Rotation, RotationRequest } from "./rotation.ts";

/** What rotating works with. */
export type RotationPorts = {
  readonly secrets: RotatableSecrets;
  readonly source: SecretsSource;
  readonly runtime: Runtime;
};

/**
 * Gives a secret a new value, and returns when it is the current one.
 * @throws SenderError with a sentence for each way in which it can fail
 */
export function rotate(
  request: RotationRequest,
  rotation: Rotation,
  { secrets, source, runtime }: RotationPorts,
  deadline: Deadline,
): Promise<Rotated> {
  return rotation.kind === "managed"
    ? rotateManaged(request, secrets, deadline, runtime)
    : rotateGenerated(request, rotation, secrets, source);
}

/**
 * Refuses a rotation that could not begin, before anything is changed.
 * @throws SenderError `rotation_unconfigured`, `secret_unreadable`, or what `secrets` throws
 */
export async function checkRotation(
  secret: SecretVersion,
  rotation: Rotation,
  secrets: RotatableSecrets,
): Promise<void> {
  if (rotation.kind === "managed") checkConfigured(secret, await secrets.stages(secret.arn));
  else checkKey(secret, rotation.key);
}

/**
 * The id of the version that a run makes of a secret: a UUID (version 8, RFC 9562) of what names the run, so that a rerun finds
 * what an earlier attempt has begun.
 * @param run names the run in the whole world
 */
export function versionIdOf(run: string, arn: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(["secret-handoff rotation", run, arn]))
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}
