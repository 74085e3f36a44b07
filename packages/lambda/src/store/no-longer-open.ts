import type { HandoffId } from "@secret-handoff/protocol";
import { derive, keyOf, readSealed, type SealedRecord } from "./handoff-record.ts";
import type { Table } from "./table.ts";

/** Handoffs that are remembered; the one that was found first is forgotten first. */
const REMEMBERED = 1_000;

/**
 * Remembers which handoffs this instance of a function has found no longer open. A refused write bills the whole item, and as long as a
 * lease lasts that holds the envelope: up to 290 write units. Nothing leads back to open, so a read then answers as much for a twentieth of
 * the price, and somebody who holds the link makes an instance pay for a refused write once for each kind of call. Claims, codes and receipts
 * have a memory each: with a shared one, every claim would add a read to the acknowledgement that follows it.
 */
export class NoLongerOpen {
  readonly #table: Table;
  readonly #ids = new Set<HandoffId>();

  constructor(table: Table) {
    this.#table = table;
  }

  /** Takes note of a handoff that was read with a write, if it is no longer open. */
  note(record: SealedRecord, now: number): void {
    if (derive(record, now).state === "open") return;
    this.#ids.add(record.id);
    const [first] = this.#ids;
    if (first !== undefined && this.#ids.size > REMEMBERED) this.#ids.delete(first);
  }

  /** Reads a handoff that is known to be no longer open. @returns undefined where it is not known: then only a write can find out */
  async read(id: HandoffId, now: number): Promise<SealedRecord | undefined> {
    if (!this.#ids.has(id)) return undefined;
    const item = await this.#table.get(keyOf({ id }));
    const record = item && readSealed(item);
    return record && derive(record, now).state !== "open" ? record : undefined;
  }
}
