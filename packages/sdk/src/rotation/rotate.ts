import { createHash } from "node:crypto";
import { durationInWords } from "@secret-handoff/protocol/api";
import { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { poll } from "../runtime/polling.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import { jsonMembers } from "../sources/json.ts";
import type { SecretsSource, SecretVersion } from "../sources/secret-version.ts";
import {
  CURRENT,
  hasLabel,
  type RotatableSecrets,
  type Rotated,
  type Rotation,
  type RotationRequest,
  STAGED,
  type VersionStages,
  versionWith,
} from "./rotation.ts";

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
 * @param run a globally unique name of the run
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

const PENDING = "AWSPENDING";
/** Between two polls, ms: it grows from the first to the second. */
const FIRST_POLL_MS = 1_000;
const LONGEST_POLL_MS = 15_000;
/** How long Secrets Manager may take to show AWSPENDING on a version that it has begun, ms: RotateSecret answers before it is done. */
const PENDING_GRACE_MS = 30_000;
/** A rotation function runs no longer than a Lambda function may, ms; what has waited longer has failed. */
const LONGEST_STEP_MS = 15 * 60_000;

/**
 * Has Secrets Manager rotate the secret, and waits until the new version is the current one. A version that an earlier attempt of
 * the same request began is waited for, or found ready.
 * @throws SenderError `rotation_unconfigured`, `rotation_under_way`, `rotation_failed`, `rotation_late`, or what `secrets` throws
 */
async function rotateManaged(
  request: RotationRequest,
  secrets: RotatableSecrets,
  deadline: Deadline,
  runtime: Runtime,
): Promise<Rotated> {
  const { secret, versionId, limitMs } = request;
  const until = runtime.now() + limitMs;
  const before = await secrets.stages(secret.arn);
  if (hasLabel(before, versionId, CURRENT)) return { versionId, begun: false };
  let shown = hasLabel(before, versionId, PENDING);
  if (!shown) await begin(request, before, secrets, runtime);
  const begunAt = runtime.now();
  const look = async () => {
    const stages = await secrets.stages(secret.arn);
    if (hasLabel(stages, versionId, CURRENT)) return { versionId, begun: true };
    if (hasLabel(stages, versionId, PENDING)) shown = true;
    else if (shown || runtime.now() - begunAt > PENDING_GRACE_MS) throw failed(request);
    return undefined;
  };
  const polling = { firstMs: FIRST_POLL_MS, longestMs: LONGEST_POLL_MS, limitMs: until - begunAt };
  const rotated = await poll(look, polling, runtime, deadline.soft);
  if (!rotated) throw late(request);
  return rotated;
}

async function begin(
  request: RotationRequest,
  before: VersionStages,
  secrets: RotatableSecrets,
  runtime: Runtime,
): Promise<void> {
  const { secret, versionId } = request;
  if (before.labels[versionId]) throw overtaken(request);
  checkConfigured(secret, before);
  const pending = pendingOf(before);
  if (pending !== undefined) throw busy(request, pending, runtime.now() - before.changedAt);
  if ((await secrets.begin(secret.arn, versionId)) === "begun") return;
  // Somebody else's rotation began between the two calls.
  throw busy(request, pendingOf(await secrets.stages(secret.arn)), 0);
}

/** @throws SenderError `rotation_unconfigured` */
function checkConfigured({ name }: RotationRequest["secret"], { rotates }: VersionStages): void {
  if (rotates) return;
  throw new SenderError(
    "rotation_unconfigured",
    (say) =>
      `Secret "${name}" has no rotation set up. Set one up in Secrets Manager, or use ${say("rotate", "generate")}.`,
  );
}

/** A version of a rotation that has not ended: a rotation that has may leave AWSPENDING beside AWSCURRENT. */
function pendingOf(stages: VersionStages): string | undefined {
  const pending = versionWith(stages, PENDING);
  return pending !== undefined && hasLabel(stages, pending, CURRENT) ? undefined : pending;
}

function busy({ secret }: RotationRequest, pending: string | undefined, sinceMs: number): SenderError {
  if (sinceMs <= LONGEST_STEP_MS) {
    return new SenderError(
      "rotation_under_way",
      `Another rotation of secret "${secret.name}" is under way. Run again when it has ended.`,
    );
  }
  return new SenderError(
    "rotation_failed",
    `An earlier rotation of secret "${secret.name}" failed and left AWSPENDING on version ${pending ?? "unknown"}. Read the log of its rotation function, fix it, take the label off that version, and run again.`,
  );
}

function failed({ secret }: RotationRequest): SenderError {
  return new SenderError(
    "rotation_failed",
    `The rotation of secret "${secret.name}" failed: its new version lost AWSPENDING and never became current. Read the log of its rotation function.`,
  );
}

function late({ secret, versionId, limitMs }: RotationRequest): SenderError {
  return new SenderError(
    "rotation_late",
    (say) =>
      `The rotation of secret "${secret.name}" had not ended after ${durationInWords(limitMs / 1_000)}: version ${versionId} still holds AWSPENDING. Read the log of its rotation function, or raise ${say("rotate-timeout")}.`,
  );
}

/** The request is an old one: other versions have been current since. */
export function overtaken({ secret }: RotationRequest): SenderError {
  return new SenderError(
    "secret_changed",
    `This run rotated secret "${secret.name}" before, and it has been changed again since. Start a new run to rotate it once more.`,
  );
}

/**
 * Writes a new password to one key of a JSON secret; everything else in its text stays byte for byte. The new version is stored
 * beside the current one, and AWSCURRENT moves to it only from the very version that was read, in one conditional call of Secrets
 * Manager: what somebody else wrote meanwhile is never lost.
 * @throws SenderError `secret_unreadable`, `secret_changed`, or what `secrets` throws
 */
async function rotateGenerated(
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
function checkKey(secret: SecretVersion, key: string): void {
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
      (say) =>
        `Secret "${name}" is not a JSON object with the key "${key}", which ${say("rotate", "generate")} writes to. Check ${say("rotate-key")}.`,
    );
  }
  if (second) {
    throw new SenderError(
      "secret_unreadable",
      (say) =>
        `Secret "${name}" has the key "${key}" twice, so which of them ${say("rotate", "generate")} writes to is not clear. Drop one.`,
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
