import { type AuditEvent, isoTime, isRequestId, type Misfiled } from "@secret-handoff/protocol/api";
import {
  CLOSES_AFTER,
  canonicalJson,
  DAY_SECONDS,
  dayName,
  dayOf,
  filedAt,
  placeOf,
} from "@secret-handoff/protocol/audit";
import { type Clock, systemClock } from "../runtime.ts";
import { DAY_INDEX, DEFAULT_RETENTION_DAYS } from "./definitions.ts";
import { indexKeys, memberItems, type Period, readEvent } from "./event-index.ts";
import {
  type Attributes,
  absent,
  and,
  between,
  differs,
  type Expression,
  equals,
  firstOf,
  ItemReader,
  itemOf,
  or,
  set,
  sizeIs,
} from "./expressions.ts";
import { type HandoffRecord, type Key, keyOf, RECORD_ATTRIBUTES, readHandoff } from "./handoff-record.ts";
import { findMisfiled } from "./misfiled.ts";
import { REQUEST_ATTRIBUTES, type RequestRecord, readRequest } from "./request-record.ts";
import { SERVICE_STREAM } from "./standalone-events.ts";
import type { Page, Table } from "./table.ts";
import { exists } from "./transitions.ts";

export type EventPage = { readonly events: readonly AuditEvent[]; readonly next?: Attributes };

type AuditOptions = {
  /** Days after which TTL removes an event. */
  readonly retentionDays?: number;
  readonly clock?: Clock;
  /** {@link firstOpenDay} unless said otherwise. */
  readonly firstOpenDay?: (now: number) => number;
};

/** Any moment: for a page of a day that is named already. */
export const WHOLE_DAY: Period = { since: 0, until: 99_999_999_999 };

/** Before and behind every place of a day: those begin with a year. DynamoDB takes no empty text for a key. */
const FIRST_PLACE = "0";
const LAST_PLACE = "~";
const EVENTS_A_READ = 500;

/** The audit table: events are added, never changed. */
export class Audit {
  readonly #table: Table;
  readonly retentionDays: number;
  readonly #clock: Clock;
  readonly #firstOpenDay: (now: number) => number;

  constructor(
    table: Table,
    {
      retentionDays = DEFAULT_RETENTION_DAYS,
      clock = systemClock,
      firstOpenDay: firstOpen = firstOpenDay,
    }: AuditOptions = {},
  ) {
    this.#table = table;
    this.retentionDays = retentionDays;
    this.#clock = clock;
    this.#firstOpenDay = firstOpen;
  }

  /**
   * Stores an event under its number in a stream: the id of a handoff or of a request, or a standalone event's own. What is there stays.
   * Killed between two of its writes, it is called again, and adds what is missing.
   * @returns the event that is stored under this number now: `recorded` where its day was closed, or what an earlier call has stored
   */
  async put(stream: string, sequence: number, event: AuditEvent): Promise<AuditEvent> {
    const filed = this.#filed(event);
    const isLate = filed.recorded !== undefined;
    // What leads to an event is there before it, so that nobody who checks the indexes meanwhile misses it.
    if (!isLate) await this.#lead(stream, sequence, filed, () => isNewEvent);
    const standing = readEvent(
      await this.#table.putOrRead(this.#itemOf(stream, sequence, filed), isNewEvent),
    );
    // A late event is filed under the moment of whichever try has stored it: what leads to it names that one, whatever a try left there
    // that was killed, or that came before the day was closed.
    if (isLate || placeOf(standing) !== placeOf(filed)) {
      await this.#lead(stream, sequence, standing, (at) => or(isNewEvent, differs("at", at)));
    }
    return standing;
  }

  /** Puts the items that lead to an event from each of its secrets and recipients. */
  async #lead(stream: string, sequence: number, event: AuditEvent, where: (at: string) => Expression) {
    const read = new ItemReader(this.#itemOf(stream, sequence, event));
    const place = { at: read.string("at"), ttl: read.number("ttl") };
    const condition = where(place.at);
    const members = memberItems(stream, sequence, event, place);
    await Promise.all(members.map((member) => this.#table.put(member, condition)));
  }

  /**
   * One page of the events that are filed under a UTC day, in the order of the seal (`placeOf`).
   * @param period Unix seconds, both included
   */
  async page(day: string, period: Period, limit: number, after: Attributes | undefined): Promise<EventPage> {
    const { items, next } = await this.#day(day, period, limit, after);
    return { events: items.map(readEvent), ...(next ? { next } : {}) };
  }

  /** As {@link page}, and says which of the events the indexes would not find by all that they name. */
  async checkedPage(
    day: string,
    period: Period,
    limit: number,
    after: Attributes | undefined,
  ): Promise<EventPage & { readonly misfiled: readonly Misfiled[] }> {
    const { items, next } = await this.#day(day, period, limit, after);
    const filed = items.map((item) => {
      const event = readEvent(item);
      const read = new ItemReader(item);
      const stream = streamOf(event, read.string("stream"));
      const expected = this.#itemOf(stream, event.sequence ?? 1, event);
      return { item, event, expected };
    });
    const misfiled = await findMisfiled(this.#table, filed);
    return { events: filed.map(({ event }) => event), misfiled, ...(next ? { next } : {}) };
  }

  /**
   * Every event that is filed under a UTC day, in the order of the seal, with the place under which the table has it.
   * @param behind leaves out what stands at this place or before it
   */
  async *ofDay(
    day: string,
    behind = FIRST_PLACE,
  ): AsyncGenerator<{ readonly event: AuditEvent; readonly at: string }> {
    let after: Attributes | undefined;
    do {
      const { items, next } = await this.#between(day, behind, LAST_PLACE, EVENTS_A_READ, after);
      for (const item of items) {
        const at = new ItemReader(item).string("at");
        if (at > behind) yield { event: readEvent(item), at };
      }
      after = next;
    } while (after);
  }

  #day(day: string, { since, until }: Period, limit: number, after: Attributes | undefined): Promise<Page> {
    return this.#between(day, isoTime(since), `${isoTime(until)}~`, limit, after);
  }

  #between(
    day: string,
    first: string,
    last: string,
    limit: number,
    after: Attributes | undefined,
  ): Promise<Page> {
    const where = and(equals("day", day), between("at", first, last));
    return this.#table.query({ index: DAY_INDEX, where, limit, after });
  }

  /** A seal covers a day once and for all: what comes when it may have been sealed belongs to a later one, and says so. */
  #filed(event: AuditEvent): AuditEvent {
    const now = this.#clock();
    const open = dayName(this.#firstOpenDay(now));
    if (dayOf(event) >= open) return event;
    const recorded = isoTime(now);
    return { ...event, recorded: recorded >= open ? recorded : `${open}T00:00:00Z` };
  }

  #itemOf(stream: string, sequence: number, event: AuditEvent): Attributes {
    return itemOf({
      stream,
      sequence,
      day: dayOf(event),
      at: placeOf(event),
      ...indexKeys(event),
      event: canonicalJson(event),
      ttl: Math.floor(Date.parse(filedAt(event)) / 1000) + this.retentionDays * DAY_SECONDS,
    });
  }
}

/** The first day that takes events, as days since 1970-01-01. */
export function firstOpenDay(now: number): number {
  return Math.floor((now - CLOSES_AFTER) / DAY_SECONDS);
}

/** The stream that an event belongs to: that of its handoff or request, or one of its own, whose name does not follow from it. */
function streamOf({ handoff, request, sequence }: AuditEvent, found: string): string {
  if (sequence !== undefined) return handoff ?? request ?? "";
  return found.startsWith(SERVICE_STREAM) ? found : SERVICE_STREAM;
}

const isNewEvent = absent("stream");

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
   * @param last number and hash of the last event
   * @returns false when that, or another drainer, came between; then read again
   */
  async settle(
    record: Drained,
    { sequence, chain }: { readonly sequence: number; readonly chain: string },
  ): Promise<boolean> {
    const taken = record.outbox.length;
    const isEnded = record.state !== "open" && record.state !== "claimed";
    const nothingNew: readonly Expression[] = isEnded ? [sizeIs("outbox", taken)] : [];
    return this.#table.update({
      key: keyOf(record),
      set: [set("sequence", sequence), set("chain", chain)],
      remove: [...firstOf("outbox", taken), ...(isEnded ? ["dueShard", "dueAt"] : [])],
      condition: and(exists, equals("sequence", record.sequence), ...nothingNew),
    });
  }
}
