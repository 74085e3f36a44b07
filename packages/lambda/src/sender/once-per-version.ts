import type { HandoffView, Subject } from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { derive, type HandoffKey, type HandoffRecord, viewOf } from "../store/handoff-record.ts";
import type { Handoffs, NewHandoff } from "../store/handoffs.ts";
import type { SubjectRecord, Subjects } from "../store/subjects.ts";

/** Each version of a secret is handed to each recipient once. */

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

export type Version = Pick<Subject, "versionId" | "versionCreatedAt"> & { readonly resend: boolean };

/**
 * Once per version, as long as the tombstone of its handoff stays. Then the table no longer knows how it ended, and
 * the same version is handed over anew; that an older one never displaces a newer one holds for as long as the subject is remembered.
 * `resend` overrides both.
 */
export function decide(
  subject: SubjectRecord | undefined,
  newest: HandoffRecord | undefined,
  proposed: Version,
  now: number,
): Decision {
  if (!subject || proposed.resend) return "hand_over";
  if (proposed.versionId !== subject.versionId) {
    return proposed.versionCreatedAt < subject.versionCreatedAt ? "newer_version" : "hand_over";
  }
  if (!newest) return "hand_over";
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

/** A version that a caller proposes to hand over. */
export type ProposedVersion = Version & {
  /** Refuses a class with which the caller has nothing to do. @throws ProblemError 403 `not_allowed` */
  readonly requireClass: (className: string) => void;
};

export type SubjectDeps = { readonly handoffs: Handoffs; readonly subjects: Subjects };

/** The pointer of a subject as it was read, its newest handoff, and the view of that handoff where nothing is to be created. */
type SubjectLookup = {
  readonly seen?: SubjectRecord | undefined;
  readonly newest?: HandoffRecord | undefined;
  readonly earlier?: HandoffView;
};

/**
 * Decides whether this version is to be handed over, by the subject's newest handoff. Writes nothing.
 * @throws ProblemError 409 `resend_needed` or `newer_version`; 403 where the newest would be superseded, or reported, and is of a
 * class that is not the caller's
 */
export async function checkVersion(
  handoffs: Handoffs,
  seen: SubjectRecord | undefined,
  proposed: ProposedVersion,
  now: number,
): Promise<SubjectLookup> {
  const newest = seen && (await handoffs.get(seen.newest));
  const decision = decide(seen, newest, proposed, now);
  if (decision === "resend_needed") {
    throw new ProblemError(
      "resend_needed",
      "This version was handed to this recipient, and that handoff was locked or reported. Look into it, then send with resend.",
    );
  }
  if (decision === "newer_version") {
    throw new ProblemError(
      "newer_version",
      "A newer version of this secret has been handed to this recipient. To send this one all the same, use resend.",
    );
  }
  if (newest && (decision === "already" || derive(newest, now).state === "open")) {
    proposed.requireClass(newest.class);
  }
  return decision === "already" && newest ? { seen, newest, earlier: viewOf(newest, now) } : { seen, newest };
}

/** Others who move the same subject at once make a create start again; more often than this is a fault. */
const MAX_ROUNDS = 10;

/** The pointer of a create's subject. The order: put the handoff, move the pointer, end the previous handoff. */
export class SubjectPointer {
  readonly #deps: SubjectDeps;
  readonly #subject: string;
  readonly #handoff: NewHandoff;
  readonly #proposed: ProposedVersion;
  readonly #now: number;

  constructor(
    deps: SubjectDeps,
    subject: string,
    handoff: NewHandoff,
    proposed: ProposedVersion,
    now: number,
  ) {
    this.#deps = deps;
    this.#subject = subject;
    this.#handoff = handoff;
    this.#proposed = proposed;
    this.#now = now;
  }

  /**
   * Reads the subject and decides whether this version is to be handed over. Where it is not, what an earlier try of this create has
   * put is ended.
   * @throws ProblemError as {@link checkVersion}
   */
  async lookUp(): Promise<SubjectLookup> {
    const { subjects, handoffs } = this.#deps;
    try {
      const seen = await subjects.get(this.#subject);
      // The pointer keeps one previous handoff only: where a crash has left it unended, it is ended before the next move.
      if (seen?.previous) await this.#endPrevious(seen.newest, seen.previous);
      if (seen?.newest.id === this.#handoff.id) return { seen };
      const found = await checkVersion(handoffs, seen, this.#proposed, this.#now);
      if (found.earlier) await this.#endOwn();
      return found;
    } catch (error) {
      // After a failure of AWS it stays: the create is repeated, and goes on from here.
      if (error instanceof ProblemError) await this.#endOwn();
      throw error;
    }
  }

  /**
   * Moves the pointer to the handoff and ends the previous one. A handoff that lost the race, or is refused, is ended itself.
   * @param first what was seen before the handoff was put; undefined where it has been there already
   * @returns the handoff that makes this one unnecessary, when it lost the race
   * @throws ProblemError as {@link checkVersion}, 503 when others move the same pointer again and again
   */
  async move(first: SubjectLookup | undefined): Promise<HandoffView | undefined> {
    const { versionId, versionCreatedAt } = this.#proposed;
    const to = { newest: this.#handoff, versionId, versionCreatedAt };
    let { seen, earlier } = first ?? (await this.lookUp());
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (seen?.newest.id === this.#handoff.id) return undefined;
      if (earlier) return earlier;
      if (await this.#deps.subjects.point(this.#subject, to, seen, this.#now)) {
        if (seen) await this.#endPrevious(this.#handoff, seen.newest);
        return undefined;
      }
      ({ seen, earlier } = await this.lookUp());
    }
    await this.#endOwn();
    throw new ProblemError("unavailable", "Too many runs hand over the same secret at once. Try again.", {
      headers: { "retry-after": "2" },
    });
  }

  async #endPrevious(newest: HandoffKey, previous: HandoffKey): Promise<void> {
    const { owner, metadata } = this.#handoff;
    await this.#deps.handoffs.withdraw(previous, "superseded", metadata.sender, this.#now, { owner });
    await this.#deps.subjects.settle(this.#subject, newest.id);
  }

  /** Ends what this very create has put, now or in an earlier try: another one can name the same link, and has put nothing. */
  #endOwn(): Promise<unknown> {
    const { owner, createDigest, metadata } = this.#handoff;
    return this.#deps.handoffs.withdraw(this.#handoff, "superseded", metadata.sender, this.#now, {
      owner,
      createDigest,
    });
  }
}
