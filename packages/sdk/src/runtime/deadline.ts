import type { SenderError } from "../sender-error.ts";
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
  /** Calls the timers off. */
  readonly close: () => void;
};

/**
 * A deadline that comes by itself after `limitMs`.
 * @param graceMs between `soft` and `hard`
 */
export function startDeadline(
  options: { readonly limitMs: number; readonly graceMs: number; readonly atLimit: () => SenderError },
  runtime: Pick<Runtime, "schedule">,
): EndableDeadline {
  const soft = new AbortController();
  const hard = new AbortController();
  const callOff: (() => void)[] = [];
  const stop = (reason: SenderError) => {
    if (soft.signal.aborted) return;
    callOff.push(runtime.schedule(options.graceMs, () => hard.abort(reason)));
    soft.abort(reason);
  };
  callOff.push(runtime.schedule(options.limitMs, () => stop(options.atLimit())));
  return {
    deadline: { soft: soft.signal, hard: hard.signal },
    stop,
    close: () => {
      for (const off of callOff) off();
    },
  };
}

/** A deadline of its own for cleaning up, hard after `limitMs`. */
export function cleanupDeadline(
  limitMs: number,
  reason: SenderError,
  runtime: Pick<Runtime, "schedule">,
): EndableDeadline {
  return startDeadline({ limitMs, graceMs: 0, atLimit: () => reason }, runtime);
}
