import { type Deadline, SenderError } from "@secret-handoff/sdk";

/** A deadline that never comes. */
export function unending(): Deadline {
  return { soft: new AbortController().signal, hard: new AbortController().signal };
}

/** A deadline that the test sets off. */
export function endable() {
  const soft = new AbortController();
  const hard = new AbortController();
  const reason = new SenderError("cancelled", "The workflow was cancelled.");
  return {
    deadline: { soft: soft.signal, hard: hard.signal } satisfies Deadline,
    stop: () => soft.abort(reason),
    giveUp: () => {
      soft.abort(reason);
      hard.abort(reason);
    },
  };
}
