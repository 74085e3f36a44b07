import { L, N, S } from "./attributes.ts";
import {
  derive,
  type HandoffKey,
  type HandoffRecord,
  keyOf,
  leaseEnd,
  readHandoff,
  SENDER_ATTRIBUTES,
} from "./handoff.ts";
import type { Table } from "./table.ts";
import { BACKSTOP_SECONDS, DUE_SHARD } from "./transitions.ts";

/** The part of a handoff that the drainer reads and empties. */
export class Outbox {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key), SENDER_ATTRIBUTES);
    return item && readHandoff(item);
  }

  /**
   * Empties the outbox as it was read, and says when the handoff is due next.
   * @returns false when somebody has drained or written meanwhile; then read again
   */
  async settle(record: HandoffRecord, chain: string | undefined, now: number): Promise<boolean> {
    const dueAt = dueNext(record, now);
    const written = await this.#table.update({
      key: keyOf(record),
      set: [
        "#outbox = :none",
        "#sequence = :after",
        ...(chain === undefined ? [] : ["#chain = :chain"]),
        ...(dueAt === undefined ? [] : ["#dueShard = :dueShard", "#dueAt = :dueAt"]),
      ],
      remove: dueAt === undefined ? ["dueShard", "dueAt"] : [],
      condition: "attribute_exists(#id) AND #sequence = :before AND size(#outbox) = :size",
      values: {
        none: L([]),
        before: N(record.sequence),
        after: N(record.sequence + record.outbox.length),
        size: N(record.outbox.length),
        dueShard: S(DUE_SHARD),
        ...(chain === undefined ? {} : { chain: S(chain) }),
        ...(dueAt === undefined ? {} : { dueAt: N(dueAt) }),
      },
    });
    return written !== undefined;
  }
}

/** When the sweeper must look again: at the expiry while open, at the lease's end while claimed, never once ended. */
function dueNext(record: HandoffRecord, now: number): number | undefined {
  if (record.state === "claimed") return leaseEnd(record);
  if (record.state !== "open") return undefined;
  if (derive(record, now).state !== "open") return now;
  return record.attemptsLeft > 0 ? record.expiresAt : Math.min(now + BACKSTOP_SECONDS, record.expiresAt);
}
