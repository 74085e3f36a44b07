import { createHash } from "node:crypto";
import { durationInWords, formatDuration, type Subject } from "@secret-handoff/protocol/api";
import type { Concealed } from "../redact.ts";
import { SenderError } from "../sender-error.ts";

/** One version of one secret, as it was read. */
export type SecretVersion = {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  /** When this version was made, Unix seconds. */
  readonly versionCreatedAt: number;
  /** When the value stops working by itself, Unix seconds. */
  readonly endsAt?: number;
  /** The value is JSON by nature: each of its leaves is a field, whatever is chosen for secrets. */
  readonly inFields?: true;
  /** Names of fields that the store keeps concealed, whatever they are called. */
  readonly concealed?: readonly string[];
  /** Text, or the bytes of a binary secret. */
  readonly value: Concealed<string | Uint8Array>;
};

/** A version and the name it is handed over under. */
export type LabelledSecret = SecretVersion & {
  readonly label: string;
  /** The one key of its JSON that is handed over; nested names are joined with a dot. */
  readonly key?: string;
};

/** What the recipient sees where the sender gives no alias. */
export function labelOf({ name }: SecretVersion, key: string | undefined): string {
  return key === undefined ? name : `${name} (${key})`;
}

/** Where secrets come from. Each method throws SenderError with a sentence that names the secret. */
export type SecretsSource = {
  /** The current version of the secret of this name or ARN, or the version named. */
  readonly read: (id: string, versionId?: string) => Promise<SecretVersion>;
  /** Names of the secrets that begin with `prefix`, at most `limit` + 1 of them. */
  readonly namesWithPrefix: (prefix: string, limit: number) => Promise<readonly string[]>;
};

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
    (say) =>
      `"${name}" was last changed ${durationInWords(age)} ago, and ${say("rotated-within")} is ${formatDuration(within)}. ${advice}`,
  );
}

/** A subject without its recipient. */
export type SubjectSecret = Omit<Subject, "recipient">;

/**
 * The subject of a handoff, so that the same version goes to the same recipient once. One secret is itself. Several,
 * or one key of a secret, are a subject of their own: its name is a digest of the sorted ARNs and keys, its version a digest of their
 * versions, as old as the newest of them. So a rerun finds the earlier handoff, a new version of any member supersedes it, and another
 * selection is another subject. Only ARNs, keys and version ids are digested, never a value.
 * @param secrets at least one
 */
export function subjectOf(secrets: readonly Omit<LabelledSecret, "label">[]): SubjectSecret {
  const [only] = secrets;
  if (only && secrets.length === 1 && only.key === undefined) {
    const { arn, versionId, versionCreatedAt } = only;
    return { secret: arn, versionId, versionCreatedAt };
  }
  const members = secrets
    .map(({ arn, key, ...version }) => ({
      ...version,
      id: key === undefined ? arn : `${arn} ${JSON.stringify(key)}`,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    secret: `bundle:${digest(members.map(({ id }) => id))}`,
    versionId: digest(members.map(({ id, versionId }) => `${id} ${versionId}`)),
    versionCreatedAt: Math.max(...members.map(({ versionCreatedAt }) => versionCreatedAt)),
  };
}

/** The ARNs of a set, for what happens to one of its secrets; undefined where the subject is the secret itself. */
export function membersOf(secrets: readonly Omit<LabelledSecret, "label">[]): readonly string[] | undefined {
  const arns = [...new Set(secrets.map(({ arn }) => arn))];
  return arns.includes(subjectOf(secrets).secret) ? undefined : arns;
}

/** 43 characters. Neither an ARN nor a version id holds a line break. */
function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("base64url");
}
