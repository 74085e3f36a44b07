import { proxyingFetch } from "./proxy.ts";

/** What the sdk needs of its platform, injected so that tests need no real time, randomness or network. */
export type Runtime = {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** At least 0 and less than 1; for jitter only, never for keys. */
  readonly random: () => number;
  /** Runs `task` after `ms`; the function it returns cancels it. */
  readonly schedule: (ms: number, task: () => void) => () => void;
  readonly fetch: typeof fetch;
  /** What one attempt at AWS may wait for its answer, ms; ten seconds without it. */
  readonly awsAnswerMs?: number;
};

/** What a timer of Node's can wait, ms: 24 days. It takes more for 1 ms. */
const LONGEST_TIMER = 2_147_483_647;

/** Node's own clock, randomness and network, through the environment's proxy where it names one. */
export const platformRuntime: Runtime = {
  now: Date.now,
  random: Math.random,
  schedule: (ms, task) => {
    const timer = setTimeout(task, Math.min(ms, LONGEST_TIMER));
    return () => clearTimeout(timer);
  },
  fetch: proxyingFetch,
};

/** The time in whole Unix seconds, as tokens and handoffs have it. */
export function unixSeconds({ now }: Pick<Runtime, "now">): number {
  return Math.floor(now() / 1_000);
}

/**
 * Waits `ms`, or until the signal aborts.
 * @throws the signal's reason
 */
export function sleep(ms: number, runtime: Pick<Runtime, "schedule">, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      cancel();
      reject(signal.reason);
    };
    const cancel = runtime.schedule(ms, () => {
      signal.removeEventListener("abort", stop);
      resolve();
    });
    signal.addEventListener("abort", stop, { once: true });
  });
}
