import type { Deadline } from "./deadline.ts";

/** Ends one attempt. */
export type AttemptSignal = {
  readonly signal: AbortSignal;
  /** True when it took too long, and nothing else ended it. */
  readonly timedOut: () => boolean;
};

/**
 * Does one attempt, which ends after `limitMs` or when the hard deadline has passed. Timer and listener go with it: AbortSignal.timeout and
 * AbortSignal.any would keep every request and its answer until the time is up.
 */
export async function attempt<T>(
  limitMs: number,
  { hard }: Deadline,
  work: (until: AttemptSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    controller.abort(new DOMException("The attempt took too long.", "TimeoutError"));
  }, limitMs);
  const giveUp = () => controller.abort(hard.reason);
  if (hard.aborted) giveUp();
  hard.addEventListener("abort", giveUp, { once: true });
  try {
    return await work({ signal: controller.signal, timedOut: () => late });
  } finally {
    clearTimeout(timer);
    hard.removeEventListener("abort", giveUp);
  }
}
