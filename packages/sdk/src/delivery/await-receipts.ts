import type { HandoffId, HandoffView } from "@secret-handoff/protocol";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, sleep } from "../runtime/runtime.ts";
import { SenderError, type SenderErrorCode, toResult } from "../sender-error.ts";
import type { ServiceClient } from "../service/service-client.ts";
import { arrivalOf } from "./arrival.ts";

const AT_ONCE = 6;
/** Between two looks, ms: it grows from the first to the second. */
const FIRST_LOOK_MS = 2_000;
const LONGEST_LOOK_MS = 60_000;
const GROWTH = 1.5;

/** A wait of hours outlasts these: the next look may find the service again. */
const PASSING: ReadonlySet<SenderErrorCode> = new Set([
  "service_unreachable",
  "service_unavailable",
  "id_token",
]);

/** A handoff as it was seen last. Without a view it never was; `error` tells why it could not be looked at, or not any longer. */
export type Watched = { readonly id: HandoffId; readonly view?: HandoffView; readonly error?: SenderError };

export type Watching = {
  readonly watched: readonly Watched[];
  /** Why the wait was cut short. */
  readonly stopped?: SenderError;
};

export type WatchPorts = {
  readonly service: Pick<ServiceClient, "view">;
  readonly runtime: Runtime;
  /** Told each handoff as it ends. */
  readonly onEnded?: (view: HandoffView, ended: number, all: number) => void;
  /** Told after each look at which some had not ended. */
  readonly onWaiting?: (pending: number, elapsedMs: number) => void;
};

/** Looks at each handoff once. What the service refuses to show has its error; nothing is thrown. */
export async function viewEach(
  ids: readonly HandoffId[],
  service: Pick<ServiceClient, "view">,
  deadline: Deadline,
): Promise<readonly Watched[]> {
  return mapLimited(ids, AT_ONCE, async (id) => {
    const found = await toResult(service.view(id, deadline));
    return found instanceof SenderError ? { id, error: found } : { id, view: found };
  });
}

/**
 * Waits until each handoff has ended: delivered, or in any other way. Looks become rarer, down to one a minute.
 * @param limitMs then it returns, whatever has not ended
 * @returns the handoffs in the order given
 */
export async function awaitReceipts(
  ids: readonly HandoffId[],
  { service, runtime, onEnded, onWaiting }: WatchPorts,
  limitMs: number,
  deadline: Deadline,
): Promise<Watching> {
  const from = runtime.now();
  const seen = new Map<HandoffId, Watched>();
  const watched = () => ids.map((id) => seen.get(id) ?? { id });
  for (let waitMs = FIRST_LOOK_MS; ; waitMs = Math.min(LONGEST_LOOK_MS, waitMs * GROWTH)) {
    const pending = ids.filter((id) => isPending(seen.get(id)));
    for (const found of await viewEach(pending, service, deadline)) {
      // A look that a cancelled workflow cut short says nothing of the handoff.
      if (!found.view && deadline.soft.aborted) continue;
      seen.set(found.id, seenLast(found, seen.get(found.id)));
      if (found.view && !isPending(found)) onEnded?.(found.view, ids.length - count(watched()), ids.length);
    }
    const leftMs = limitMs - (runtime.now() - from);
    const left = count(watched());
    if (left === 0) return { watched: watched() };
    const reason: unknown = deadline.soft.reason;
    if (reason instanceof SenderError) return { watched: watched(), stopped: reason };
    if (leftMs <= 0) return { watched: watched() };
    onWaiting?.(left, limitMs - leftMs);
    try {
      await sleep(Math.min(waitMs, leftMs), runtime, deadline.soft);
    } catch (reason) {
      if (reason instanceof SenderError) return { watched: watched(), stopped: reason };
      throw reason;
    }
  }
}

/** True for a failed look that says nothing of the handoff: the service was not there to ask. */
export function isTransient({ code }: SenderError): boolean {
  return PASSING.has(code);
}

/** A look that failed does not undo what an earlier one has shown. */
function seenLast(found: Watched, before: Watched | undefined): Watched {
  if (found.view || !before?.view) return found;
  return found.error && isTransient(found.error) ? before : { ...found, view: before.view };
}

function isPending(found: Watched | undefined): boolean {
  if (found?.error && !isTransient(found.error)) return false;
  return !found?.view || arrivalOf(found.view) === "pending";
}

function count(watched: readonly Watched[]): number {
  return watched.filter(isPending).length;
}
