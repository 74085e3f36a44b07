import { randomUUID } from "node:crypto";
import { isoTime, type RecipientResponse, type RecipientsQuery } from "@secret-handoff/protocol/api";
import { ProblemError } from "../http/problem.ts";
import type { Clock } from "../runtime.ts";
import { isRecipientId, type Recipients } from "../store/recipients.ts";
import type { StandaloneEvents } from "../store/standalone-events.ts";
import type { Caller } from "./callers.ts";
import { readAddress, type TrailDeps } from "./events.ts";

/**
 * Finds a recipient by the address, or by the id.
 * @throws ProblemError 400, 404 where nobody in the directory is meant
 */
export async function findRecipient(
  recipients: Recipients,
  { address, id }: RecipientsQuery,
): Promise<RecipientResponse> {
  if (address !== undefined) {
    const normalised = readAddress(address, "address");
    const found = await recipients.find(normalised);
    if (!found) throw unknown();
    return { id: found, address: normalised };
  }
  if (id === undefined || !isRecipientId(id) || !(await recipients.has(id))) throw unknown();
  const kept = await recipients.addressOf(id);
  return { id, ...(kept === undefined ? {} : { address: kept }) };
}

export type EraseDeps = TrailDeps & { readonly standalone: StandaloneEvents; readonly clock: Clock };

/**
 * Erases a recipient from the directory. The event comes first: should this process die before the entry is gone, the call is repeated
 * and finishes. Repeated after that, it answers alike.
 * @throws ProblemError 404 where there never was such a recipient
 */
export async function eraseRecipient(
  { recipients, eventIndex, standalone, clock }: EraseDeps,
  { actor }: Caller,
  id: string,
): Promise<void> {
  if (!isRecipientId(id)) throw unknown();
  if (!(await recipients.has(id))) {
    const erased = { recipient: id, type: "recipient_erased" } as const;
    const { events } = await eventIndex.page(erased, { since: 0, until: clock() }, 100, undefined);
    if (events.length > 0) return;
    throw unknown();
  }
  const event = { v: 1, id: randomUUID(), type: "recipient_erased", outcome: "done" } as const;
  await standalone.put(`erased/${id}`, { ...event, time: isoTime(clock()), actor, recipient: id }, clock());
  await recipients.erase(id);
}

function unknown(): ProblemError {
  return new ProblemError("not_found", "The recipients directory has no such recipient.");
}
