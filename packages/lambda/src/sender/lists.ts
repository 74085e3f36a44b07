import { isHandoffId } from "@secret-handoff/protocol";
import type {
  AuditEvent,
  EventsQuery,
  EventsResponse,
  HandoffView,
  ListQuery,
  ListResponse,
} from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import type { Audit } from "../store/audit.ts";
import { type Attributes, attributeOf, ItemReader } from "../store/expressions.ts";
import { keyOf, viewOf } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";

const HANDOFFS_A_PAGE = 50;
/** A filtered list reads more at once, and goes on for so many reads while it finds nothing. */
const HANDOFFS_A_READ = 250;
const READS_A_CALL = 4;

/**
 * An owner's handoffs, newest first, a page at a time; where few are wanted, a page may be short or empty and yet have a cursor.
 * @param shown which of them the caller may see
 * @throws ProblemError 400 where the cursor is none
 */
export async function listHandoffs(
  handoffs: Handoffs,
  owner: string,
  { secret, run, state, cursor }: ListQuery,
  now: number,
  shown: (view: HandoffView) => boolean,
): Promise<ListResponse> {
  const isFiltered = secret !== undefined || run !== undefined || state !== undefined;
  const wanted = (view: HandoffView) =>
    shown(view) &&
    (secret === undefined || view.secret === secret) &&
    (run === undefined || view.run === run) &&
    (state === undefined || view.state === state);
  let after = cursor === undefined ? undefined : handoffPlace(cursor, owner);
  const found: HandoffView[] = [];
  for (let reads = 0; reads < READS_A_CALL && found.length === 0; reads += 1) {
    const limit = isFiltered ? HANDOFFS_A_READ : HANDOFFS_A_PAGE;
    const { records, next } = await refusingBadCursor(cursor, () =>
      handoffs.listByOwner(owner, limit, after),
    );
    found.push(...records.map((record) => viewOf(record, now)).filter(wanted));
    after = next;
    if (!after) return { handoffs: found };
  }
  return after ? { handoffs: found, cursor: handoffCursor(after) } : { handoffs: found };
}

/** Names the last handoff that was looked at. */
function handoffCursor(place: Attributes): string {
  const read = new ItemReader(place);
  return writeCursor([read.string("id"), read.number("createdAt")]);
}

function handoffPlace(cursor: string, owner: string): Attributes {
  const [id, createdAt] = readCursor(cursor);
  if (typeof id !== "string" || !isHandoffId(id)) throw badCursor();
  if (typeof createdAt !== "number" || !Number.isSafeInteger(createdAt)) throw badCursor();
  return { ...keyOf({ id }), owner: attributeOf(owner), createdAt: attributeOf(createdAt) };
}

const DAY = 86_400;
const EVENTS_A_PAGE = 100;
/** A call looks at this many days at the most; the cursor goes on where it stopped. */
const DAYS_A_CALL = 31;

/**
 * Events between two moments (Unix seconds, both included), oldest first, a page at a time.
 * @param wanted from a day ago where no `since` is named, until now where no `until` is. A cursor alone goes on from its place: a day
 * ago is later for every page, and may have passed that place.
 * @param shown which of them the caller may see
 * @throws ProblemError 400 where the cursor is none
 */
export async function listEvents(
  audit: Audit,
  wanted: EventsQuery,
  now: number,
  shown: (event: AuditEvent) => boolean,
): Promise<EventsResponse> {
  const { cursor } = wanted;
  const place = cursor === undefined ? undefined : eventPlace(cursor);
  const { since = place ? place.day * DAY : now - DAY, until = now } = wanted;
  if (since > until) return { events: [] };
  const start = place ?? { day: Math.floor(since / DAY) };
  // Nothing has happened later, give or take a clock: a call that asks for the far future would be told to go on and on.
  const lastDay = Math.floor(Math.min(until, now + DAY) / DAY);
  let after = start.after;
  for (let day = start.day; day <= lastDay; day += 1, after = undefined) {
    if (day >= start.day + DAYS_A_CALL) return { events: [], cursor: eventCursor({ day }) };
    const name = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    const page = await refusingBadCursor(cursor, () =>
      audit.page(name, { since, until }, EVENTS_A_PAGE, after),
    );
    const events = page.events.filter(shown);
    if (page.next) return { events, cursor: eventCursor({ day, after: page.next }) };
    if (events.length > 0)
      return day < lastDay ? { events, cursor: eventCursor({ day: day + 1 }) } : { events };
  }
  return { events: [] };
}

/** Where a page ended: the day, and the place in it. */
type EventPlace = { readonly day: number; readonly after?: Attributes };

function eventCursor({ day, after }: EventPlace): string {
  if (!after) return writeCursor([day]);
  const read = new ItemReader(after);
  return writeCursor([
    day,
    read.string("stream"),
    read.number("sequence"),
    read.string("day"),
    read.string("at"),
  ]);
}

function eventPlace(cursor: string): EventPlace {
  const [day, stream, sequence, dayName, at] = readCursor(cursor);
  if (typeof day !== "number" || !Number.isSafeInteger(day) || day < 0 || day > 100_000) throw badCursor();
  if (stream === undefined) return { day };
  if (typeof stream !== "string" || typeof dayName !== "string" || typeof at !== "string") throw badCursor();
  if (typeof sequence !== "number" || !Number.isSafeInteger(sequence)) throw badCursor();
  const after = { stream, sequence, day: dayName, at };
  return {
    day,
    after: Object.fromEntries(Object.entries(after).map(([name, value]) => [name, attributeOf(value)])),
  };
}

/** Where a page ended, as text that means nothing to the caller. */
function writeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString("base64url");
}

function readCursor(cursor: string): readonly unknown[] {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    throw badCursor();
  }
  if (!Array.isArray(parts)) throw badCursor();
  return parts;
}

function badCursor(cause?: unknown): ProblemError {
  return new ProblemError("malformed", "The cursor is not one that a page ended with.", { cause });
}

/** DynamoDB itself refuses a cursor that is well formed and yet no place in what is asked for. */
async function refusingBadCursor<T>(cursor: string | undefined, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const isRefused = cursor !== undefined && error instanceof Error && error.name === "ValidationException";
    throw isRefused ? badCursor(error) : error;
  }
}
