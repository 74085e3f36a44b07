import { createHash } from "node:crypto";
import {
  type CredentialClass,
  type HandoffView,
  isEnvelopeLength,
  isHandoffId,
  isHeaderLength,
  MAX_ATTEMPTS,
  needsEmail,
  normaliseEmail,
  ProtocolError,
} from "@secret-handoff/protocol";
import { ProblemError } from "../http/problem.ts";
import { type HandoffKey, type HandoffRecord, viewOf } from "../store/handoff.ts";
import type { Handoffs, NewHandoff } from "../store/handoffs.ts";
import { type SubjectRecord, type Subjects, subjectId } from "../store/subjects.ts";
import type { Caller } from "./caller.ts";
import { decide } from "./once.ts";
import { brokenRules } from "./policy.ts";
import type { Pseudonymise } from "./pseudonym.ts";
import type { CreateBody } from "./schemas.ts";

export type CreateDeps = {
  readonly handoffs: Handoffs;
  readonly subjects: Subjects;
  readonly classes: readonly CredentialClass[];
  readonly pseudonymise: Pseudonymise;
};

/** 201 for what was created now, 200 for what was there before. */
export type Created = { readonly status: 200 | 201; readonly view: HandoffView };

/** Others who move the same subject at once make this start again; more often than this is a fault. */
const MAX_ROUNDS = 10;

/**
 * Creates a handoff, or reports the one that makes it unnecessary. Order: put the handoff, move the subject's pointer, end the
 * previous handoff; the loser of a race ends its own.
 * @throws ProblemError 400, 403 `not_allowed`, 409, 422 `policy` with every broken rule
 */
export async function create(
  deps: CreateDeps,
  caller: Caller,
  body: CreateBody,
  now: number,
): Promise<Created> {
  const { recipient } = checkPolicy(deps.classes, caller, body, now);
  const pseudonym = recipient === undefined ? undefined : await deps.pseudonymise(recipient);
  const subject =
    body.subject && pseudonym !== undefined ? subjectId(body.subject.secret, pseudonym) : undefined;
  const handoff = newHandoff(body, caller, pseudonym, subject);

  const earlier = await deps.handoffs.find(handoff.id);
  if (earlier) return repeated(deps, earlier, handoff, body, now);
  const first = subject === undefined ? {} : await look(deps, subject, body, now);
  if (first.answer) return first.answer;
  if (!(await deps.handoffs.put(handoff, now))) {
    const rival = await deps.handoffs.get(handoff);
    if (!rival) throw new ProblemError("id_taken", "This id is taken. Seal again, which makes a new one.");
    return repeated(deps, rival, handoff, body, now);
  }
  const displaced = subject === undefined ? undefined : await moveSubject(deps, handoff, body, first, now);
  return displaced ?? { status: 201, view: viewOfNew(handoff, now) };
}

/** @returns the recipient's normalised address, where the sender named one */
function checkPolicy(classes: readonly CredentialClass[], caller: Caller, body: CreateBody, now: number) {
  const recipient = body.subject && readRecipient(body.subject.recipient);
  const credentialClass = classes.find(({ name }) => name === body.class);
  if (!credentialClass) {
    const broken = [
      {
        rule: "class",
        detail: `This service knows the classes ${classes.map(({ name }) => name).join(", ")}.`,
      },
    ];
    throw new ProblemError("policy", "The class is not one that this service knows.", {
      extensions: { broken },
    });
  }
  if (caller.classes && !caller.classes.has(credentialClass.name)) {
    throw new ProblemError(
      "not_allowed",
      `The senders list does not let this workflow send class ${credentialClass.name}.`,
    );
  }
  const proposal = {
    ...body,
    recipient,
    reason: body.reason,
    mailedCode: body.emailVerifier !== undefined,
    environment: caller.environment,
  };
  const broken = brokenRules(credentialClass, proposal, now);
  if (broken.length > 0) {
    throw new ProblemError("policy", broken.map(({ detail }) => detail).join(" "), {
      extensions: { broken },
    });
  }
  return { recipient };
}

function newHandoff(
  body: CreateBody,
  caller: Caller,
  recipient: string | undefined,
  subject: string | undefined,
): NewHandoff {
  if (!isHandoffId(body.id)) throw new ProblemError("malformed", "The field id is malformed.");
  if (!isEnvelopeLength(body.envelope.length))
    throw new ProblemError("malformed", "The field envelope is malformed.");
  if (!isHeaderLength(body.header.length))
    throw new ProblemError("malformed", "The field header is malformed.");
  if (body.emailVerifier && !needsEmail(body.flags)) {
    throw new ProblemError(
      "malformed",
      "An emailVerifier needs flags with bit 1: a code is mailed to an address.",
    );
  }
  return {
    id: body.id,
    linkVerifier: body.linkVerifier,
    class: body.class,
    flags: body.flags,
    expiresAt: body.expiresAt,
    claimVerifier: body.claimVerifier,
    receiptVerifier: body.receiptVerifier,
    emailVerifier: body.emailVerifier,
    envelope: body.envelope,
    header: body.header,
    createDigest: digestOf(body),
    sender: caller.who,
    owner: caller.owner,
    run: caller.run,
    secret: body.subject?.secret,
    versionId: body.subject?.versionId,
    recipient,
    reason: body.reason,
    subject,
  };
}

/** The id is taken: by this very create, whose answer was lost, or by another. */
async function repeated(
  deps: CreateDeps,
  earlier: HandoffRecord,
  handoff: NewHandoff,
  body: CreateBody,
  now: number,
): Promise<Created> {
  const same = earlier.createDigest && Buffer.compare(earlier.createDigest, handoff.createDigest) === 0;
  if (!same || earlier.owner !== handoff.owner) {
    throw new ProblemError("id_taken", "This id is taken. Seal again, which makes a new one.");
  }
  // The first try may have died between its put and the pointer.
  const unfinished = viewOf(earlier, now).state === "open" && handoff.subject !== undefined;
  const displaced = unfinished
    ? await moveSubject(deps, handoff, body, await look(deps, handoff.subject, body, now), now)
    : undefined;
  return displaced ?? { status: 200, view: viewOf(earlier, now) };
}

/** What a look at the subject gave: the pointer as seen, and the answer when nothing is to be created. */
type Look = { readonly seen?: SubjectRecord; readonly answer?: Created };

/** Moves the pointer to the new handoff and ends the previous one. @returns the answer when this handoff lost the race */
async function moveSubject(
  deps: CreateDeps,
  handoff: NewHandoff,
  body: CreateBody,
  first: Look,
  now: number,
): Promise<Created | undefined> {
  const { subject } = handoff;
  if (!body.subject || subject === undefined) return undefined;
  const withdrawOwn = () => deps.handoffs.withdraw(handoff, "superseded", {}, now);
  const to = {
    newest: handoff,
    versionId: body.subject.versionId,
    versionCreatedAt: body.subject.versionCreatedAt,
  };
  let { seen, answer }: Look = first;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (seen?.newest.id === handoff.id) return undefined;
    if (answer) {
      await withdrawOwn();
      return answer;
    }
    if (await deps.subjects.point(subject, to, seen, now)) {
      if (seen) await endPrevious(deps, subject, { newest: handoff, previous: seen.newest }, now);
      return undefined;
    }
    try {
      ({ seen, answer } = await look(deps, subject, body, now));
    } catch (error) {
      await withdrawOwn();
      throw error;
    }
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
async function look(deps: CreateDeps, subject: string, body: CreateBody, now: number): Promise<Look> {
  const seen = await deps.subjects.get(subject);
  if (!seen || !body.subject || seen.newest.id === body.id) return seen ? { seen } : {};
  // The pointer keeps one previous handoff only: where a crash has left it unended, it is ended before the next move.
  if (seen.previous) await endPrevious(deps, subject, { newest: seen.newest, previous: seen.previous }, now);
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
  deps: CreateDeps,
  subject: string,
  { newest, previous }: { readonly newest: HandoffKey; readonly previous: HandoffKey },
  now: number,
): Promise<void> {
  await deps.handoffs.withdraw(previous, "superseded", {}, now);
  await deps.subjects.settle(subject, newest.id);
}

function viewOfNew(handoff: NewHandoff, now: number): HandoffView {
  const { id, flags, expiresAt, secret, versionId, run } = handoff;
  return {
    id,
    state: "open",
    class: handoff.class,
    flags,
    createdAt: now,
    expiresAt,
    changedAt: now,
    attemptsLeft: MAX_ATTEMPTS,
    mailed: false,
    ...(secret === undefined ? {} : { secret }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(run === undefined ? {} : { run }),
  };
}

function readRecipient(address: string): string {
  try {
    return normaliseEmail(address);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new ProblemError("malformed", "The field subject.recipient is not an e-mail address.");
  }
}

/** SHA-256 over the create, bytes in base64url, keys in order. */
function digestOf(body: CreateBody): Uint8Array {
  const ordered = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
  const plain = JSON.stringify(ordered, (_, value: unknown) =>
    value instanceof Uint8Array ? Buffer.from(value).toString("base64url") : value,
  );
  return createHash("sha256").update(plain).digest();
}
