import type { HandoffRecord } from "../store/handoff.ts";
import { derive } from "../store/handoff.ts";
import type { SubjectRecord } from "../store/subjects.ts";

/** Seconds in which a handoff must be reported mailed; after them the next create supersedes it. */
export const ABANDONED_SECONDS = 300;

export type Decision =
  /** Hand over; the subject's newest handoff, if any, is superseded. */
  | "hand_over"
  /** This version is with that recipient already, or on its way: create nothing. */
  | "already"
  /** This version ended locked or reported: that takes `resend`. */
  | "resend_needed"
  /** A newer version has been handed over: an older one never displaces it. */
  | "newer_version";

/**
 * Once per version, for the 30 days that a tombstone stays after its handoff has ended. Then nobody knows any more how it ended, and
 * the same version is handed over anew; that an older one never displaces a newer one holds for as long as the subject is remembered.
 * VersionIds are unordered; the version's creation time says which is newer.
 * @param newest the subject's newest handoff, undefined when its tombstone is gone
 */
export function decide(
  subject: SubjectRecord | undefined,
  newest: HandoffRecord | undefined,
  asked: { readonly versionId: string; readonly versionCreatedAt: number; readonly resend: boolean },
  now: number,
): Decision {
  if (!subject) return "hand_over";
  if (asked.versionId !== subject.versionId) {
    return asked.versionCreatedAt < subject.versionCreatedAt ? "newer_version" : "hand_over";
  }
  if (asked.resend || !newest) return "hand_over";
  const { state } = derive(newest, now);
  switch (state) {
    case "open":
      return newest.mailedAt === undefined && newest.createdAt + ABANDONED_SECONDS <= now
        ? "hand_over"
        : "already";
    case "claimed":
    case "delivered":
    case "unconfirmed":
      return "already";
    case "locked":
    case "reported":
      return "resend_needed";
    case "expired":
    case "revoked":
    case "superseded":
      return "hand_over";
  }
}
