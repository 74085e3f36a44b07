import { exists } from "./conditions.ts";
import { and, type Expression, equals, firstOf, set, sizeIs } from "./expressions.ts";
import type { HandoffKey } from "./handoff.ts";
import { type HandoffRecord, keyOf, RECORD_ATTRIBUTES, readHandoff } from "./handoff.ts";
import type { Table } from "./table.ts";

/** The part of a handoff that the drainer reads and empties. */
export class Outbox {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read(key: HandoffKey): Promise<HandoffRecord | undefined> {
    const item = await this.#table.get(keyOf(key), RECORD_ATTRIBUTES);
    return item && readHandoff(item);
  }

  /**
   * Takes the events that were read out of the outbox; what has been written since stays. Once ended, nothing is due any more, unless
   * something has been written since.
   * @param chain hash of the last event
   * @returns false when that, or another drainer, came between; then read again
   */
  async settle(record: HandoffRecord, chain: string): Promise<boolean> {
    const taken = record.outbox.length;
    const isEnded = record.state !== "open" && record.state !== "claimed";
    const nothingNew: readonly Expression[] = isEnded ? [sizeIs("outbox", taken)] : [];
    return this.#table.update({
      key: keyOf(record),
      set: [set("sequence", record.sequence + taken), set("chain", chain)],
      remove: [...firstOf("outbox", taken), ...(isEnded ? ["dueShard", "dueAt"] : [])],
      condition: and(exists, equals("sequence", record.sequence), ...nothingNew),
    });
  }
}
