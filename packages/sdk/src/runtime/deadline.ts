import { SenderError } from "../sender-error.ts";
import type { Runtime } from "./runtime.ts";

/** Until when work may go on. Both signals abort with a {@link SenderError} as their reason. */
export type Deadline = {
  /** From here on begin nothing new and wait for no retry. */
  readonly soft: AbortSignal;
  /** From here on give up what is under way. */
  readonly hard: AbortSignal;
};

/** A deadline and what brings it forward. */
export type EndableDeadline = {
  readonly deadline: Deadline;
  /** Stops; what is under way has `graceMs` left. Later calls change nothing. */
  readonly stop: (reason: SenderError) => void;
  /** Cancels the timers. */
  readonly close: () => void;
};

/** When a deadline comes by itself. */
export type DeadlineOptions = {
  /** Until `soft`, ms. */
  readonly limitMs: number;
  /** Between `soft` and `hard`, ms. */
  readonly graceMs: number;
  /** The reason that it gives then. */
  readonly atLimit: () => SenderError;
};

/** Starts a deadline. */
export function startDeadline(options: DeadlineOptions, runtime: Pick<Runtime, "schedule">): EndableDeadline {
  const soft = new AbortController();
  const hard = new AbortController();
  const cancels: (() => void)[] = [];
  const stop = (reason: SenderError) => {
    if (soft.signal.aborted) return;
    cancels.push(runtime.schedule(options.graceMs, () => hard.abort(reason)));
    soft.abort(reason);
  };
  cancels.push(runtime.schedule(options.limitMs, () => stop(options.atLimit())));
  return {
    deadline: { soft: soft.signal, hard: hard.signal },
    stop,
    close: () => {
      for (const cancel of cancels) cancel();
    },
  };
}

/**
 * What is under way when the time is up, or when it is stopped, has this long, ms: revoking and the report fit into what GitHub's runner
 * leaves of a cancelled step.
 */
const GRACE_MS = 2_500;

/**
 * Does the work with a deadline of its own.
 * @param onStop given what brings the deadline forward, like a signal from outside; the function it returns ends that
 */
export async function withDeadline<T>(
  {
    onStop = () => () => {},
    ...limit
  }: Omit<DeadlineOptions, "graceMs"> & {
    readonly onStop?: (stop: EndableDeadline["stop"]) => () => void;
  },
  runtime: Pick<Runtime, "schedule">,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const ending = startDeadline({ ...limit, graceMs: GRACE_MS }, runtime);
  const done = onStop(ending.stop);
  try {
    return await work(ending.deadline);
  } finally {
    done();
    ending.close();
  }
}

/** A deadline after so many seconds, for a program that needs no more control; its timers keep no process alive. */
export function deadlineAfter(seconds: number): Deadline {
  const schedule = (ms: number, task: () => void) => {
    const timer = setTimeout(task, ms).unref();
    return () => clearTimeout(timer);
  };
  const atLimit = () => new SenderError("deadline", `The work did not end within ${seconds} seconds.`);
  return startDeadline({ limitMs: seconds * 1_000, graceMs: GRACE_MS, atLimit }, { schedule }).deadline;
}

/** A deadline of its own for cleaning up, hard after `limitMs`. */
export function cleanupDeadline(
  limitMs: number,
  reason: SenderError,
  runtime: Pick<Runtime, "schedule">,
): EndableDeadline {
  return startDeadline({ limitMs, graceMs: 0, atLimit: () => reason }, runtime);
}

/** Ends one attempt. */
export type AttemptSignal = {
  readonly signal: AbortSignal;
  /** True when it took too long, and nothing else ended it. */
  readonly timedOut: () => boolean;
};

/**
 * Runs one attempt, which ends after `limitMs` or when the hard deadline has passed. Timer and listener go with it: AbortSignal.timeout and
 * AbortSignal.any would keep every request and its answer until the time is up.
 */
export async function withAttemptLimit<T>(
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
