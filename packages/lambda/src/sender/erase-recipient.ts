import { randomUUID } from "node:crypto";
import { isoTime } from "@secret-handoff/protocol/api";
import { isRecipientId } from "../store/recipients.ts";
import type { StandaloneEvents } from "../store/standalone-events.ts";
import type { Caller } from "./callers.ts";
import { isKnown, noSuchRecipient } from "./recipients.ts";
import { type RevokeAllDeps, revokeOfRecipient } from "./revoke-all.ts";

export type EraseDeps = RevokeAllDeps & { readonly standalone: StandaloneEvents };

/**
 * Erases a recipient from the directory. What is open for it is revoked first: by its address nobody could find that any more, and a
 * newer version would go to a new id and supersede nothing. Then comes the event: should this process die before the entry is gone, the
 * call is repeated and finishes. Repeated after that, it answers alike.
 * @throws ProblemError 404 where there never was such a recipient
 */
export async function eraseRecipient(deps: EraseDeps, { actor }: Caller, id: string): Promise<void> {
  const { recipients, standalone, clock } = deps;
  if (!isRecipientId(id) || !(await isKnown(deps, id))) throw noSuchRecipient();
  if (await recipients.has(id)) {
    await revokeOfRecipient(deps, actor, id);
    const event = { v: 1, id: randomUUID(), type: "recipient_erased", outcome: "done" } as const;
    await standalone.put(`erased/${id}`, { ...event, time: isoTime(clock()), actor, recipient: id }, clock());
    await recipients.erase(id);
  }
  // A create that had asked the directory before may have come meanwhile.
  await revokeOfRecipient(deps, actor, id);
}
