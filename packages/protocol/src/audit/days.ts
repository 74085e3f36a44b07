import { dayName } from "./order.ts";

const DAY_SECONDS = 86_400;

/** Seconds after the end of a UTC day in which its events are still filed under it. */
export const CLOSES_AFTER = 3_600;

/**
 * Seconds after the end of a day until it is sealed. Its events stop being filed under it after {@link CLOSES_AFTER}; the other hour is
 * for what was under way then, for clocks that differ, and for the index to follow.
 */
export const SEALS_AFTER = CLOSES_AFTER + 3_600;

/** The sealer runs each hour; the other one is for a run that failed and is tried again. */
const SEALER_MAY_TAKE = 7_200;

/** The last day that may be sealed, as days since 1970-01-01. @param now Unix seconds */
export function lastSealableDay(now: number): number {
  return Math.floor((now - SEALS_AFTER) / DAY_SECONDS) - 1;
}

/** The last day that must have a seal by now, `2026-11-26`. @param now Unix seconds */
export function lastDueDay(now: number): string {
  return dayName(lastSealableDay(now - SEALER_MAY_TAKE));
}
