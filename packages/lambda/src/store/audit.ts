import { type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import { type Attributes, attributeOf, ItemReader, itemOf } from "./attributes.ts";
import { DAY_INDEX } from "./definitions.ts";
import { absent, and, type Expression, equals } from "./expressions.ts";
import type { Table } from "./table.ts";

export type EventPage = { readonly events: readonly AuditEvent[]; readonly next?: Attributes };

/** The audit table: events are added, never changed. */
export class Audit {
  readonly #table: Table;
  readonly #retentionDays: number;

  /** @param retentionDays after which TTL removes an event */
  constructor(table: Table, retentionDays = DEFAULT_RETENTION_DAYS) {
    this.#table = table;
    this.#retentionDays = retentionDays;
  }

  /**
   * Stores the event of a handoff under its number. What is there stays.
   * @returns the JSON that is stored under this number now: another than this event's only where a killed drainer of another release
   * had been there
   */
  async put(handoff: string, sequence: number, event: AuditEvent): Promise<string> {
    const item = this.#itemOf(handoff, sequence, event);
    return new ItemReader(await this.#table.putOrRead(item, isNewEvent)).string("event");
  }

  /** Stores an event that has no place in a handoff's chain; one with this time and id once. */
  async putStandalone(event: AuditEvent): Promise<void> {
    await this.#table.put(this.#itemOf(`service/${event.time}/${event.id}`, 1, event), isNewEvent);
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
      where: and(equals("day", day), isBetween("at", isoTime(between.since), `${isoTime(between.until)}~`)),
      limit,
      after,
    });
    return {
      events: items.map((item) => JSON.parse(new ItemReader(item).string("event")) as AuditEvent),
      ...(next ? { next } : {}),
    };
  }

  #itemOf(stream: string, sequence: number, event: AuditEvent): Attributes {
    return itemOf({
      stream,
      sequence,
      day: event.time.slice(0, 10),
      at: `${event.time} ${stream} ${String(sequence).padStart(6, "0")}`,
      event: JSON.stringify(event),
      ttl: Math.floor(Date.parse(event.time) / 1000) + this.#retentionDays * 86_400,
    });
  }
}

/** A year and a month, so that a yearly review finds all of its year. */
export const DEFAULT_RETENTION_DAYS = 400;

const isNewEvent = absent("stream");

function isBetween(name: string, first: string, last: string): Expression {
  return { text: `#${name} BETWEEN ? AND ?`, values: [attributeOf(first), attributeOf(last)] };
}
