import { type DrainerDeps, drain } from "../drainer/drain.ts";
import { type Log, nameOf } from "../log.ts";
import type { Due } from "../store/due.ts";
import { derive, type HandoffKey } from "../store/handoff.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isSubjectId, type Subjects } from "../store/subjects.ts";

export type SweeperDeps = DrainerDeps & {
  readonly due: Due;
  readonly handoffs: Handoffs;
  readonly subjects: Subjects;
  readonly log: Log;
};

const BATCH = 100;

/** What a sweep did. */
export type Swept = { readonly visited: number; readonly failed: number };

/**
 * Ends what is due, finishes what a killed process left, and drains as a backstop. Nothing depends on it to be correct: every
 * reader derives the state by itself.
 * @param isOver asked before each item; what is left is the next sweep's
 */
export async function sweep(deps: SweeperDeps, now: number, isOver = () => false): Promise<Swept> {
  // The index lags behind the table: what was visited may show up in it again.
  const visited = new Set<string>();
  let failed = 0;
  for (;;) {
    const keys = (await deps.due.keys(now, BATCH + visited.size)).filter(({ id }) => !visited.has(id));
    if (keys.length === 0) return { visited: visited.size, failed };
    for (const key of keys) {
      if (isOver()) return { visited: visited.size, failed };
      visited.add(key.id);
      try {
        await (isSubjectId(key.id) ? finishSubject(deps, key.id, now) : visit(deps, key, now));
      } catch (error) {
        // One broken item must not keep the others waiting; the count is alarmed on, and the log says which and why.
        failed += 1;
        deps.log({ level: "error", what: "sweep_failed", item: key.id, error: nameOf(error) });
      }
    }
  }
}

async function visit(deps: SweeperDeps, key: HandoffKey, now: number): Promise<void> {
  const record = await deps.outbox.read(key);
  if (!record) return;
  const { state } = derive(record, now);
  if (record.state === "open" && state === "expired") await deps.due.expire(record, now);
  else if (record.state === "claimed" && state === "unconfirmed") await deps.due.unconfirm(record, now);
  else if (record.state === "open" && record.attemptsLeft === 0) await deps.due.lock(record, now);
  await drain(deps, key, now, true);
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
