import { createHash } from "node:crypto";
import type { Subject } from "@secret-handoff/protocol";
import type { SecretVersion } from "./secret-version.ts";

/** What is handed over, without to whom. */
export type SubjectSecret = Omit<Subject, "recipient">;

/**
 * What a handoff is about, so that the same version goes to the same recipient once. One secret is itself. Several are one
 * subject of their own: its name is a digest of the sorted ARNs, its version a digest of their versions, as old as the newest
 * of them. So a rerun finds the earlier handoff, a new version of any member supersedes it, and another selection is another
 * subject. Only ARNs and version ids are digested, never a value.
 * @param secrets at least one
 */
export function subjectOf(secrets: readonly SecretVersion[]): SubjectSecret {
  const [only] = secrets;
  if (only && secrets.length === 1) {
    const { arn, versionId, versionCreatedAt } = only;
    return { secret: arn, versionId, versionCreatedAt };
  }
  const sorted = secrets.toSorted((a, b) => (a.arn < b.arn ? -1 : 1));
  return {
    secret: `bundle:${digest(sorted.map(({ arn }) => arn))}`,
    versionId: digest(sorted.map(({ arn, versionId }) => `${arn} ${versionId}`)),
    versionCreatedAt: Math.max(...sorted.map(({ versionCreatedAt }) => versionCreatedAt)),
  };
}

/** 43 characters. Neither an ARN nor a version id holds a line break. */
function digest(lines: readonly string[]): string {
  return createHash("sha256").update(lines.join("\n")).digest("base64url");
}
