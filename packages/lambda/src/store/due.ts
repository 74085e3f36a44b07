import type { HandoffId } from "@secret-handoff/protocol";
import type { Entry } from "../events/event.ts";
import { ItemReader, N, S } from "./attributes.ts";
import { lock } from "./claim-writes.ts";
import { DUE_INDEX } from "./definitions.ts";
import { type HandoffKey, type HandoffRecord, leaseEnd } from "./handoff.ts";
import type { Table } from "./table.ts";
import { all, any, DUE_SHARD, end, exists, stateIs } from "./transitions.ts";

/** What the sweeper ends: everything whose time has come. */
export class Due {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /** Keys of what is due, the longest overdue first; handoffs and subjects alike. */
  async keys(now: number, limit: number): Promise<readonly HandoffKey[]> {
    const { items } = await this.#table.query({
      index: DUE_INDEX,
      where: "#dueShard = :dueShard AND #dueAt <= :now",
      values: { dueShard: S(DUE_SHARD), now: N(now) },
      limit,
    });
    return items.map((item) => {
      const read = new ItemReader(item);
      return { id: read.string("id") as HandoffId };
    });
  }

  /** Open past its expiry. The moment of the change is the expiry itself, whenever the sweeper comes. */
  async expire(record: HandoffRecord, now: number): Promise<boolean> {
    const written = await this.#table.update(
      end("expired", {
        key: record,
        now,
        changedAt: record.expiresAt,
        condition: all(exists, stateIs("open"), "#expiresAt <= :now"),
        events: [{ type: "expired", at: now, actor: { kind: "service" } }],
      }),
    );
    return written !== undefined;
  }

  /** Claimed past its lease, without a receipt. */
  async unconfirm(record: HandoffRecord, now: number): Promise<boolean> {
    const claimed = all(exists, stateIs("claimed"));
    const written = await this.#table.update(
      end("unconfirmed", {
        key: record,
        now,
        changedAt: leaseEnd(record),
        condition: any(all(claimed, "#leaseUntil <= :now"), all(claimed, "#expiresAt <= :now")),
        events: [{ type: "unconfirmed", at: now, actor: { kind: "service" } }],
      }),
    );
    return written !== undefined;
  }

  /** No attempts left, but the request that used the last one died before it could lock. */
  async lock(record: HandoffRecord, now: number): Promise<boolean> {
    const locked: Entry = { type: "locked", at: now, actor: { kind: "service" } };
    const written = await this.#table.update(lock(record, [locked], now));
    return written !== undefined;
  }
}
