import type { HandoffId } from "@secret-handoff/protocol";
import type { Actor, ParsedCreateRequest } from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { type HandoffKey, viewOf } from "../store/handoff.ts";
import type { Handoffs, NewHandoff } from "../store/handoffs.ts";
import type { SubjectRecord, Subjects } from "../store/subjects.ts";
import type { Created } from "./created.ts";
import { decide } from "./once.ts";

export type PointerDeps = { readonly handoffs: Handoffs; readonly subjects: Subjects };

/** Others who move the same subject at once make this start again; more often than this is a fault. */
const MAX_ROUNDS = 10;

/** What a look at the subject gave: the pointer as seen, and the answer when nothing is to be created. */
export type Look = { readonly seen?: SubjectRecord; readonly answer?: Created };

/**
 * Moves the pointer to the new handoff and ends the previous one. A handoff that lost the race, or is refused, is ended itself.
 * @param first what was seen before the handoff was put; undefined where it has been there already
 * @returns the answer when this handoff lost the race
 * @throws ProblemError 409 `resend_needed` or `newer_version`, 503 when others move the same pointer again and again
 */
export async function moveSubject(
  deps: PointerDeps,
  handoff: NewHandoff,
  body: ParsedCreateRequest,
  first: Look | undefined,
  now: number,
): Promise<Created | undefined> {
  const { subject, sender: by } = handoff.about;
  if (!body.subject || subject === undefined) return undefined;
  const withdrawOwn = () => deps.handoffs.withdraw(handoff, "superseded", by, now);
  const to = {
    newest: handoff,
    versionId: body.subject.versionId,
    versionCreatedAt: body.subject.versionCreatedAt,
  };
  const lookAgain = async () => {
    try {
      return await look(deps, handoff.id, subject, body, by, now);
    } catch (error) {
      // After a failure behind us it stays: the create is repeated, and goes on from here.
      if (error instanceof ProblemError) await withdrawOwn();
      throw error;
    }
  };
  let { seen, answer } = first ?? (await lookAgain());
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (seen?.newest.id === handoff.id) return undefined;
    if (answer) {
      await withdrawOwn();
      return answer;
    }
    if (await deps.subjects.point(subject, to, seen, now)) {
      if (seen) await endPrevious(deps, subject, { newest: handoff, previous: seen.newest }, by, now);
      return undefined;
    }
    ({ seen, answer } = await lookAgain());
  }
  await withdrawOwn();
  throw new ProblemError("unavailable", "Too many runs hand over the same secret at once. Try again.", {
    headers: { "retry-after": "2" },
  });
}

/**
 * Reads the subject and decides whether this version is to be handed over.
 * @throws ProblemError 409 `resend_needed` or `newer_version`
 */
export async function look(
  deps: PointerDeps,
  id: HandoffId,
  subject: string,
  body: ParsedCreateRequest,
  by: Actor,
  now: number,
): Promise<Look> {
  const seen = await deps.subjects.get(subject);
  if (!seen || !body.subject) return {};
  // The pointer keeps one previous handoff only: where a crash has left it unended, it is ended before the next move.
  if (seen.previous) {
    await endPrevious(deps, subject, { newest: seen.newest, previous: seen.previous }, by, now);
  }
  if (seen.newest.id === id) return { seen };
  const newest = await deps.handoffs.get(seen.newest);
  switch (decide(seen, newest, { ...body.subject, resend: body.resend ?? false }, now)) {
    case "hand_over":
      return { seen };
    case "already":
      return newest ? { seen, answer: { status: 200, view: viewOf(newest, now) } } : { seen };
    case "resend_needed":
      throw new ProblemError(
        "resend_needed",
        "This version was handed to this recipient, and that handoff was locked or reported. Look into it, then send with resend.",
      );
    case "newer_version":
      throw new ProblemError(
        "newer_version",
        "A newer version of this secret has been handed to this recipient.",
      );
  }
}

async function endPrevious(
  deps: PointerDeps,
  subject: string,
  { newest, previous }: { readonly newest: HandoffKey; readonly previous: HandoffKey },
  by: Actor,
  now: number,
): Promise<void> {
  await deps.handoffs.withdraw(previous, "superseded", by, now);
  await deps.subjects.settle(subject, newest.id);
}
