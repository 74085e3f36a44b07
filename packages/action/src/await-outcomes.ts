import { type CredentialClass, isHandoffId } from "@secret-handoff/protocol";
import { formatDuration, type Outcome, type ServiceClient, type Watched } from "@secret-handoff/sdk";
import type { OnCancel } from "./github/cancel.ts";
import type { Surroundings } from "./github/surroundings.ts";
import { watchedSummary } from "./report/handoffs-summary.ts";
import {
  arrivalOfFailure,
  arrivalOfWatched,
  handoffOf,
  setReceiptOutputs,
  waitForReceipts,
} from "./report/receipts.ts";
import { several } from "./report/several.ts";

/** Waits until what was handed over has ended. @returns false when the wait was cut short, or a receipt that the class requires is missing */
export async function awaitOutcomes(
  outcomes: readonly Outcome[],
  { name, receiptRequired = false }: CredentialClass,
  seconds: number,
  service: ServiceClient,
  surroundings: Surroundings,
  onCancel: OnCancel,
): Promise<boolean> {
  const { workflow } = surroundings;
  const ids = outcomes.map(handoffOf).filter((id) => id !== undefined && isHandoffId(id));
  const { watched, stopped } = await waitForReceipts(ids, seconds, service, surroundings, onCancel);
  const byId = new Map<string, Watched>(watched.map((one) => [one.id, one]));
  const arrivals = outcomes.map((outcome) => {
    const id = handoffOf(outcome);
    return id === undefined ? arrivalOfFailure(outcome) : arrivalOfWatched(byId.get(id));
  });
  for (const { id, error } of watched) if (error) workflow.warning(`Handoff ${id}: ${error.message}`);
  const pending = arrivals.filter((arrival) => arrival === "pending").length;
  if (stopped) workflow.error(stopped.message);
  else if (pending > 0) {
    workflow.warning(
      `${several(pending, "handoff")} of ${outcomes.length} had not ended after ${formatDuration(seconds)}.`,
    );
  }
  const others = arrivals.filter((arrival) => arrival !== "delivered");
  const lacking = receiptRequired && others.length > 0;
  if (lacking) {
    const found = [...new Set(others)].join(", ");
    workflow.error(
      `Class ${name} requires the receipt of each recipient, and ${others.length} of ${arrivals.length} did not come: ${found}.`,
    );
  }
  setReceiptOutputs(workflow, arrivals);
  await workflow.summarise(watchedSummary(watched));
  return stopped === undefined && !lacking;
}
