import type { HandoffId, State } from "@secret-handoff/protocol";
import type { HandoffView } from "@secret-handoff/protocol/api";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type Polling, poll } from "../runtime/polling.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { OUTLASTED, SenderError, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";

/** Handoffs that were made before: how they stand, waiting until they have ended, and revoking them. */

/** How a delivery stands. */
export type DeliveryStatus =
  /** How a handoff can end. */
  | Exclude<State, "open" | "claimed">
  /** Not ended yet. */
  | "pending"
  /** The mail was refused for good, at once or later, so that nobody got a link. */
  | "bounced"
  /** Nothing was handed over for another reason. */
  | "failed";

/** A handoff as the last view showed it. */
export type SeenHandoff = {
  readonly id: HandoffId;
  readonly status: DeliveryStatus;
  /** Missing where it was never seen. */
  readonly view?: HandoffView;
  /** Why the last view failed. */
  readonly error?: SenderError;
};

/** What became of one revocation. `released`: it was opened before, so the secret is known to whoever opened it. */
export type Revocation = {
  readonly id: HandoffId;
  readonly ending: "revoked" | "released" | "unknown" | SenderError;
};

export type AwaitPorts = {
  readonly service: Pick<ServiceClient, "view">;
  readonly runtime: Runtime;
  /** Called with each handoff as it ends. */
  readonly onEnded?: (seen: SeenHandoff, ended: number, all: number) => void;
  /** Called after each poll that found some not ended. */
  readonly onWaiting?: (pending: number, elapsedMs: number) => void;
};

/** Handoffs that are viewed or revoked at once. */
const AT_ONCE = 6;
/** Between two polls, ms: it grows from the first to the second. */
const FIRST_POLL_MS = 2_000;
const LONGEST_POLL_MS = 60_000;

/** What the service's view of a handoff says. A bounced handoff is still open, and nobody has its link. */
export function deliveryStatusOf({
  state,
  bouncedAt,
}: Pick<HandoffView, "state" | "bouncedAt">): Exclude<DeliveryStatus, "failed"> {
  if (state === "open" && bouncedAt !== undefined) return "bounced";
  return state === "open" || state === "claimed" ? "pending" : state;
}

/** Views each handoff once, in the order given. What the service refuses to show has its error; nothing is thrown. */
export function viewHandoffs(
  ids: readonly HandoffId[],
  service: Pick<ServiceClient, "view">,
  deadline: Deadline,
): Promise<readonly SeenHandoff[]> {
  return mapLimited(ids, AT_ONCE, async (id) => {
    const found = await toResult(service.view(id, deadline));
    return found instanceof SenderError
      ? unseen(id, found)
      : { id, status: deliveryStatusOf(found), view: found };
  });
}

/**
 * Waits until each handoff has ended: delivered, or in any other way. Polls become rarer, down to one a minute.
 * @param limitMs then it returns, whatever has not ended
 * @returns the handoffs in the order given, and why the wait was cut short where it was
 */
export async function awaitHandoffs(
  ids: readonly HandoffId[],
  { service, runtime, onEnded, onWaiting }: AwaitPorts,
  limitMs: number,
  deadline: Deadline,
): Promise<{ readonly handoffs: readonly SeenHandoff[]; readonly stopped?: SenderError }> {
  const seen = new Map<HandoffId, SeenHandoff>(ids.map((id) => [id, { id, status: "pending" }]));
  const handoffs = () => [...seen.values()];
  const pending = () =>
    handoffs().filter(({ status, error }) => status === "pending" && canBeSeenAgain(error));
  const look = async () => {
    const polled = await viewHandoffs(
      pending().map(({ id }) => id),
      service,
      deadline,
    );
    for (const now of polled) {
      // A view that a cancelled workflow cut short says nothing about the handoff.
      if (now.error && deadline.soft.aborted) continue;
      seen.set(now.id, merged(now, seen.get(now.id)));
      if (now.status !== "pending" && now.view) onEnded?.(now, ids.length - pending().length, ids.length);
    }
    return pending().length === 0 ? handoffs() : undefined;
  };
  const polling: Polling = {
    ...{ firstMs: FIRST_POLL_MS, longestMs: LONGEST_POLL_MS, limitMs },
    onWaiting: (elapsedMs) => onWaiting?.(pending().length, elapsedMs),
  };
  try {
    return { handoffs: (await poll(look, polling, runtime, deadline.soft)) ?? handoffs() };
  } catch (thrown) {
    if (thrown instanceof SenderError && deadline.soft.aborted)
      return { handoffs: handoffs(), stopped: thrown };
    throw thrown;
  }
}

/** Revokes each handoff. One failure stops no other. */
export function revokeHandoffs(
  ids: readonly HandoffId[],
  service: Pick<ServiceClient, "revoke">,
  deadline: Deadline,
): Promise<readonly Revocation[]> {
  return mapLimited(ids, AT_ONCE, async (id) => ({
    id,
    ending: await toResult(service.revoke(id, deadline)),
  }));
}

/** A service that could not be reached says nothing about the handoff. */
function unseen(id: HandoffId, error: SenderError): SeenHandoff {
  return { id, status: canBeSeenAgain(error) ? "pending" : "failed", error };
}

/** A view that failed does not undo what an earlier one has shown. */
function merged(now: SeenHandoff, before: SeenHandoff | undefined): SeenHandoff {
  if (now.view || !now.error || !before?.view) return now;
  return canBeSeenAgain(now.error) ? before : { ...before, error: now.error };
}

function canBeSeenAgain(error: SenderError | undefined): boolean {
  return error === undefined || OUTLASTED.has(error.code);
}
