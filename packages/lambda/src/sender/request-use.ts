import type { HandoffId } from "@secret-handoff/protocol";
import {
  type Approval,
  type CredentialClass,
  countedApprovals,
  EXPIRY_TOLERANCE,
  formatDuration,
  type ParsedCreateRequest,
} from "@secret-handoff/protocol/api";
import { derive, isBarred } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { bindsOf, type RequestRecord, stateOf, type Use } from "../store/request-record.ts";
import type { Requests } from "../store/requests.ts";
import type { Caller } from "./callers.ts";
import { ABANDONED_SECONDS } from "./once-per-version.ts";
import { approvalView, contended, MAX_ROUNDS, requestEnded, requireUsable } from "./requests.ts";

/** What a create proposes, as far as a request has a say in it. */
type Proposed = Pick<ParsedCreateRequest, "class" | "expiresAt" | "subject" | "members">;

/** Secrets of a create that a request covers, and the recipient's id in the trail. */
type Pairs = { readonly secrets: readonly string[]; readonly recipient: string };

/** A request that serves a create: its approvals that count, and what of it the create takes. */
export type Approved = {
  readonly approvals: readonly Approval[];
  readonly record: RequestRecord;
  readonly pairs: Pairs;
};

/** What a request is worth for one create. */
export type RequestEvaluation =
  | Approved
  /** It does not serve this create: why, as a sentence. */
  | { readonly unserved: string };

/** Who makes the create; the handoff, where it is known already. */
type Asking = {
  readonly caller: Caller;
  readonly recipient: string | undefined;
  readonly handoff?: HandoffId | undefined;
};

/**
 * Checks a request for one create: a request serves its owner, its run, and nothing but what was asked. Writes nothing.
 * @throws ProblemError 409 `request_ended` where it was denied, or has expired
 */
export async function evaluateRequest(
  { handoffs }: Pick<UseDeps, "handoffs">,
  record: RequestRecord | undefined,
  credentialClass: CredentialClass,
  proposed: Proposed,
  { caller, recipient, handoff }: Asking,
  now: number,
): Promise<RequestEvaluation> {
  if (!record || record.asked.owner !== caller.requestOwner) {
    return { unserved: "There is no such request of this caller." };
  }
  const { asked } = record;
  const secrets = coveredSecrets(asked.secrets, proposed);
  const attempt = caller.actor.kind === "github" ? caller.actor.attempt : undefined;
  const checks: readonly (readonly [serves: boolean, why: string])[] = [
    [asked.run === caller.run, "The request was made by another run."],
    [
      !credentialClass.rerunAsksAnew || asked.attempt === attempt,
      `The request was made by another attempt of this run, and class ${credentialClass.name} has a rerun ask anew.`,
    ],
    [record.class === proposed.class, `The request is for class ${record.class}.`],
    [secrets !== undefined, "The request does not name this secret."],
    [
      recipient !== undefined && asked.recipients.includes(recipient),
      "The request does not name this recipient.",
    ],
    [
      proposed.expiresAt <= now + asked.expiresIn + EXPIRY_TOLERANCE,
      `The request asks for at most ${formatDuration(asked.expiresIn)} until expiry.`,
    ],
  ];
  const why = checks.filter(([serves]) => !serves).map(([, sentence]) => sentence);
  if (why.length > 0 || !secrets || recipient === undefined) return { unserved: why.join(" ") };
  const pairs = { secrets, recipient };
  const state = stateOf(record, now);
  if (state !== "open" && state !== "used" && !(await isRepeated(handoffs, record, pairs, handoff))) {
    throw requestEnded(state);
  }
  return { approvals: countedApprovals(credentialClass, record.approvals).map(approvalView), record, pairs };
}

/** The subject's secret, or each member where it is a set, as the request names them; undefined where it does not name all of them. */
function coveredSecrets(
  asked: readonly string[],
  { subject, members }: Proposed,
): readonly string[] | undefined {
  if (!subject) return undefined;
  // The name of a set is the sender's to choose: its members count, whatever the request names.
  const isSet = members !== undefined || subject.secret.startsWith("bundle:");
  const named = (isSet ? (members ?? []) : [subject.secret]).map((secret) => nameIn(asked, secret));
  const found = named.filter((name) => name !== undefined);
  return found.length > 0 && found.length === named.length ? [...new Set(found)] : undefined;
}

/**
 * What has no version, temporary credentials and values of earlier steps, is named after the execution that hands it over, which nobody
 * knows beforehand: a request names the role, or the value, without it.
 */
const OF_AN_EXECUTION = /^(arn:[\w-]+:iam::\d+:role\/[^:]+|value:.+):[^:]+$/;

function nameIn(asked: readonly string[], secret: string): string | undefined {
  return [secret, OF_AN_EXECUTION.exec(secret)?.[1]].find(
    (name) => name !== undefined && asked.includes(name),
  );
}

/**
 * True where the create's answer was lost: it has used the request itself, whatever became of that since. One whose put has failed is
 * not among them: nothing is there yet, and nothing may come once the request has ended.
 */
async function isRepeated(
  handoffs: Handoffs,
  record: RequestRecord,
  pairs: Pairs,
  handoff: HandoffId | undefined,
): Promise<boolean> {
  if (handoff === undefined || !isBoundTo(record, pairs, handoff)) return false;
  const found = await handoffs.get({ id: handoff });
  return found !== undefined && !isBarred(found);
}

function isBoundTo(record: RequestRecord, pairs: Pairs, handoff: HandoffId): boolean {
  return taken(record, pairs).every((use) => use?.handoff === handoff);
}

/** The use of each pair. */
function taken({ uses }: RequestRecord, { secrets, recipient }: Pairs): readonly (Use | undefined)[] {
  return secrets.map((secret) => uses.find((use) => use.secret === secret && use.recipient === recipient));
}

/**
 * Each bind bills the whole request, and a pair comes free whenever its owner takes an unmailed handoff back: somebody who does that again
 * and again has an end. So many for each pair, and some more: who hands over one secret may try that often.
 */
const BINDS_A_PAIR = 4;
const MORE_BINDS = 20;

/** @throws ProblemError 409 `request_ended` */
function requireBindsLeft(record: RequestRecord): void {
  const { secrets, recipients } = record.asked;
  if (bindsOf(record) >= BINDS_A_PAIR * secrets.length * recipients.length + MORE_BINDS) {
    throw requestEnded("bound_too_often");
  }
}

type UseDeps = { readonly requests: Requests; readonly handoffs: Handoffs };

/**
 * Binds the request's pairs to a handoff that is about to be put: the one write by which nobody can use them again. A pair whose handoff
 * was never mailed, and has expired or was taken back by its owner, goes to the next: its link has reached nobody.
 * @throws ProblemError 409 `request_ended`, 503
 */
export async function bindRequest(
  deps: UseDeps,
  evaluation: Approved,
  handoff: HandoffId,
  caller: Caller,
  now: number,
): Promise<void> {
  const { pairs } = evaluation;
  let record: RequestRecord | undefined = evaluation.record;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (await isRepeated(deps.handoffs, record, pairs, handoff)) return;
    requireUsable(record, now);
    if (isBoundTo(record, pairs, handoff)) return;
    requireBindsLeft(record);
    const uses = taken(record, pairs);
    const others = uses.filter((use) => use !== undefined && use.handoff !== handoff);
    for (const use of others) {
      if (use && !(await isFree(deps, record, use, caller, now))) throw requestEnded("used");
    }
    const bound = pairs.secrets.map((secret) => ({ secret, recipient: pairs.recipient, handoff, at: now }));
    if (record.state === "used" && others.length === 0) throw requestEnded("used");
    const use = { isLast: isLast(record, bound), takesOver: others.length > 0 };
    if (await deps.requests.use(record, bound, use, now)) return;
    record = await deps.requests.get(record.id);
    if (!record) throw requestEnded("expired");
  }
  throw contended();
}

/**
 * Whether a bind would find every pair free. Writes nothing, but for a handoff that was abandoned.
 * @throws ProblemError 409 `request_ended`
 */
export async function requireFree(
  { handoffs }: Pick<UseDeps, "handoffs">,
  { record, pairs }: Approved,
  now: number,
): Promise<void> {
  requireUsable(record, now);
  requireBindsLeft(record);
  for (const use of taken(record, pairs)) {
    const found = use && (await handoffs.get({ id: use.handoff }));
    if (use && !freedBy(found, record, use, now) && !isAbandoned(found, now)) throw requestEnded("used");
  }
}

type Found = Awaited<ReturnType<Handoffs["get"]>>;

/** True where the use has come to nothing. An abandoned handoff is ended first, so that it stays one. */
async function isFree(
  { handoffs }: UseDeps,
  record: RequestRecord,
  use: Use,
  { actor, owner }: Caller,
  now: number,
): Promise<boolean> {
  const key = { id: use.handoff };
  const found = await handoffs.get(key);
  if (!isAbandoned(found, now)) return freedBy(found, record, use, now);
  await handoffs.withdraw(key, "superseded", actor, now, { owner });
  return freedBy(await handoffs.get(key), record, use, now);
}

/**
 * Never put, and too long ago for the create to be under way; or never mailed, and ended unread by time or by its owner. What somebody
 * else has revoked stays used: an incident responder who takes a link back does not give the approval back.
 */
function freedBy(found: Found, { asked }: RequestRecord, use: Use, now: number): boolean {
  if (!found) return use.at + ABANDONED_SECONDS <= now;
  if (found.mailedAt !== undefined) return false;
  const { state } = derive(found, now);
  const isTakenBack = state === "revoked" && found.takenBackBy === asked.owner;
  return state === "expired" || state === "superseded" || isTakenBack;
}

function isAbandoned(found: Found, now: number): boolean {
  return (
    found !== undefined &&
    found.mailedAt === undefined &&
    found.createdAt + ABANDONED_SECONDS <= now &&
    derive(found, now).state === "open"
  );
}

/** True where nothing is left of the request after these uses. */
function isLast({ asked, uses }: RequestRecord, more: readonly Use[]): boolean {
  const pairs = new Set(
    [...uses, ...more].map(({ secret, recipient }) => JSON.stringify([secret, recipient])),
  );
  return pairs.size >= asked.secrets.length * asked.recipients.length;
}
