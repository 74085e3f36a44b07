import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import {
  type Actor,
  type RevokeAllRequest,
  type RevokeAllResponse,
  SENDER_ANSWER_LIMIT,
} from "@secret-handoff/protocol/api";
import type { Clock } from "../runtime.ts";
import { ItemReader } from "../store/expressions.ts";
import { derive, type HandoffRecord, keyOf } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isRepository, isSender, repositoryOf } from "../store/named-senders.ts";
import type { Caller } from "./callers.ts";
import { badCursor, refusingBadCursor } from "./cursors.ts";
import { listEvents, type TrailDeps } from "./events.ts";
import { knownRecipient } from "./recipients.ts";
import { may } from "./rights.ts";

type Visiting = { readonly handoffs: Handoffs; readonly clock: Clock };
type RevokeAllDeps = TrailDeps & Visiting;

/** Handoffs that a call looks at: 500 revocations take a few seconds. Looking at one that has ended costs far less. */
const HANDOFFS_A_CALL = 500;
const A_READ = 100;
/** Handoffs that are looked at between two looks at the answer's size: of each 40 KB may be said, a set's names above all. */
const A_LOOK = 25;
/** Pages of the trail that a call reads, while they name few handoffs: a day also has the events of what became of them. */
const TRAIL_PAGES_A_CALL = 10;
/** The API answers within 30 seconds or not at all: a call that a slow table holds up ends after so many. */
const SECONDS_A_CALL = 15;
/** Bytes. A call ends when it has this much to say: what it looks at last, or a page of the trail, has room in the answer beside it. */
const ENOUGH_TO_SAY = SENDER_ANSWER_LIMIT / 3;
/** Revocations at once. */
const AT_ONCE = 20;
/** Days after its creation that a handoff may still be found: it lives for 31 at the most, and its tombstone for 30 more. */
const FOUND_FOR_DAYS = 61;

/** Where a call ended: first among what is due, where every open handoff is, then in the trail, which knows what was opened. */
type Place = {
  /** Unix seconds: what was revoked since then counts, whichever call did it. */
  readonly since: number;
} & (
  | { readonly among: "due"; readonly after?: readonly [id: string, dueAt: number] }
  | { readonly among: "trail"; readonly cursor?: string }
);

/**
 * Revokes every open handoff that is meant, a part of them with each call, and names those that were released: what is in them must be
 * rotated. Each revocation is a conditional write of its own, so a call that is cut off is repeated and goes on, and names what it had
 * revoked as well; one that begins anew finds what is still open, and what has been created since.
 * @throws ProblemError 400 where the cursor is none, or the recipient neither an address nor an id; 404 where nobody has that
 */
export async function revokeAll(
  deps: RevokeAllDeps,
  caller: Caller,
  { cursor, since, ...asked }: RevokeAllRequest,
): Promise<RevokeAllResponse> {
  const place: Place =
    cursor === undefined
      ? { among: "due", since: since ?? deps.clock() }
      : readPlace(await deps.cursors.read("revocation", cursor));
  const wanted = await wantedOf(deps, caller, asked);
  const visit = visitor(deps, caller.actor, wanted, place.since);
  if (place.among === "trail") return visitTrail(deps, asked, caller, place, visit);
  let { after } = place;
  const answers: Visited[] = [];
  const goesOn = budgetOf(deps);
  for (let seen = 0; goesOn(answers, seen); seen += A_LOOK) {
    const from = after;
    const page = await refusingBadCursor(cursor, () => deps.handoffs.listDue(A_LOOK, from && placeOf(from)));
    answers.push(await visit(page.ids.filter(isHandoffId)));
    if (!page.next) return answerOf(deps, answers, { among: "trail", since: place.since });
    const read = new ItemReader(page.next);
    after = [read.string("id"), read.number("dueAt")];
  }
  return answerOf(deps, answers, { among: "due", since: place.since, ...(after ? { after } : {}) });
}

type Asked = Omit<RevokeAllRequest, "cursor" | "since">;
type Wanted = (record: HandoffRecord) => boolean;
type Released = RevokeAllResponse["released"][number];
type Visited = { readonly revoked: readonly HandoffId[]; readonly released: readonly Released[] };

/** @throws ProblemError 400, 404 where no such recipient is known: nothing revoked would look as if nothing were open */
async function wantedOf(
  deps: RevokeAllDeps,
  caller: Caller,
  { secret, recipient, repository, class: name, sender }: Asked,
): Promise<Wanted> {
  const id = recipient === undefined ? undefined : await knownRecipient(deps, recipient);
  return ({ owner, metadata, ...record }) =>
    may(caller, "revoke", record.class) &&
    (name === undefined || record.class === name) &&
    (id === undefined || metadata.recipient === id) &&
    (secret === undefined || record.secret === secret || (metadata.members?.includes(secret) ?? false)) &&
    (repository === undefined || isRepository(owner, repositoryOf(metadata.sender), repository)) &&
    (sender === undefined || isSender(metadata.sender, sender));
}

function visitor({ handoffs, clock }: Visiting, actor: Actor, wanted: Wanted, since: number) {
  /** Revokes one that is open. @returns what of it was released, if it was */
  async function visitOne(record: HandoffRecord): Promise<HandoffId | Released | undefined> {
    const now = clock();
    if (derive(record, now).state === "open") {
      const outcome = await handoffs.withdraw(record, "revoked", actor, now);
      if (outcome === "withdrawn") return record.id;
      if (outcome === "ended") return undefined;
      const found = await handoffs.get(record);
      return found && releasedOf(found);
    }
    if (record.state === "revoked" && record.changedAt >= since) return record.id;
    return releasedOf(record);
  }
  return async (ids: readonly HandoffId[]): Promise<Visited> => {
    const records = (await handoffs.getMany(ids)).filter(wanted);
    const outcomes: (HandoffId | Released | undefined)[] = [];
    for (let first = 0; first < records.length; first += AT_ONCE) {
      outcomes.push(...(await Promise.all(records.slice(first, first + AT_ONCE).map(visitOne))));
    }
    return {
      revoked: outcomes.flatMap((outcome) => (typeof outcome === "string" ? [outcome] : [])),
      released: outcomes.flatMap((outcome) => (typeof outcome === "object" ? [outcome] : [])),
    };
  };
}

function releasedOf({ id, class: name, secret, claimedAt, metadata }: HandoffRecord): Released | undefined {
  if (claimedAt === undefined) return undefined;
  const { members, recipient } = metadata;
  return {
    id,
    class: name,
    claimedAt,
    ...(secret === undefined ? {} : { secret }),
    ...(members === undefined ? {} : { members }),
    ...(recipient === undefined ? {} : { recipient }),
  };
}

/**
 * Handoffs whose creation the trail records; one that the index of what is due has shown too late is revoked here. A call reads pages
 * until it has looked at as many handoffs as one that goes through what is due, or has read as many pages as it may.
 */
async function visitTrail(
  deps: RevokeAllDeps,
  asked: Asked,
  caller: Caller,
  { cursor, since: startedAt }: { readonly cursor?: string; readonly since: number },
  visit: (ids: readonly HandoffId[]) => Promise<Visited>,
): Promise<RevokeAllResponse> {
  const now = deps.clock();
  const { sender: _, all: __, ...filter } = asked;
  const since = now - FOUND_FOR_DAYS * 86_400;
  const shown = (event: { readonly class?: string | undefined }) => may(caller, "revoke", event.class);
  const answers: Visited[] = [];
  let from = cursor;
  let seen = 0;
  const goesOn = budgetOf(deps);
  for (let pages = 0; pages < TRAIL_PAGES_A_CALL && goesOn(answers, seen); pages += 1) {
    const query = {
      ...filter,
      type: "created",
      since,
      ...(from === undefined ? {} : { cursor: from }),
    } as const;
    const page = await listEvents(deps, query, now, shown);
    const ids = page.events.flatMap(({ handoff }) => (handoff && isHandoffId(handoff) ? [handoff] : []));
    for (let first = 0; first < ids.length; first += A_READ) {
      answers.push(await visit(ids.slice(first, first + A_READ)));
    }
    seen += ids.length;
    from = page.cursor;
    if (from === undefined) return answerOf(deps, answers, undefined);
  }
  return answerOf(deps, answers, {
    among: "trail",
    since: startedAt,
    ...(from === undefined ? {} : { cursor: from }),
  });
}

/** Whether a call that begins now may look at more, after so many handoffs and with that much to say. */
function budgetOf({ clock }: Pick<RevokeAllDeps, "clock">) {
  const until = clock() + SECONDS_A_CALL;
  return (answers: readonly Visited[], seen: number) =>
    seen < HANDOFFS_A_CALL && clock() < until && Buffer.byteLength(JSON.stringify(answers)) < ENOUGH_TO_SAY;
}

async function answerOf(
  { cursors }: RevokeAllDeps,
  answers: readonly Visited[],
  next: Place | undefined,
): Promise<RevokeAllResponse> {
  return {
    revoked: answers.flatMap(({ revoked }) => revoked),
    released: answers.flatMap(({ released }) => released),
    ...(next ? { cursor: await cursors.write("revocation", partsOf(next)) } : {}),
  };
}

function partsOf(place: Place): readonly (string | number)[] {
  const rest = place.among === "due" ? (place.after ?? []) : place.cursor === undefined ? [] : [place.cursor];
  return [place.among, place.since, ...rest];
}

function readPlace([among, since, first, second]: readonly unknown[]): Place {
  if (typeof since !== "number" || !Number.isSafeInteger(since)) throw badCursor();
  if (among === "trail" && first === undefined) return { among, since };
  if (among === "trail" && typeof first === "string") return { among, since, cursor: first };
  if (among === "due" && typeof first === "string" && typeof second === "number") {
    return { among, since, after: [first, second] };
  }
  throw badCursor();
}

function placeOf([id, dueAt]: readonly [string, number]) {
  return { key: keyOf({ id }), dueAt };
}
