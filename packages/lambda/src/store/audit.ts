import { type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import { hashOf } from "../events/event.ts";
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
    if (await this.#store(handoff, sequence, event, stored)) return;
    // Two creates at the same moment can give one id to two handoffs: no event of the second is lost.
    await this.#store(`service/${event.time}/${hashOf(stored)}`, 1, event, stored);
  }

  /** Stores an event that has no place in a handoff's chain. */
  async putStandalone(event: AuditEvent): Promise<void> {
    await this.#store(`service/${event.time}/${event.id}`, 1, event, JSON.stringify(event));
  }

  /** @returns false when another event has this place */
  #store(stream: string, sequence: number, event: AuditEvent, stored: string): Promise<boolean> {
    return this.#table.putNew(
      attributes({
        stream: S(stream),
        sequence: N(sequence),
        day: S(event.time.slice(0, 10)),
        at: S(`${event.time} ${stream} ${String(sequence).padStart(6, "0")}`),
        event: S(stored),
      }),
      "stream",
      "event",
    );
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
