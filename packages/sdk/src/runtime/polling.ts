import { type Runtime, sleep } from "./runtime.ts";

/** How often to look, and for how long. */
export type Polling = {
  /** Between the first two looks, ms. */
  readonly firstMs: number;
  /** Between two looks at the most, ms: each wait is half as long again as the one before. */
  readonly longestMs: number;
  /** Then there is one last look, ms after the first. */
  readonly limitMs: number;
  /** Called after each look that found nothing and is followed by another. */
  readonly onWaiting?: (elapsedMs: number) => void;
};

const GROWTH = 1.5;

/**
 * Looks until there is something to see.
 * @param look undefined where it goes on; what it throws ends the wait
 * @param signal ends the wait, though not a look that is under way
 * @returns what was found; undefined when the time was over
 * @throws the signal's reason
 */
export async function poll<Found>(
  look: () => Promise<Found | undefined>,
  { firstMs, longestMs, limitMs, onWaiting }: Polling,
  runtime: Pick<Runtime, "now" | "schedule">,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const from = runtime.now();
  for (let waitMs = firstMs; ; waitMs = Math.min(longestMs, waitMs * GROWTH)) {
    const found = await look();
    if (found !== undefined) return found;
    signal.throwIfAborted();
    const elapsedMs = runtime.now() - from;
    if (elapsedMs >= limitMs) return undefined;
    onWaiting?.(elapsedMs);
    await sleep(Math.min(waitMs, limitMs - elapsedMs), runtime, signal);
  }
}
