import { type Lifetime, SenderError } from "@secret-handoff/sdk";

/** A lifetime that nothing ends. */
export function unending(): Lifetime {
  return { stopping: new AbortController().signal, over: new AbortController().signal };
}

/** A lifetime that the test ends. */
export function endable() {
  const stopping = new AbortController();
  const over = new AbortController();
  const reason = new SenderError("cancelled", "The workflow was cancelled.");
  return {
    lifetime: { stopping: stopping.signal, over: over.signal } satisfies Lifetime,
    stop: () => stopping.abort(reason),
    giveUp: () => {
      stopping.abort(reason);
      over.abort(reason);
    },
  };
}
