import { createHash, randomUUID } from "node:crypto";
import { isHandoffId } from "@secret-handoff/protocol";
import {
  type AuditEvent,
  type EventsQuery,
  type EventsResponse,
  isoTime,
  isRequestId,
  type Misfiled,
} from "@secret-handoff/protocol/api";
import { DAY_SECONDS, dayName } from "@secret-handoff/protocol/audit";
import { ProblemError } from "../http/problem.ts";
import { readAddress } from "../http/request.ts";
import type { Audit, EventPage } from "../store/audit.ts";
import {
  type EventFilter,
  type EventIndex,
  type IndexPlace,
  isWanted,
  type Period,
} from "../store/event-index.ts";
import { type Attributes, attributeOf, ItemReader } from "../store/expressions.ts";
import type { Recipients } from "../store/recipients.ts";
import { SERVICE_STREAM, type StandaloneEvents } from "../store/standalone-events.ts";
import type { Caller } from "./callers.ts";
import { badCursor, type Cursors, refusingBadCursor } from "./cursors.ts";

export type TrailDeps = {
  readonly audit: Audit;
  readonly eventIndex: EventIndex;
  readonly recipients: Recipients;
  readonly cursors: Cursors;
};

/** A page of a day. DynamoDB reads a megabyte at once, and Lambda answers with six at the most. */
const EVENTS_OF_A_DAY = 250;
/** Where the indexes are checked as well: an event may name fifty secrets, each with an item of its own that leads to it. */
const EVENTS_TO_CHECK = 100;
/** A page of an index; its events are read in one batch. */
const EVENTS_OF_AN_INDEX = 100;
/** A filtered list goes on for so many reads while it finds nothing. */
const READS_A_CALL = 4;
/** Days that are looked into at once, while they are empty. */
const DAYS_AT_ONCE = 25;
/** Days that events are kept at the longest, in any deployment. */
const LONGEST_RETENTION = 3_650;

/**
 * Events between two moments (Unix seconds, both included), oldest first, a page at a time. Where an index serves the filter, a page is
 * one query of it; else it is one of a day, and days without events are passed over.
 * @param wanted until now where no `until` is named. Where no `since` is, from a day ago; of what an index finds, from the beginning. A
 * cursor alone goes on from its place: a day ago is later for every page, and may have passed that place.
 * @param shown which of them the caller may see
 * @throws ProblemError 400 where the cursor is none, or the recipient neither an address nor an id
 */
export async function listEvents(
  deps: TrailDeps,
  wanted: EventsQuery,
  now: number,
  shown: (event: AuditEvent) => boolean,
): Promise<EventsResponse> {
  const { since, until, cursor, indexes, ...named } = wanted;
  const isChecked = indexes !== undefined;
  if (isChecked && Object.values(named).some((value) => value !== undefined)) throw checkedWithFilter();
  const filter = await filterOf(deps, named);
  if (!filter) return { events: [] };
  const isIndexed = deps.eventIndex.serves(filter);
  const oldest = now - deps.audit.retentionDays * DAY_SECONDS;
  const from = since ?? (cursor === undefined && !isIndexed ? now - DAY_SECONDS : 0);
  const period = {
    // Who asks from the very beginning is not walked through years of empty days.
    since: from < now - LONGEST_RETENTION * DAY_SECONDS ? oldest : from,
    // Nothing has happened later, give or take a clock: a call that asks for the far future would get one cursor after the other.
    until: Math.min(until ?? now, now + DAY_SECONDS),
  };
  if (period.since > period.until) return { events: [] };
  const isAsked = (event: AuditEvent) => shown(event) && isWanted(event, filter);
  return isIndexed
    ? listIndexed(deps, filter, period, cursor, isAsked)
    : listDays(deps, period, cursor, isAsked, isChecked);
}

/** A filter reads the very indexes that are to be checked. */
function checkedWithFilter(): ProblemError {
  return new ProblemError("malformed", "The parameter indexes goes with since, until and cursor alone.");
}

type Named = Omit<EventsQuery, "since" | "until" | "cursor" | "indexes">;

/**
 * @returns undefined where the address is nobody's: it has received nothing
 * @throws ProblemError 400 where an id is none
 */
async function filterOf({ recipients }: TrailDeps, named: Named): Promise<EventFilter | undefined> {
  const { recipient, handoff } = named;
  if (handoff !== undefined && !hasEvents(handoff))
    throw new ProblemError("malformed", "The parameter handoff is not the id of a handoff or of a request.");
  if (recipient === undefined || !recipient.includes("@")) return named;
  const id = await recipients.findChecked(readAddress(recipient, "parameter recipient"));
  return id && { ...named, recipient: id };
}

/** Seals, leaves and recipients lie beside the events, under keys that no handoff has. */
function hasEvents(id: string): boolean {
  return isHandoffId(id) || isRequestId(id) || id.startsWith(SERVICE_STREAM);
}

async function listIndexed(
  { eventIndex, cursors }: TrailDeps,
  filter: EventFilter,
  period: Period,
  cursor: string | undefined,
  isAsked: (event: AuditEvent) => boolean,
): Promise<EventsResponse> {
  let after = cursor === undefined ? undefined : indexPlace(await cursors.read("events", cursor));
  for (let reads = 0; ; reads += 1) {
    const page = await refusingBadCursor(cursor, () =>
      eventIndex.page(filter, period, EVENTS_OF_AN_INDEX, after),
    );
    const events = page.events.filter(isAsked);
    if (!page.next) return { events };
    if (events.length > 0 || reads === READS_A_CALL)
      return { events, cursor: await cursors.write("events", indexCursor(page.next)) };
    after = page.next;
  }
}

function indexCursor({ stream, sequence, at }: IndexPlace): readonly (string | number)[] {
  return [stream, sequence, at];
}

function indexPlace([stream, sequence, at]: readonly unknown[]): IndexPlace {
  if (typeof stream !== "string" || typeof at !== "string") throw badCursor();
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) throw badCursor();
  return { stream, sequence, at };
}

async function listDays(
  { audit, cursors }: TrailDeps,
  period: Period,
  cursor: string | undefined,
  isAsked: (event: AuditEvent) => boolean,
  isChecked: boolean,
): Promise<EventsResponse> {
  const read = (day: number, after: Attributes | undefined): Promise<DayPage> =>
    isChecked
      ? audit.checkedPage(dayName(day), period, EVENTS_TO_CHECK, after)
      : audit.page(dayName(day), period, EVENTS_OF_A_DAY, after);
  const lastDay = Math.floor(period.until / DAY_SECONDS);
  const place = cursor === undefined ? undefined : eventPlace(await cursors.read("events", cursor));
  let day = place?.day ?? Math.floor(period.since / DAY_SECONDS);
  let after = place?.after;
  for (let reads = 0; day <= lastDay; reads += 1) {
    const from = after;
    const readDay = day;
    const page = await refusingBadCursor(cursor, () => read(readDay, from));
    const events = page.events.filter(isAsked);
    const shown = new Set(events.map(({ id }) => id));
    const misfiled = page.misfiled && { misfiled: page.misfiled.filter(({ id }) => shown.has(id)) };
    after = page.next;
    if (!after) day = page.events.length > 0 ? day + 1 : await nextDay(audit, day + 1, lastDay, period);
    const isOver = events.length > 0 || reads === READS_A_CALL;
    if (isOver && day <= lastDay)
      return {
        events,
        ...misfiled,
        cursor: await cursors.write("events", eventCursor({ day, ...(after ? { after } : {}) })),
      };
    if (isOver) return { events, ...misfiled };
  }
  return { events: [] };
}

type DayPage = EventPage & { readonly misfiled?: readonly Misfiled[] };

/** The first day from this one on that has events of the period; the one after the last where none has. */
async function nextDay(audit: Audit, from: number, lastDay: number, period: Period): Promise<number> {
  for (let first = from; first <= lastDay; first += DAYS_AT_ONCE) {
    const days = Array.from(
      { length: Math.min(DAYS_AT_ONCE, lastDay - first + 1) },
      (_, index) => first + index,
    );
    const pages = await Promise.all(days.map((day) => audit.page(dayName(day), period, 1, undefined)));
    const found = pages.findIndex(({ events }) => events.length > 0);
    if (found >= 0) return first + found;
  }
  return lastDay + 1;
}

/** Where a page ended: the day, and the place in it. */
type EventPlace = { readonly day: number; readonly after?: Attributes };

function eventCursor({ day, after }: EventPlace): readonly (string | number)[] {
  if (!after) return [day];
  const read = new ItemReader(after);
  return [day, read.string("stream"), read.number("sequence"), read.string("day"), read.string("at")];
}

function eventPlace([day, stream, sequence, name, at]: readonly unknown[]): EventPlace {
  if (typeof day !== "number" || !Number.isSafeInteger(day) || day < 0 || day > 100_000) throw badCursor();
  if (stream === undefined) return { day };
  if (typeof stream !== "string" || typeof name !== "string" || typeof at !== "string") throw badCursor();
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) throw badCursor();
  const after = { stream, sequence, day: name, at };
  return {
    day,
    after: Object.fromEntries(Object.entries(after).map(([key, value]) => [key, attributeOf(value)])),
  };
}

/** Seconds in which a caller's calls count as one reading of the trail. */
const READING_SECONDS = 300;

/**
 * Leaves one event for a reading, not one for each of its pages. No cursor can show that a call goes on with a reading: a caller could
 * make one up, and would read unrecorded.
 */
export async function recordViewing(
  standalone: StandaloneEvents,
  { actor }: Caller,
  now: number,
  of: Pick<AuditEvent, "request" | "class"> = {},
): Promise<void> {
  const reader = createHash("sha256").update(JSON.stringify(actor)).digest("base64url");
  const event = { v: 1, id: randomUUID(), type: "audit_viewed", outcome: "done", ...of } as const;
  const window = Math.floor(now / READING_SECONDS);
  const key = ["viewed", reader, ...(of.request === undefined ? [] : [of.request]), window].join("/");
  await standalone.put(key, { ...event, time: isoTime(now), actor }, now);
}
