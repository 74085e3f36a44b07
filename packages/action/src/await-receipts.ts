import { type HandoffId, isHandoffId } from "@secret-handoff/protocol";
import {
  awaitHandoffs,
  type DeliveryStatus,
  formatDuration,
  type Outcome,
  pluralize,
  type SeenHandoff,
  SenderError,
  type ServiceClient,
} from "@secret-handoff/sdk";
import type { CheckedDelivery } from "./check.ts";
import { handoffOf } from "./report/outcomes.ts";
import { handoffsSummary } from "./report/summaries.ts";
import { type StepContext, withTimeout } from "./step-context.ts";

/** A wait ends by its own clock; the step is stopped only when that fails, seconds later. */
export const SPARE_SECONDS = 120;
/** Between two log lines that a wait goes on, ms. */
export const SAY_EVERY_MS = 600_000;

/** Waits for receipts, and logs each one as it comes. @param seconds at the most */
export async function awaitReceipts(
  ids: readonly HandoffId[],
  seconds: number,
  service: ServiceClient,
  context: StepContext,
): ReturnType<typeof awaitHandoffs> {
  const { workflow, runtime } = context;
  let saidAt = 0;
  workflow.info(`Waiting for ${pluralize(ids.length, "receipt")}, at most ${formatDuration(seconds)}.`);
  const ports = {
    ...{ service, runtime },
    onEnded: ({ id, status }: SeenHandoff, ended: number, all: number) =>
      workflow.info(`${ended}/${all} handoff ${id}: ${status}`),
    onWaiting: (pending: number, elapsedMs: number) => {
      if (elapsedMs - saidAt < SAY_EVERY_MS) return;
      saidAt = elapsedMs;
      const elapsed = formatDuration(Math.floor(elapsedMs / 60_000) * 60);
      workflow.info(`Still waiting for ${pluralize(pending, "receipt")} after ${elapsed}.`);
    },
  };
  return withTimeout(
    seconds + SPARE_SECONDS,
    context,
    (deadline) => awaitHandoffs(ids, ports, seconds * 1_000, deadline),
    () => new SenderError("deadline", "The wait for receipts did not end in time."),
  );
}

/**
 * Waits until what was handed over has ended, and reports how.
 * @returns false when the wait was cut short, or a receipt that the class requires is missing
 */
export async function awaitReceiptsOf(
  outcomes: readonly Outcome[],
  { delivery, service }: Pick<CheckedDelivery, "delivery" | "service">,
  seconds: number,
  context: StepContext,
): Promise<boolean> {
  const { workflow } = context;
  const { name, receiptRequired = false } = delivery.details.class;
  const ids = outcomes.map(handoffOf).filter((id) => id !== undefined && isHandoffId(id));
  const { handoffs, stopped } = await awaitReceipts(ids, seconds, service, context);
  const statusOf = new Map<string, DeliveryStatus>(handoffs.map(({ id, status }) => [id, status]));
  const statuses = outcomes.map((outcome) => {
    const id = handoffOf(outcome);
    return id === undefined ? statusOfFailure(outcome) : (statusOf.get(id) ?? "failed");
  });
  for (const { id, error } of handoffs) if (error) workflow.warning(`Handoff ${id}: ${error.message}`);
  if (stopped) workflow.error(stopped.message);
  else warnOfPending(handoffs, seconds, context);
  const others = statuses.filter((status) => status !== "delivered");
  const lacking = receiptRequired && others.length > 0;
  if (lacking) {
    const found = [...new Set(others)].join(", ");
    workflow.error(
      `Class ${name} requires a receipt from each recipient, and ${others.length} of ${statuses.length} are missing: ${found}.`,
    );
  }
  setReceiptOutputs(statuses, context);
  await workflow.summarise(handoffsSummary(handoffs));
  return stopped === undefined && !lacking;
}

/** Warns of the handoffs that had not ended when the wait was over. */
export function warnOfPending(
  handoffs: readonly SeenHandoff[],
  seconds: number,
  { workflow }: Pick<StepContext, "workflow">,
): void {
  const pending = handoffs.filter(({ status }) => status === "pending").map(({ id }) => id);
  if (pending.length === 0) return;
  const all = pluralize(handoffs.length, "handoff");
  workflow.warning(
    `${pending.length} of ${all} had not ended after ${formatDuration(seconds)}: ${pending.join(", ")}.`,
  );
}

/** Outputs that a next step can branch on. */
export function setReceiptOutputs(statuses: readonly DeliveryStatus[], { workflow }: StepContext): void {
  const delivered = statuses.filter((status) => status === "delivered").length;
  workflow.output("receipts", JSON.stringify(statuses));
  workflow.output("delivered-count", delivered);
  workflow.output("all-delivered", String(statuses.length > 0 && delivered === statuses.length));
}

/** For a recipient who got nothing. */
function statusOfFailure(outcome: Outcome): DeliveryStatus {
  return outcome.kind === "failed" && outcome.error.code === "mail_refused" ? "bounced" : "failed";
}
