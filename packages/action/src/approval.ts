import type { RequestView } from "@secret-handoff/protocol/api";
import {
  awaitApproval,
  type Deadline,
  formatDuration,
  requestProblem,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import { type StepContext, withTimeout } from "./step-context.ts";

/** A wait ends by its own clock; the step is stopped only when that fails, seconds later. */
const SPARE_SECONDS = 120;
/** How often the log says that the wait goes on, ms. */
const SAY_EVERY_MS = 600_000;
/** What a look without a wait may take, seconds. */
const LOOK_SECONDS = 60;

/**
 * The request as it stands, or once people have decided.
 * @param seconds to wait at the most; undefined looks once
 * @throws SenderError why the request cannot be seen, or why the wait was cut short
 */
export async function approvalOf(
  id: string,
  seconds: number | undefined,
  service: ServiceClient,
  context: StepContext,
): Promise<RequestView> {
  const { workflow, runtime } = context;
  if (seconds === undefined) {
    return withTimeout(LOOK_SECONDS, context, (deadline: Deadline) => service.request(id, deadline));
  }
  let saidAt: number | undefined;
  const ports = {
    ...{ service, runtime },
    onApproval: ({ approvals }: RequestView) => {
      const last = approvals.at(-1);
      if (last) workflow.info(`Approved for ${last.role} by ${last.by} (${last.known}).`);
    },
    onWaiting: ({ missing }: RequestView, elapsedMs: number) => {
      if (saidAt !== undefined && elapsedMs - saidAt < SAY_EVERY_MS) return;
      saidAt = elapsedMs;
      workflow.info(
        `Waiting for approval by ${missing.join(" and ")}, at most ${formatDuration(seconds)} in all.`,
      );
    },
  };
  return withTimeout(
    seconds + SPARE_SECONDS,
    context,
    (deadline) => awaitApproval(id, ports, seconds * 1_000, deadline),
    () => new SenderError("deadline", "The wait for approval did not end in time."),
  );
}

/** @throws SenderError where the request is not approved */
export function requireApproved(view: RequestView): void {
  const problem = requestProblem(view);
  if (problem) throw problem;
}
