import { randomUUID } from "node:crypto";
import { isoTime } from "@secret-handoff/protocol/api";
import type { Clock } from "../runtime.ts";
import { type Erasures, revokeOfRecipient } from "../store/erasures.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isRecipientId } from "../store/recipients.ts";
import type { StandaloneEvents } from "../store/standalone-events.ts";
import type { Caller } from "./callers.ts";
import type { TrailDeps } from "./events.ts";
import { isKnown, noSuchRecipient } from "./recipients.ts";

export type EraseDeps = TrailDeps & {
  readonly handoffs: Handoffs;
  readonly erasures: Erasures;
  readonly standalone: StandaloneEvents;
  readonly clock: Clock;
};

/**
 * Erases a recipient from the directory. What is open for it is revoked first: by its address nobody could find that any more, and a
 * newer version would go to a new id and supersede nothing. Then comes the event: should this process die before the entry is gone, the
 * call is repeated and finishes. Repeated after that, it answers alike.
 * @throws ProblemError 404 where there never was such a recipient
 */
export async function eraseRecipient(deps: EraseDeps, { actor }: Caller, id: string): Promise<void> {
  const { recipients, standalone, erasures, clock } = deps;
  if (!isRecipientId(id) || !(await isKnown(deps, id))) throw noSuchRecipient();
  if (await recipients.has(id)) {
    await revokeOfRecipient(deps, actor, id);
    const event = { v: 1, id: randomUUID(), type: "recipient_erased", outcome: "done" } as const;
    await standalone.put(`erased/${id}`, { ...event, time: isoTime(clock()), actor, recipient: id }, clock());
    await erasures.remember(id, actor, clock());
    await recipients.erase(id);
  }
  // A create that had asked the directory before may have come meanwhile. One that comes later still, the sweeper finds.
  await revokeOfRecipient(deps, actor, id);
}
