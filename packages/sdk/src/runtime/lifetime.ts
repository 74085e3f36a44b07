import type { SenderError } from "../sender-error.ts";
import type { Runtime } from "./runtime.ts";

/** How long work may go on. Both signals abort with a {@link SenderError} as their reason. */
export type Lifetime = {
  /** From here on begin nothing new and wait for no retry. */
  readonly stopping: AbortSignal;
  /** From here on give up what is under way. */
  readonly over: AbortSignal;
};

/** A lifetime and what ends it. */
export type EndableLifetime = {
  readonly lifetime: Lifetime;
  /** Stops; what is under way has `graceMs` left. Later calls change nothing. */
  readonly stop: (reason: SenderError) => void;
  /** Calls the timers off. */
  readonly close: () => void;
};

/**
 * A lifetime that ends by itself after `limitMs`.
 * @param graceMs between `stopping` and `over`
 */
export function startLifetime(
  options: { readonly limitMs: number; readonly graceMs: number; readonly atLimit: () => SenderError },
  runtime: Pick<Runtime, "schedule">,
): EndableLifetime {
  const stopping = new AbortController();
  const over = new AbortController();
  const callOff: (() => void)[] = [];
  const stop = (reason: SenderError) => {
    if (stopping.signal.aborted) return;
    callOff.push(runtime.schedule(options.graceMs, () => over.abort(reason)));
    stopping.abort(reason);
  };
  callOff.push(runtime.schedule(options.limitMs, () => stop(options.atLimit())));
  return {
    lifetime: { stopping: stopping.signal, over: over.signal },
    stop,
    close: () => {
      for (const off of callOff) off();
    },
  };
}

/** A lifetime of its own for tidying up: it begins at once and is over after `limitMs`. */
export function tidyingLifetime(
  limitMs: number,
  reason: SenderError,
  runtime: Pick<Runtime, "schedule">,
): EndableLifetime {
  return startLifetime({ limitMs, graceMs: 0, atLimit: () => reason }, runtime);
}
