import { type Deadline, formatDuration, SenderError, startDeadline } from "@secret-handoff/sdk";
import type { OnCancel } from "./github/cancel.ts";
import type { Surroundings } from "./github/surroundings.ts";

/** Once stopped, what is under way has this long; revoking and the report fit into what the runner then leaves. */
const GRACE_MS = 2_500;

/** Does the work within a deadline of so many seconds, which a cancelled workflow ends. */
export async function within<T>(
  seconds: number,
  { runtime }: Pick<Surroundings, "runtime">,
  onCancel: OnCancel,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const ending = startDeadline(
    { limitMs: seconds * 1_000, graceMs: GRACE_MS, atLimit: () => timeIsUp(seconds) },
    runtime,
  );
  const done = onCancel(ending.stop);
  try {
    return await work(ending.deadline);
  } finally {
    done();
    ending.close();
  }
}

function timeIsUp(seconds: number): SenderError {
  return new SenderError(
    "deadline",
    `The step's time of ${formatDuration(seconds)} was up. Raise timeout, or hand over to fewer recipients in one step.`,
  );
}
