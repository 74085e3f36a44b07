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
   * Takes the events that were read out of the outbox, and says when the handoff is due next.
   * @returns false when more has been written, an attempt debited, or somebody else has drained; then read again
   */
  async settle(record: HandoffRecord, chain: string | undefined, now: number): Promise<boolean> {
    const dueAt = dueNext(record, now);
    const values = {
      before: N(record.sequence),
      after: N(record.sequence + record.outbox.length),
      size: N(record.outbox.length),
      attemptsLeft: N(record.attemptsLeft),
      ...(chain === undefined ? {} : { chain: S(chain) }),
    };
    const drained = ["#sequence = :after", ...(chain === undefined ? [] : ["#chain = :chain"])];
    // Last first: DynamoDB removes by the indexes as they were, some engines one after the other.
    const taken = record.outbox.map((_, index) => `outbox[${index}]`).reverse();
    const unchanged = "attribute_exists(#id) AND #sequence = :before";
    const whole = await this.#table.update({
      key: keyOf(record),
      set: [
        "#outbox = :none",
        ...drained,
        ...(dueAt === undefined ? [] : ["#dueShard = :dueShard", "#dueAt = :dueAt"]),
      ],
      remove: dueAt === undefined ? ["dueShard", "dueAt"] : [],
      // What is due depends on the attempts too: whoever debits one leaves no event until it is judged.
      condition: `${unchanged} AND size(#outbox) = :size AND #attemptsLeft = :attemptsLeft`,
      values: {
        ...values,
        none: L([]),
        dueShard: S(DUE_SHARD),
        ...(dueAt === undefined ? {} : { dueAt: N(dueAt) }),
      },
    });
    if (whole) return true;
    // Somebody has written: take only what was read, so that it is not published again, and leave what is due alone.
    if (taken.length > 0) {
      await this.#table.update({
        key: keyOf(record),
        set: drained,
        remove: taken,
        condition: unchanged,
        values,
      });
    }
    return false;
  }
}

/** When the sweeper must look again: at the expiry while open, at the lease's end while claimed, never once ended. */
function dueNext(record: HandoffRecord, now: number): number | undefined {
  if (record.state === "claimed") return leaseEnd(record);
  if (record.state !== "open") return undefined;
  if (derive(record, now).state !== "open") return now;
  return record.attemptsLeft > 0 ? record.expiresAt : Math.min(now + BACKSTOP_SECONDS, record.expiresAt);
}
