import { type Log, nameOf } from "../runtime.ts";
import { type Drained, isRequest } from "../store/audit.ts";
import type { Due } from "../store/due.ts";
import { type Erasures, isErasureId, revokeOfRecipient } from "../store/erasures.ts";
import type { Key } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { stateOf } from "../store/request-record.ts";
import type { Requests } from "../store/requests.ts";
import { isStandaloneId } from "../store/standalone-events.ts";
import { isSubjectId, type Subjects } from "../store/subjects.ts";
import { type DrainerDeps, drain, publishStandalone } from "./drain.ts";

type SweeperDeps = DrainerDeps & {
  readonly due: Due;
  readonly handoffs: Handoffs;
  readonly subjects: Subjects;
  readonly requests: Requests;
  readonly erasures: Erasures;
  readonly log: Log;
};

const BATCH = 100;
/**
 * Items at once. One takes two calls, and seven where the drainer has missed it, one after the other: one item at a time, a sender that lets all expire that it may create would be
 * faster than the sweeper, until TTL takes what nobody has ended.
 */
const AT_ONCE = 10;

/**
 * Pages of what is due that one look for an erased recipient's handoffs reads in a sweep. The next one goes on: one a minute, it is still
 * several times faster than senders may create.
 */
const PAGES_A_LOOK = 20;

/** What a sweep did. */
export type Swept = { readonly visited: number; readonly failed: number };

/**
 * Ends what is due, finishes what a killed process left, and drains as a backstop. Nothing depends on it to be correct: every
 * reader derives the state by itself.
 * @param isOver asked before each item, and within a long one; what is left is the next sweep's
 */
export async function sweep(deps: SweeperDeps, now: number, isOver = () => false): Promise<Swept> {
  // The index lags behind the table: what was visited may show up in it again.
  const visited = new Set<string>();
  const erasures: string[] = [];
  let failed = 0;
  let hasEnded = false;
  const visitOne = async (id: string) => {
    try {
      await sweepItem(deps, id, now, isOver);
    } catch (error) {
      // One broken item must not keep the others waiting; the count is alarmed on, and the log says which and why.
      failed += 1;
      deps.log({ level: "error", what: "sweep_failed", item: id, error: nameOf(error) });
      await postpone(deps, id, now);
    }
  };
  while (!hasEnded) {
    const keys = (await deps.due.keys(now, BATCH + visited.size)).filter(({ id }) => !visited.has(id));
    const [longestDue] = keys;
    if (!longestDue) break;
    // Its turn: last, it would have none as long as sweeps are full. Each turn is bounded, and begins where the one before has ended.
    if (visited.size === 0 && isErasureId(longestDue.id)) {
      visited.add(longestDue.id);
      await visitOne(longestDue.id);
      continue;
    }
    const left = keys.values();
    const work = async () => {
      // One iterator for all of them: each item is taken once.
      for (const { id } of left) {
        hasEnded ||= isOver();
        if (hasEnded) return;
        visited.add(id);
        if (isErasureId(id)) erasures.push(id);
        else await visitOne(id);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }
  // They come last, one after the other, for each may take much time and memory. One that there is no time for stays due, and has its turn
  // once nothing has been due longer.
  for (const id of erasures) {
    if (hasEnded || isOver()) break;
    await visitOne(id);
  }
  return { visited: visited.size, failed };
}

function sweepItem(deps: SweeperDeps, id: string, now: number, isOver: () => boolean): Promise<void> {
  if (isSubjectId(id)) return finishSubject(deps, id, now);
  if (isStandaloneId(id)) return publishStandalone(deps, id);
  if (isErasureId(id)) return finishErasure(deps, id, now, isOver);
  return visit(deps, { id }, now);
}

async function visit(deps: SweeperDeps, key: Key, now: number): Promise<void> {
  const record = await deps.outbox.read(key);
  if (!record) return;
  // The stream hands this write to the drainer. To store an event takes one call for each name of a set: a sweeper that did so as well would
  // be slower than a sender that lets all expire that it may create. What waits here, or in the next sweep, the drainer has missed.
  if ((await endOverdue(deps, record, now)) && record.outbox.length === 0) return;
  const atRest = await drain(deps, key);
  if (atRest?.dueAt === undefined || atRest.dueAt > now) return;
  await (isRequest(atRest) ? deps.requests.rest(atRest) : deps.due.reschedule(atRest, now));
}

/** Ends what is over by the clock. @returns whether it was, and this call has ended it */
async function endOverdue({ due, requests }: SweeperDeps, record: Drained, now: number): Promise<boolean> {
  if (!isRequest(record)) return due.endOverdue(record, now);
  return record.state === "open" && stateOf(record, now) === "expired" && requests.expire(record, now);
}

/** Moves a failed item behind what is due: at the head of the index it would take every sweep's time, and what follows would never end. */
async function postpone({ due, log }: SweeperDeps, id: string, now: number): Promise<void> {
  try {
    await due.postpone({ id }, now);
  } catch (error) {
    log({ level: "error", what: "postpone_failed", item: id, error: nameOf(error) });
  }
}

/** The pointer moved, and its process died before the previous handoff was ended. */
async function finishSubject(deps: SweeperDeps, id: string, now: number): Promise<void> {
  const subject = await deps.subjects.get(id);
  if (!subject) return;
  if (subject.previous) {
    await deps.handoffs.withdraw(subject.previous, "superseded", { kind: "service" }, now);
  }
  await deps.subjects.settle(id, subject.newest.id);
}

/**
 * A create had asked for the recipient before it was erased, and has put its handoff after; or there was too much open to look through at
 * once. One that is not through goes on in the next sweep.
 */
async function finishErasure(
  { erasures, handoffs }: SweeperDeps,
  id: string,
  now: number,
  isOver: () => boolean,
): Promise<void> {
  const erasure = await erasures.take(id, now);
  if (!erasure) return;
  const { actor, recipient, since, dueAt, place: from } = erasure;
  let place = from;
  const passed = (to: typeof place) => {
    place = to;
  };
  let pages = 0;
  const isCutOff = () => isOver() || pages++ === PAGES_A_LOOK;
  const deps = { handoffs, clock: () => now };
  try {
    const isThrough = await revokeOfRecipient(deps, actor, recipient, isCutOff, { from, passed });
    if (isThrough) await erasures.settle(erasure);
    else await erasures.keep(erasure, place, since);
  } catch (error) {
    // A page that fails must not take with it what the pages before it have done.
    await erasures.keep(erasure, place, dueAt);
    throw error;
  }
}
