import { randomUUID } from "node:crypto";
import { isHandoffId } from "@secret-handoff/protocol";
import { type Actor, isoTime } from "@secret-handoff/protocol/api";
import { DAY_SECONDS } from "@secret-handoff/protocol/audit";
import type { Clock } from "../runtime.ts";
import { A_READ, type Erasures, revokeOfRecipient, revokeThoseOf } from "../store/erasures.ts";
import type { IndexPlace } from "../store/event-index.ts";
import type { Handoffs } from "../store/handoffs.ts";
import { isRecipientId, type RecipientId } from "../store/recipients.ts";
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
 * Seconds of a call that go on looking through what is open, of everybody, before the entry is gone and again after. A sender may have so
 * much open that a look would outlast the call, which would then erase nobody: the sweeper looks through the rest.
 */
const SECONDS_A_LOOK = 7;

/** Days after its creation that a handoff may be open, and one for the clocks. */
const OPEN_FOR_DAYS = 32;

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
    await lookInTrail(deps, actor, id);
    await look(deps, actor, id);
    const event = { v: 1, id: randomUUID(), type: "recipient_erased", outcome: "done" } as const;
    await standalone.put(`erased/${id}`, { ...event, time: isoTime(clock()), actor, recipient: id }, clock());
    await erasures.remember(id, actor, clock());
    await recipients.erase(id);
  }
  // A create that had asked the directory before may have come meanwhile. One that comes later still, the sweeper finds.
  await look(deps, actor, id);
}

/**
 * Looks where nobody else's handoffs are: at what the trail knows of. What was created a moment ago, {@link look} finds; and the sweeper,
 * where somebody has made so many events for this recipient that this look ends before the newest.
 */
async function lookInTrail(deps: EraseDeps, actor: Actor, id: RecipientId): Promise<void> {
  const now = deps.clock();
  const period = { since: now - OPEN_FOR_DAYS * DAY_SECONDS, until: now };
  let after: IndexPlace | undefined;
  do {
    const filter = { recipient: id, type: "created" } as const;
    const page = await deps.eventIndex.page(filter, period, A_READ, after);
    const ids = page.events.flatMap(({ handoff }) => (handoff && isHandoffId(handoff) ? [handoff] : []));
    if (ids.length > 0) await revokeThoseOf(deps, actor, id, ids);
    after = page.next;
  } while (after && deps.clock() < now + SECONDS_A_LOOK);
}

async function look(deps: EraseDeps, actor: Actor, id: RecipientId): Promise<void> {
  const until = deps.clock() + SECONDS_A_LOOK;
  await revokeOfRecipient(deps, actor, id, () => deps.clock() >= until);
}
