import type { AuditEvent } from "@secret-handoff/protocol/api";
import { type Attributes, ItemReader, N, S } from "../store/attributes.ts";
import type { Audit } from "../store/audit.ts";
import { CursorError, readCursor, writeCursor } from "./cursor.ts";

const DAY = 86_400;
const PAGE = 100;
/** A call looks at this many days at the most; the cursor goes on where it stopped. */
const DAYS_A_CALL = 31;

export type EventsAnswer = { readonly events: readonly AuditEvent[]; readonly cursor?: string };

export type EventsWanted = {
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly cursor?: string | undefined;
};

/** Where a page ended: the day, and the place in it. */
type Cursor = { readonly day: number; readonly after?: Attributes };

/**
 * Events between two moments (Unix seconds, both included), oldest first, a page at a time.
 * @param wanted from a day ago where no `since` is named, until now where no `until` is. A cursor alone goes on from its place: a day
 * ago is later for every page, and may have passed that place.
 * @throws CursorError
 */
export async function listEvents(audit: Audit, wanted: EventsWanted, now: number): Promise<EventsAnswer> {
  const place = wanted.cursor === undefined ? undefined : decode(wanted.cursor);
  const { since = place ? place.day * DAY : now - DAY, until = now } = wanted;
  if (since > until) return { events: [] };
  const start = place ?? { day: Math.floor(since / DAY) };
  // Nothing has happened later, give or take a clock: a call that asks for the far future would be told to go on and on.
  const lastDay = Math.floor(Math.min(until, now + DAY) / DAY);
  let after = start.after;
  for (let day = start.day; day <= lastDay; day += 1, after = undefined) {
    if (day >= start.day + DAYS_A_CALL) return { events: [], cursor: encode({ day }) };
    const name = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    const { events, next } = await audit.page(name, { since, until }, PAGE, after);
    if (next) return { events, cursor: encode({ day, after: next }) };
    if (events.length > 0) return day < lastDay ? { events, cursor: encode({ day: day + 1 }) } : { events };
  }
  return { events: [] };
}

function encode({ day, after }: Cursor): string {
  const place = after && placeOf(new ItemReader(after));
  return writeCursor([day, ...(place ?? [])]);
}

function placeOf(read: ItemReader) {
  return [read.string("stream"), read.number("sequence"), read.string("day"), read.string("at")];
}

function decode(cursor: string): Cursor {
  const [day, stream, sequence, dayName, at] = readCursor(cursor);
  if (typeof day !== "number" || !Number.isSafeInteger(day) || day < 0 || day > 100_000)
    throw new CursorError();
  if (stream === undefined) return { day };
  if (typeof stream !== "string" || typeof dayName !== "string" || typeof at !== "string")
    throw new CursorError();
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) throw new CursorError();
  return { day, after: { stream: S(stream), sequence: N(sequence), day: S(dayName), at: S(at) } };
}
