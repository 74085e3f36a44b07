import { type AuditEvent, isoTime, isRequestId } from "@secret-handoff/protocol/api";
import { DAY_INDEX, DEFAULT_RETENTION_DAYS } from "./definitions.ts";
import {
  type Attributes,
  absent,
  and,
  attributeOf,
  type Expression,
  equals,
  firstOf,
  ItemReader,
  itemOf,
  set,
  sizeIs,
} from "./expressions.ts";
import { type HandoffRecord, type Key, keyOf, RECORD_ATTRIBUTES, readHandoff } from "./handoff-record.ts";
import { REQUEST_ATTRIBUTES, type RequestRecord, readRequest } from "./requests.ts";
import type { Table } from "./table.ts";
import { exists } from "./transitions.ts";

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
   * Stores an event under its number in a stream: the id of a handoff or of a request, or a standalone event's own. What is there stays.
   * @returns the JSON that is stored under this number now: another than this event's only where a killed drainer of another release
   * had been there
   */
  async put(stream: string, sequence: number, event: AuditEvent): Promise<string> {
    const item = this.#itemOf(stream, sequence, event);
    return new ItemReader(await this.#table.putOrRead(item, isNewEvent)).string("event");
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

const isNewEvent = absent("stream");

function isBetween(name: string, first: string, last: string): Expression {
  return { text: `#${name} BETWEEN ? AND ?`, values: [attributeOf(first), attributeOf(last)] };
}

/** What the drainer finds: a handoff, or a request. */
export type Drained = HandoffRecord | RequestRecord;

export function isRequest(record: Drained): record is RequestRecord {
  return "asked" in record;
}

/** The part of a handoff, or of a request, that the drainer reads and empties. */
export class Outbox {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  async read({ id }: Key): Promise<Drained | undefined> {
    const isRequested = isRequestId(id);
    const item = await this.#table.get(keyOf({ id }), isRequested ? REQUEST_ATTRIBUTES : RECORD_ATTRIBUTES);
    return item && (isRequested ? readRequest(item) : readHandoff(item));
  }

  /**
   * Takes the events that were read out of the outbox; what has been written since stays. Once ended, nothing is due any more, unless
   * something has been written since.
   * @param chain hash of the last event
   * @returns false when that, or another drainer, came between; then read again
   */
  async settle(record: Drained, chain: string): Promise<boolean> {
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
