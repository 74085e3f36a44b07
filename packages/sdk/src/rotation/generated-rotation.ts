import { Concealed } from "../concealed.ts";
import { SenderError } from "../sender-error.ts";
import { readJson } from "../sources/json-text.ts";
import type { SecretsSource, SecretVersion } from "../sources/secret-version.ts";
import { bears, CURRENT, type VersionStages } from "../sources/version-stages.ts";
import { overtaken } from "./managed-rotation.ts";
import { type RotatingVault, STAGED } from "./rotating-vault.ts";
import type { Rotated, Rotation, RotationWish } from "./rotation.ts";

/**
 * Writes a new password to one key of a JSON secret; everything else in its text stays byte for byte. The new version is stored
 * beside the current one, and AWSCURRENT moves to it only from the very version that was read, in one conditional call of Secrets
 * Manager: what somebody else wrote meanwhile is never lost.
 * @throws SenderError `secret_unreadable`, `secret_changed`, or what the vault throws
 */
export async function rotateGenerated(
  wish: RotationWish,
  { key, rules }: Extract<Rotation, { kind: "generate" }>,
  vault: RotatingVault,
  source: SecretsSource,
): Promise<Rotated> {
  const { secret, versionId } = wish;
  const before = await vault.stages(secret.arn);
  if (bears(before, versionId, CURRENT)) return { versionId, begun: false };
  if (wasCurrent(before, versionId)) throw overtaken(wish);
  const old = await source.read(secret.arn);
  if (!bears(before, versionId, STAGED)) {
    const value = withKey(old, key, (await vault.password(rules)).reveal());
    if ((await vault.stage(secret.arn, versionId, value)) === "taken") throw overtaken(wish);
  } else if (!(await isBasedOn(old, key, versionId, source))) {
    throw changed(wish);
  }
  const moved = await vault.promote(secret.arn, old.versionId, versionId);
  await vault.unlabel(secret.arn, versionId);
  // A repeated call, whose first answer was lost, finds the label moved: by itself.
  const held = moved === "promoted" || bears(await vault.stages(secret.arn), versionId, CURRENT);
  if (!held) throw changed(wish);
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
  const root = typeof text === "string" ? readJson(text) : undefined;
  const [found, second] = root?.kind === "object" ? root.members.filter((member) => member.key === key) : [];
  if (typeof text !== "string" || !found) {
    throw new SenderError(
      "secret_unreadable",
      `Secret "${name}" is no JSON object with the key "${key}", which rotate: generate writes to. Check rotate-key.`,
    );
  }
  if (second) {
    throw new SenderError(
      "secret_unreadable",
      `Secret "${name}" has the key "${key}" twice, so which of them rotate: generate writes to is not clear. Drop one.`,
    );
  }
  const { start, end } = found.value;
  return new Concealed(text.slice(0, start) + JSON.stringify(password) + text.slice(end));
}

function changed({ secret }: RotationWish): SenderError {
  return new SenderError(
    "secret_changed",
    `Secret "${secret.name}" was changed while its new password was being written, so it was left as it is. Start a new run.`,
  );
}
