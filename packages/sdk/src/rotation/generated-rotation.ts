import { Concealed } from "../concealed.ts";
import { SenderError } from "../sender-error.ts";
import { jsonMembers } from "../sources/json.ts";
import type { SecretsSource, SecretVersion } from "../sources/secret-version.ts";
import { overtaken } from "./managed-rotation.ts";
import {
  CURRENT,
  hasLabel,
  type RotatableSecrets,
  type Rotated,
  type Rotation,
  type RotationRequest,
  STAGED,
  type VersionStages,
} from "./rotation.ts";

/**
 * Writes a new password to one key of a JSON secret; everything else in its text stays byte for byte. The new version is stored
 * beside the current one, and AWSCURRENT moves to it only from the very version that was read, in one conditional call of Secrets
 * Manager: what somebody else wrote meanwhile is never lost.
 * @throws SenderError `secret_unreadable`, `secret_changed`, or what `secrets` throws
 */
export async function rotateGenerated(
  request: RotationRequest,
  { key, rules }: Extract<Rotation, { kind: "generate" }>,
  secrets: RotatableSecrets,
  source: SecretsSource,
): Promise<Rotated> {
  const { secret, versionId } = request;
  const before = await secrets.stages(secret.arn);
  if (hasLabel(before, versionId, CURRENT)) return { versionId, begun: false };
  if (wasCurrent(before, versionId)) throw overtaken(request);
  const old = await source.read(secret.arn);
  if (!hasLabel(before, versionId, STAGED)) {
    const value = withKey(old, key, (await secrets.password(rules)).reveal());
    if ((await secrets.stage(secret.arn, versionId, value)) === "taken") throw overtaken(request);
  } else if (!(await isBasedOn(old, key, versionId, source))) {
    throw changed(request);
  }
  const moved = await secrets.promote(secret.arn, old.versionId, versionId);
  await secrets.unlabel(secret.arn, versionId);
  // A repeated call, whose first answer was lost, finds the label moved: by itself.
  const held = moved === "promoted" || hasLabel(await secrets.stages(secret.arn), versionId, CURRENT);
  if (!held) throw changed(request);
  return { versionId, begun: true };
}

/** @throws SenderError `secret_unreadable` unless the secret is a JSON object with that key */
export function checkKey(secret: SecretVersion, key: string): void {
  withKey(secret, key, "");
}

function wasCurrent({ labels }: VersionStages, versionId: string): boolean {
  return labels[versionId]?.includes("AWSPREVIOUS") ?? false;
}

/** An earlier attempt staged the version and died: it may become current if it differs from what is current in the key alone. */
async function isBasedOn(
  old: SecretVersion,
  key: string,
  versionId: string,
  source: SecretsSource,
): Promise<boolean> {
  const staged = await source.read(old.arn, versionId);
  return withKey(staged, key, "").reveal() === withKey(old, key, "").reveal();
}

/**
 * The secret's text with another value of one key; every other byte stays.
 * @throws SenderError `secret_unreadable` unless the secret is a JSON object with that key once
 */
function withKey({ name, value }: SecretVersion, key: string, password: string): Concealed<string> {
  const text = value.reveal();
  const members = typeof text === "string" ? jsonMembers(text) : undefined;
  const [found, second] = members?.filter((member) => member.key === key) ?? [];
  if (typeof text !== "string" || !found) {
    throw new SenderError(
      "secret_unreadable",
      `Secret "${name}" is not a JSON object with the key "${key}", which rotate: generate writes to. Check rotate-key.`,
    );
  }
  if (second) {
    throw new SenderError(
      "secret_unreadable",
      `Secret "${name}" has the key "${key}" twice, so which of them rotate: generate writes to is not clear. Drop one.`,
    );
  }
  return new Concealed(text.slice(0, found.start) + JSON.stringify(password) + text.slice(found.end));
}

function changed({ secret }: RotationRequest): SenderError {
  return new SenderError(
    "secret_changed",
    `Secret "${secret.name}" was changed while its new password was being written, so it was left as it is. Start a new run.`,
  );
}
