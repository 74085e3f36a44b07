import {
  DayName,
  type LeavesQuery,
  type LeavesResponse,
  type SealsQuery,
  type SealsResponse,
} from "@secret-handoff/protocol/api";
import { dayName, dayNumber } from "@secret-handoff/protocol/audit";
import * as v from "valibot";
import { ProblemError } from "../http/problem.ts";
import type { Seals } from "../store/seals.ts";

const DAY_SECONDS = 86_400;
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

function badCursor(): ProblemError {
  return new ProblemError("malformed", "The cursor is not one that a page ended with.");
}
