import { durationInWords, formatDuration } from "../duration.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "./secret-version.ts";

/**
 * Refuses a version that is older than the sender wants to hand over.
 * @param within seconds
 * @param now Unix seconds
 * @param advice what to do about it
 * @throws SenderError `secret_stale`
 */
export function checkRotatedWithin(
  { name, versionCreatedAt }: SecretVersion,
  within: number,
  now: number,
  advice: string,
): void {
  const age = now - versionCreatedAt;
  if (age <= within) return;
  throw new SenderError(
    "secret_stale",
    `"${name}" was last changed ${durationInWords(age)} ago, and rotated-within is ${formatDuration(within)}. ${advice}`,
  );
}
