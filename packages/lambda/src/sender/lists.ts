import { isHandoffId } from "@secret-handoff/protocol";
import {
  DayName,
  type HandoffView,
  type LeavesQuery,
  type LeavesResponse,
  type ListQuery,
  type ListResponse,
  type SealsQuery,
  type SealsResponse,
} from "@secret-handoff/protocol/api";
import { DAY_SECONDS, dayName, dayNumber } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import { ProblemError } from "../http/problem.ts";
import { type Attributes, attributeOf, ItemReader } from "../store/expressions.ts";
import { keyOf, viewOf } from "../store/handoff-record.ts";
import type { Handoffs } from "../store/handoffs.ts";
import type { Seals } from "../store/seals.ts";
import { badCursor, type Cursors, refusingBadCursor } from "./cursors.ts";

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
  { handoffs, cursors }: { readonly handoffs: Handoffs; readonly cursors: Cursors },
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
  let after = cursor === undefined ? undefined : handoffPlace(await cursors.read("handoffs", cursor), owner);
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
  return after
    ? { handoffs: found, cursor: await cursors.write("handoffs", handoffCursor(after)) }
    : { handoffs: found };
}

/** Names the last handoff that was looked at. */
function handoffCursor(place: Attributes): readonly (string | number)[] {
  const read = new ItemReader(place);
  return [read.string("id"), read.number("createdAt")];
}

function handoffPlace([id, createdAt]: readonly unknown[], owner: string): Attributes {
  if (typeof id !== "string" || !isHandoffId(id)) throw badCursor();
  if (typeof createdAt !== "number" || !Number.isSafeInteger(createdAt)) throw badCursor();
  return { ...keyOf({ id }), owner: attributeOf(owner), createdAt: attributeOf(createdAt) };
}

/** More than two years; the DynamoDB client reads 1 MB at once, which is twice as many. */
const SEALS_A_PAGE = 1_000;

/**
 * Seals of the days that a period touches, oldest first, a page at a time.
 * @param wanted Unix seconds, both included: from the first seal where no `since` is named, until now where no `until` is
 * @throws ProblemError 400 where the cursor is none
 */
export async function listSeals(
  seals: Seals,
  { since = 0, until, cursor }: SealsQuery,
  now: number,
): Promise<SealsResponse> {
  const first = cursor === undefined ? Math.floor(since / DAY_SECONDS) : dayNumber(dayIn(cursor));
  const last = Math.floor(Math.min(until ?? now, now) / DAY_SECONDS);
  if (first > last) return { seals: [] };
  const page = await seals.between(first, last, SEALS_A_PAGE);
  const newest = page.seals.at(-1);
  if (!page.more || !newest) return { seals: page.seals };
  return { seals: page.seals, cursor: dayName(dayNumber(newest.day) + 1) };
}

/** The leaves of one day's seal, in order, a page at a time: none for a day that has no seal, or whose events are no longer kept. */
export async function listLeaves(
  seals: Seals,
  day: string,
  { cursor }: LeavesQuery,
): Promise<LeavesResponse> {
  if (!v.is(DayName, day)) throw new ProblemError("not_found", "This is not a day, such as 2026-11-26.");
  if (cursor !== undefined && !/^[1-9]\d{0,6}$/.test(cursor)) throw badCursor();
  const part = Number(cursor ?? 1);
  const leaves = await seals.leaves(day, part);
  return leaves.length === 0 ? { leaves } : { leaves, cursor: String(part + 1) };
}

function dayIn(cursor: string): string {
  if (!v.is(DayName, cursor)) throw badCursor();
  return cursor;
}
