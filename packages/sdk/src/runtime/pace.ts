import type { SenderError, SenderErrorCode } from "../sender-error.ts";
import type { Runtime } from "./runtime.ts";

/**
 * One pace for all calls to one place that limits how many it takes: an account of SES, a mail server, the service. As long as it
 * takes everything there is no limit; once it asks to slow down, all calls wait in line and go one by one, at a distance that the
 * answers set: half as long again after each refusal, a little shorter after each success. Relative steps suit a mail a second
 * and fourteen alike. Not the SDK's DefaultRateLimiter: it grows by the second whatever the rate, takes no clock, and waits
 * without a way to cancel.
 */
export type Pace = {
  /**
   * Waits for a turn.
   * @throws the signal's reason, or what closed the pace
   */
  readonly turn: (signal: AbortSignal) => Promise<Turn>;
  /** The call was taken, or refused for a reason of its own. */
  readonly taken: () => void;
  /** The call was refused because there were too many. @param afterMs how long the other side asked to wait */
  readonly throttled: (turn: Turn, refusal: SenderError, afterMs?: number) => void;
  /** The last refusal of that kind: why whoever is in line waits. */
  readonly lastRefusal: () => SenderError | undefined;
  /** @throws what closed the pace */
  readonly throwIfClosed: () => void;
  /** Where every other call would meet the error as well: each waiting and each later call fails with it. */
  readonly closeOn: (error: SenderError) => void;
};

/** When the call was let go, ms since the epoch: refusals of calls that were under way together count once. */
export type Turn = { readonly at: number };

/** The distance after the first refusal where nothing has been taken yet, ms: a new account of SES takes one mail a second. */
const FIRST_GAP_MS = 1_000;
const SHORTEST_GAP_MS = 20;
/** So that a long storm of refusals does not outlast itself by more. */
const LONGEST_GAP_MS = 30_000;
const SLOWER = 1.5;
const FASTER = 0.95;
/** What was taken in the last second shows the rate before the first refusal. */
const MEASURED_MS = 1_000;

type Waiter = { readonly go: () => void; readonly fail: (reason: unknown) => void };

/** @param fatal codes of errors that every other call would meet as well: a wrong password, a quota that is used up */
export function adaptivePace(
  runtime: Pick<Runtime, "now" | "schedule" | "random">,
  fatal: readonly SenderErrorCode[] = [],
): Pace {
  const waiting: Waiter[] = [];
  const takenAt: number[] = [];
  let gapMs = 0;
  /** The distance at the first of the last refusals in a row: after a storm the pace goes on from there. */
  let refusedGapMs = 0;
  let refusedInRow = false;
  let slowedAt = Number.NEGATIVE_INFINITY;
  let nextAt = Number.NEGATIVE_INFINITY;
  let cancelTimer: (() => void) | undefined;
  let closed: SenderError | undefined;
  let last: SenderError | undefined;

  function letGo(): void {
    while (waiting.length > 0 && cancelTimer === undefined) {
      const waitMs = nextAt - runtime.now();
      if (waitMs > 0) {
        cancelTimer = runtime.schedule(waitMs, () => {
          cancelTimer = undefined;
          letGo();
        });
        return;
      }
      nextAt = runtime.now() + gapMs * (0.9 + 0.2 * runtime.random());
      waiting.shift()?.go();
    }
  }

  function measuredGap(): number {
    const since = runtime.now() - MEASURED_MS;
    const taken = takenAt.filter((at) => at > since).length;
    return taken === 0 ? FIRST_GAP_MS : MEASURED_MS / taken;
  }

  return {
    turn: (signal) =>
      new Promise((resolve, reject) => {
        if (closed ?? signal.aborted) {
          reject(closed ?? signal.reason);
          return;
        }
        const leave = () => {
          const place = waiting.indexOf(waiter);
          if (place >= 0) waiting.splice(place, 1);
          reject(signal.reason);
        };
        const waiter: Waiter = {
          go: () => {
            signal.removeEventListener("abort", leave);
            resolve({ at: runtime.now() });
          },
          fail: (reason) => {
            signal.removeEventListener("abort", leave);
            reject(reason);
          },
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(waiter);
        letGo();
      }),
    taken: () => {
      if (gapMs === 0) {
        takenAt.push(runtime.now());
        if (takenAt.length > 100) takenAt.shift();
        return;
      }
      refusedInRow = false;
      gapMs = Math.max(SHORTEST_GAP_MS, Math.min(gapMs * FASTER, refusedGapMs * SLOWER));
    },
    lastRefusal: () => last,
    throttled: ({ at }, refusal, afterMs = 0) => {
      const now = runtime.now();
      last = refusal;
      if (at > slowedAt) {
        const before = gapMs === 0 ? measuredGap() : gapMs;
        if (!refusedInRow) refusedGapMs = before;
        refusedInRow = true;
        gapMs = Math.min(LONGEST_GAP_MS, before * SLOWER);
        slowedAt = now;
      }
      nextAt = Math.max(nextAt, now + Math.max(afterMs, gapMs));
      cancelTimer?.();
      cancelTimer = undefined;
      letGo();
    },
    throwIfClosed: () => {
      if (closed) throw closed;
    },
    closeOn: (error) => {
      if (!fatal.includes(error.code)) return;
      closed ??= error;
      for (const { fail } of waiting.splice(0)) fail(closed);
    },
  };
}
