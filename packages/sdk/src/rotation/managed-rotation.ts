import { durationInWords } from "@secret-handoff/protocol/api";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, sleep } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import {
  CURRENT,
  hasLabel,
  type RotatableSecrets,
  type Rotated,
  type RotationRequest,
  type VersionStages,
  versionWith,
} from "./rotation.ts";

const PENDING = "AWSPENDING";
/** Between two looks, ms: it grows from the first to the second. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 15_000;
const GROWTH = 1.5;
/** A rotation function runs no longer than a Lambda function may, ms; what has waited longer has failed. */
const LONGEST_STEP_MS = 15 * 60_000;

/**
 * Has Secrets Manager rotate the secret, and waits until the new version is the current one. A version that an earlier attempt of
 * the same request began is waited for, or found ready.
 * @throws SenderError `rotation_unconfigured`, `rotation_under_way`, `rotation_failed`, `rotation_late`, or what `secrets` throws
 */
export async function rotateManaged(
  request: RotationRequest,
  secrets: RotatableSecrets,
  deadline: Deadline,
  runtime: Runtime,
): Promise<Rotated> {
  const { secret, versionId, limitMs } = request;
  const until = runtime.now() + limitMs;
  const before = await secrets.stages(secret.arn);
  if (hasLabel(before, versionId, CURRENT)) return { versionId, begun: false };
  if (!hasLabel(before, versionId, PENDING)) await begin(request, before, secrets, runtime);
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_LOOK_MS, waitMs * GROWTH)) {
    const stages = await secrets.stages(secret.arn);
    if (hasLabel(stages, versionId, CURRENT)) return { versionId, begun: true };
    if (!hasLabel(stages, versionId, PENDING)) throw failed(request);
    const leftMs = until - runtime.now();
    if (leftMs <= 0) throw late(request);
    await sleep(Math.min(waitMs, leftMs), runtime, deadline.soft);
  }
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
export function checkConfigured({ name }: RotationRequest["secret"], { rotates }: VersionStages): void {
  if (rotates) return;
  throw new SenderError(
    "rotation_unconfigured",
    `Secret "${name}" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.`,
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
    `The rotation of secret "${secret.name}" had not ended after ${durationInWords(limitMs / 1_000)}: version ${versionId} still holds AWSPENDING. Read the log of its rotation function, or raise rotate-timeout.`,
  );
}

/** The request is an old one: other versions have been current since. */
export function overtaken({ secret }: RotationRequest): SenderError {
  return new SenderError(
    "secret_changed",
    `This run rotated secret "${secret.name}" before, and it has been changed again since. Start a new run to rotate it once more.`,
  );
}
