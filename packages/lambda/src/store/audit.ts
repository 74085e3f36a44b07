import { type AuditEvent, isoTime } from "../events/event.ts";
import { type Attributes, attributes, ItemReader, N, S } from "./attributes.ts";
import { DAY_INDEX } from "./definitions.ts";
import type { Table } from "./table.ts";

export type EventPage = { readonly events: readonly AuditEvent[]; readonly next?: Attributes };

/** The audit table: events are added, never changed. */
export class Audit {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  /**
   * Stores the event of a handoff under its number; storing it twice changes nothing.
   * @param stored the event's JSON, as hashed
   */
  async put(handoff: string, sequence: number, event: AuditEvent, stored: string): Promise<void> {
    await this.#table.putNew(
      attributes({
        stream: S(handoff),
        sequence: N(sequence),
        day: S(event.when.slice(0, 10)),
        at: S(`${event.when} ${handoff} ${String(sequence).padStart(6, "0")}`),
        event: S(stored),
      }),
      "stream",
    );
  }

  /** Stores an event that belongs to no handoff. @param unique makes its key unique within its second */
  async putLoose(event: AuditEvent, unique: string): Promise<void> {
    const stream = `service/${event.when}/${unique}`;
    await this.put(stream, 1, event, JSON.stringify(event));
  }

  /** One page of a UTC day's events, oldest first. @param between Unix seconds, both included */
  async page(
    day: string,
    between: { readonly since: number; readonly until: number },
    limit: number,
    after: Attributes | undefined,
  ): Promise<EventPage> {
    const { items, next } = await this.#table.query({
      index: DAY_INDEX,
      where: "#day = :day AND #at BETWEEN :since AND :until",
      values: { day: S(day), since: S(isoTime(between.since)), until: S(`${isoTime(between.until)}~`) },
      limit,
      after,
    });
    return {
      events: items.map((item) => JSON.parse(new ItemReader(item).string("event")) as AuditEvent),
      ...(next ? { next } : {}),
    };
  }
}
