import type { HandoffId } from "@secret-handoff/protocol";
import {
  type Deadline,
  type Revocation,
  revokeEach,
  SenderError,
  type ServiceClient,
  viewEach,
  type Watching,
} from "@secret-handoff/sdk";
import type { OnCancel } from "./github/cancel.ts";
import type { Surroundings } from "./github/surroundings.ts";
import type { ManageInputs } from "./inputs/manage-inputs.ts";
import { selectHandoffs } from "./inputs/selection.ts";
import type { Operation } from "./operation.ts";
import { revocationsSummary, watchedSummary } from "./report/handoffs-summary.ts";
import { arrivalOfWatched, setReceiptOutputs, waitForReceipts } from "./report/receipts.ts";
import { several } from "./report/several.ts";
import { openService } from "./service.ts";

/**
 * Waits for, revokes or shows handoffs that were made before.
 * @returns the exit code
 * @throws SenderError when the handoffs cannot be found out
 */
export async function manage(
  operation: Exclude<Operation, "deliver">,
  inputs: ManageInputs,
  surroundings: Surroundings,
  deadline: Deadline,
  onCancel: OnCancel,
): Promise<0 | 1> {
  const { workflow, runtime } = surroundings;
  const service = openService(inputs.endpoint, surroundings).client;
  const vault = surroundings.openVault(inputs.region, deadline, runtime);
  const state = operation === "revoke" ? "open" : undefined;
  const places = await selectHandoffs(inputs.selection, state, { service, vault }, deadline);
  const ids = places.filter((id) => id !== null);
  workflow.output("handoff-ids", JSON.stringify(places));
  if (operation === "revoke") return revoke(places, ids, service, surroundings, deadline);
  const watching =
    operation === "status"
      ? { watched: await viewEach(ids, service, deadline) }
      : await waitForReceipts(ids, inputs.awaitFor, service, surroundings, onCancel);
  return tellWatched(places, watching, operation, surroundings);
}

async function tellWatched(
  places: readonly (HandoffId | null)[],
  { watched, stopped }: Watching,
  operation: "await-receipt" | "status",
  { workflow }: Surroundings,
): Promise<0 | 1> {
  const byId = new Map(watched.map((one) => [one.id, one]));
  const ordered = places.map((id) => (id === null ? undefined : byId.get(id)));
  const arrivals = ordered.map(arrivalOfWatched);
  if (operation === "status") {
    for (const { id, view } of watched) if (view) workflow.info(`Handoff ${id}: ${view.state}`);
  }
  const failures = watched.flatMap(({ id, error }) => (error ? [{ id, error }] : []));
  for (const { id, error } of failures) workflow.error(`Handoff ${id}: ${error.message}`);
  if (stopped) workflow.error(stopped.message);
  workflow.output("states", JSON.stringify(ordered.map((one) => one?.view?.state ?? "failed")));
  workflow.output("failed-count", failures.length);
  setReceiptOutputs(workflow, arrivals);
  await workflow.summarise(watchedSummary(watched));
  return failures.length === 0 && !stopped ? 0 : 1;
}

async function revoke(
  places: readonly (HandoffId | null)[],
  ids: readonly HandoffId[],
  service: ServiceClient,
  { workflow }: Surroundings,
  deadline: Deadline,
): Promise<0 | 1> {
  const revocations = await revokeEach(ids, service, deadline);
  const count = (ending: Revocation["ending"]) => revocations.filter((one) => one.ending === ending).length;
  for (const { id, ending } of revocations) {
    if (ending instanceof SenderError) workflow.error(`Handoff ${id}: ${ending.message}`);
    else if (ending === "unknown") workflow.error(`Handoff ${id}: the service does not know it.`);
    else if (ending === "revoked") workflow.info(`Handoff ${id}: revoked`);
    else
      workflow.warning(
        `Handoff ${id} was opened already, so it cannot be revoked. Rotate the secret if that was wrong.`,
      );
  }
  const failed = ids.length - count("revoked") - count("released");
  workflow.info(`Revoked ${several(count("revoked"), "handoff")}; opened before: ${count("released")}.`);
  const states = new Map(
    revocations.map(({ id, ending }) => [id, ending instanceof SenderError ? "failed" : ending]),
  );
  const ordered = places.map((id) => (id === null ? "failed" : states.get(id)));
  workflow.output("states", JSON.stringify(ordered));
  workflow.output("revoked-count", count("revoked"));
  workflow.output("released-count", count("released"));
  workflow.output("failed-count", failed);
  await workflow.summarise(revocationsSummary(revocations));
  return failed === 0 ? 0 : 1;
}
