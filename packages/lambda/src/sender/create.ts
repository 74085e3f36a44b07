import type { CredentialClass, ParsedCreateRequest } from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import { viewOf } from "../store/handoff.ts";
import type { NewHandoff } from "../store/handoffs.ts";
import { subjectId } from "../store/subjects.ts";
import { admit } from "./admission.ts";
import type { Caller } from "./caller.ts";
import type { Created } from "./created.ts";
import { newHandoff, viewOfNew } from "./new-handoff.ts";
import type { Pseudonymise } from "./pseudonym.ts";
import { type Look, look, moveSubject, type PointerDeps } from "./subject-pointer.ts";

export type CreateDeps = PointerDeps & {
  readonly classes: readonly CredentialClass[];
  readonly pseudonymise: Pseudonymise;
};

/**
 * Creates a handoff, or reports the one that makes it unnecessary. Order: put the handoff, move the subject's pointer, end the
 * previous handoff; the loser of a race ends its own.
 * @throws ProblemError 400, 403 `not_allowed`, 409, 422 `policy` with every broken rule
 */
export async function create(
  deps: CreateDeps,
  caller: Caller,
  body: ParsedCreateRequest,
  now: number,
): Promise<Created> {
  const { recipient } = admit(deps.classes, caller, body, now);
  const pseudonym = recipient === undefined ? undefined : await deps.pseudonymise(recipient);
  const subject =
    body.subject && pseudonym !== undefined
      ? subjectId(caller.owner, body.subject.secret, pseudonym)
      : undefined;
  const handoff = newHandoff(body, caller, pseudonym, subject);

  const first = subject === undefined ? {} : await lookFirst(deps, handoff, subject, body, now);
  if (first.answer) return first.answer;
  if (!(await deps.handoffs.put(handoff, now))) return repeated(deps, handoff, body, now);
  const displaced = subject === undefined ? undefined : await moveSubject(deps, handoff, body, first, now);
  return displaced ?? { status: 201, view: viewOfNew(handoff, now) };
}

/** Looks at the subject. Where nothing is to be created, what a try that died before has left open is ended. */
async function lookFirst(
  deps: CreateDeps,
  handoff: NewHandoff,
  subject: string,
  body: ParsedCreateRequest,
  now: number,
): Promise<Look> {
  const endOwn = () => deps.handoffs.withdraw(handoff, "superseded", handoff.about.sender, now);
  try {
    const found = await look(deps, handoff.id, subject, body, handoff.about.sender, now);
    if (found.answer) await endOwn();
    return found;
  } catch (error) {
    // After a failure of AWS it stays: the create is repeated, and goes on from here.
    if (error instanceof ProblemError) await endOwn();
    throw error;
  }
}

/** The id is taken: by this very create, whose answer was lost, or by another. */
async function repeated(
  deps: CreateDeps,
  handoff: NewHandoff,
  body: ParsedCreateRequest,
  now: number,
): Promise<Created> {
  const earlier = await deps.handoffs.get(handoff);
  const same = earlier?.createDigest && Buffer.compare(earlier.createDigest, handoff.createDigest) === 0;
  if (!same || earlier.owner !== handoff.owner) {
    throw new ProblemError("id_taken", "This id is taken. Seal again, which makes a new one.");
  }
  // The first try may have died between its put and the pointer.
  const unfinished = viewOf(earlier, now).state === "open";
  const displaced = unfinished ? await moveSubject(deps, handoff, body, undefined, now) : undefined;
  return displaced ?? { status: 200, view: viewOf(earlier, now) };
}
