import { DUE_INDEX } from "./definitions.ts";
import { and, atMost, equals, ItemReader, or, set } from "./expressions.ts";
import { derive, type HandoffRecord, type Key, keyOf, leaseEnd } from "./handoff-record.ts";
import type { Table } from "./table.ts";
import { BACKSTOP_SECONDS, byService, DUE_SHARD, end, exists, inState, open } from "./transitions.ts";

/** Seconds after which an item that could not be swept is tried again. */
const RETRY_SECONDS = 300;

/** What the sweeper ends: everything whose time has come. */
export class Due {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keys of what is due, the longest overdue first: handoffs and subjects alike. */
  async keys(now: number, limit: number): Promise<readonly Key[]> {
    const { items } = await this.#table.query({
      index: DUE_INDEX,
      where: and(equals("dueShard", DUE_SHARD), atMost("dueAt", now)),
      limit,
    });
    return items.map((item) => ({ id: new ItemReader(item).string("id") }));
  }

  /** Ends a handoff that is over by the clock, or that nobody has any attempts left to open. @returns whether it was, and this call did */
  async endOverdue(record: HandoffRecord, now: number): Promise<boolean> {
    const { state } = derive(record, now);
    if (record.state === "open" && state === "expired") return this.#expire(record, now);
    if (record.state === "claimed" && state === "unconfirmed") return this.#unconfirm(record, now);
    return record.state === "open" && record.attemptsLeft === 0 && this.#lock(record, now);
  }

  /** Open past its expiry. The moment of the change is the expiry itself, whenever the sweeper comes. */
  #expire(record: HandoffRecord, now: number): Promise<boolean> {
    return this.#table.update(
      end("expired", {
        key: record,
        now,
        changedAt: record.expiresAt,
        condition: and(inState("open"), atMost("expiresAt", now)),
        events: [byService("expired", now)],
      }),
    );
  }

  /** Claimed past its lease, without a receipt. */
  #unconfirm(record: HandoffRecord, now: number): Promise<boolean> {
    return this.#table.update(
      end("unconfirmed", {
        key: record,
        now,
        changedAt: leaseEnd(record),
        condition: and(inState("claimed"), or(atMost("leaseUntil", now), atMost("expiresAt", now))),
        events: [byService("unconfirmed", now)],
      }),
    );
  }

  /** The request that took the last attempt died before it could lock. */
  #lock(record: HandoffRecord, now: number): Promise<boolean> {
    return this.#table.update(
      end("locked", {
        key: record,
        now,
        condition: and(open(now), equals("attemptsLeft", 0)),
        events: [byService("locked", now)],
      }),
    );
  }

  /** Has the sweeper come back later to an item that it could not sweep, unless another write has said when by now. */
  async postpone(key: Key, now: number): Promise<void> {
    await this.#table.update({
      key: keyOf(key),
      set: [set("dueAt", now + RETRY_SECONDS)],
      remove: [],
      condition: and(exists, atMost("dueAt", now)),
    });
  }

  /** Sets when a handoff with nothing left to do is due next: an open one at its expiry, a claimed one at its lease's end. */
  async reschedule(record: HandoffRecord, now: number): Promise<void> {
    const dueAt = dueNext(record, now);
    await this.#table.update({
      key: keyOf(record),
      set: dueAt === undefined ? [] : [set("dueAt", dueAt)],
      remove: dueAt === undefined ? ["dueShard", "dueAt"] : [],
      // Whoever debits the last attempt, or writes an event, has said by then when to look again.
      condition: and(
        inState(record.state),
        equals("sequence", record.sequence),
        equals("attemptsLeft", record.attemptsLeft),
        equals("dueAt", record.dueAt ?? 0),
      ),
    });
  }
}

function dueNext(record: HandoffRecord, now: number): number | undefined {
  if (record.state === "claimed") return Math.max(leaseEnd(record), now + 1);
  if (record.state !== "open") return undefined;
  return record.attemptsLeft > 0 ? record.expiresAt : now + BACKSTOP_SECONDS;
}
