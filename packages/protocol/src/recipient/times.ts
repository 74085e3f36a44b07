import { locale } from "./translation.ts";

/** Times, in the words that recipients read. */

/**
 * How far the service's clock is ahead of the device's, ms. Devices are wrong by minutes often enough to matter to a lease of two.
 * @param serverTime from the answer's Date header, ms since 1970, cut to whole seconds
 */
export function clockAhead(serverTime: number | undefined, now: number): number {
  return serverTime === undefined ? 0 : serverTime - now;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "Sunday, 22 November 2026 at 09:10 GMT+1". @param at Unix seconds @param timeZone the reader's, unless a test names one */
export function inFull(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at * 1_000);
}

/** "in 23 hours", "in 90 minutes", "in 1 second": rounded down to a unit of which there are at least two. @param seconds at least 0 */
export function fromNow(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(locale()).format(Math.floor(seconds / size), unit);
}

/** "4:05". @param ms rounded up to whole seconds, at least 0 */
export function asClock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
