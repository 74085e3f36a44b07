import type { HandoffId } from "@secret-handoff/protocol";
import {
  type Arrival,
  arrivalOf,
  awaitReceipts,
  formatDuration,
  isTransient,
  type Outcome,
  SenderError,
  type ServiceClient,
  startDeadline,
  type Watched,
  type Watching,
} from "@secret-handoff/sdk";
import type { OnCancel } from "../github/cancel.ts";
import type { Surroundings } from "../github/surroundings.ts";
import type { Workflow } from "../github/workflow.ts";
import { several } from "./several.ts";

/** A wait ends by its own clock; the step is stopped only when that fails, ms later. */
const SPARE_MS = 120_000;
const GRACE_MS = 2_500;
/** How often the log says that the wait goes on, ms. */
const SAY_EVERY_MS = 600_000;

/** Waits for receipts, and tells the log each one as it comes. @param seconds at the most */
export async function waitForReceipts(
  ids: readonly HandoffId[],
  seconds: number,
  service: ServiceClient,
  { workflow, runtime }: Pick<Surroundings, "workflow" | "runtime">,
  onCancel: OnCancel,
): Promise<Watching> {
  const limitMs = seconds * 1_000;
  const ending = startDeadline(
    {
      limitMs: limitMs + SPARE_MS,
      graceMs: GRACE_MS,
      atLimit: () => new SenderError("deadline", "The wait for receipts did not end in its time."),
    },
    runtime,
  );
  const done = onCancel(ending.stop);
  let saidAt = 0;
  workflow.info(`Waiting for ${several(ids.length, "receipt")}, at most ${formatDuration(seconds)}.`);
  try {
    return await awaitReceipts(
      ids,
      {
        ...{ service, runtime },
        onEnded: (view, ended, all) =>
          workflow.info(`${ended}/${all} handoff ${view.id}: ${arrivalOf(view)}`),
        onWaiting: (pending, elapsedMs) => {
          if (elapsedMs - saidAt < SAY_EVERY_MS) return;
          saidAt = elapsedMs;
          const elapsed = formatDuration(Math.floor(elapsedMs / 60_000) * 60);
          workflow.info(`Still waiting for ${several(pending, "receipt")} after ${elapsed}.`);
        },
      },
      limitMs,
      ending.deadline,
    );
  } finally {
    done();
    ending.close();
  }
}

/** What looking at a handoff says about its arrival. Undefined: there was none to look at. */
export function arrivalOfWatched(watched: Watched | undefined): Arrival {
  if (!watched) return "failed";
  const { view, error } = watched;
  if (view) return arrivalOf(view);
  return error && !isTransient(error) ? "failed" : "pending";
}

/** The handoff that a recipient got, now or before. */
export function handoffOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case "mailed":
      return outcome.id;
    case "earlier":
      return outcome.handoff.id;
    case "failed":
      return undefined;
  }
}

/** For a recipient who got nothing. */
export function arrivalOfFailure(outcome: Outcome): Arrival {
  return outcome.kind === "failed" && outcome.error.code === "mail_refused" ? "bounced" : "failed";
}

/** Outputs that a next step can branch on. */
export function setReceiptOutputs(workflow: Workflow, arrivals: readonly Arrival[]): void {
  const delivered = arrivals.filter((arrival) => arrival === "delivered").length;
  workflow.output("receipts", JSON.stringify(arrivals));
  workflow.output("delivered-count", delivered);
  workflow.output("all-delivered", String(arrivals.length > 0 && delivered === arrivals.length));
}
