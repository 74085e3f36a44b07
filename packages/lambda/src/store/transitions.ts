import type { State } from "@secret-handoff/protocol";
import type { Actor, EventType } from "@secret-handoff/protocol/api";
import { append, type Expression, set, setIfAbsent } from "./expressions.ts";
import { type Key, keyOf } from "./handoff.ts";
import type { Update } from "./table.ts";

/** An event as it waits in an outbox: only what the item itself does not say. Never a secret. */
export type Entry = {
  readonly type: EventType;
  /** Unix seconds. */
  readonly at: number;
  /** The sender where left out. */
  readonly actor?: Actor;
  readonly outcome?: string;
  readonly attemptsLeft?: number;
};

/** Seconds after its end that a tombstone stays, so that the page can tell an honest story. */
export const TOMBSTONE_SECONDS = 30 * 86_400;
/** Seconds past its expiry that TTL leaves an item alone, so that the sweeper comes first. */
export const TTL_GRACE_SECONDS = 86_400;
/** Seconds after which the sweeper looks at what somebody else should have done. */
export const BACKSTOP_SECONDS = 60;
/** All that is due lies in one partition of the index. */
export const DUE_SHARD = "due";

/** What is no longer needed in any state but open. */
export const CODE_PARTS = [
  "emailVerifier",
  "codeHash",
  "codeExpiresAt",
  "codeTriesLeft",
  "codeArmedAt",
  "codeRequestsLeft",
] as const;

/** What is no longer needed in any state but open and claimed. */
const SEALED_PARTS = ["envelope", "claimVerifier", "leaseUntil", "lastAttempt", ...CODE_PARTS] as const;

/**
 * What goes besides at each end. No receipt can follow where nobody has opened. The header stays where its reader has to know whom
 * to ask, and goes where it was taken back or burned.
 */
const ALSO_GONE: Readonly<Partial<Record<State, readonly string[]>>> = {
  expired: ["receiptVerifier"],
  locked: ["receiptVerifier"],
  revoked: ["receiptVerifier", "header"],
  superseded: ["receiptVerifier", "header"],
  reported: ["header"],
};

/** Somebody is waiting to be told of these: the sweeper looks soon whether they were. */
const ALERTED: ReadonlySet<State> = new Set(["locked", "reported"]);

export type Transition = {
  readonly key: Key;
  readonly now: number;
  readonly condition: Expression;
  /** Appended to the outbox in the same write. */
  readonly events: readonly Entry[];
  readonly set?: readonly Expression[];
  readonly remove?: readonly string[];
  /** When the sweeper must look, Unix seconds; as before where left out. */
  readonly dueAt?: number;
};

/**
 * A conditional write that carries its events with it (transactional outbox). The stream tells the drainer of them at once; should it
 * fail, the sweeper finds them when the item is due: at its expiry, at its lease's end, or soon where nothing else is due. An entry
 * of its own in the index of what is due, for every event, would cost four writes a change.
 */
export function change(transition: Transition): Update {
  const { key, now, condition, events, set: more = [], remove = [], dueAt } = transition;
  return {
    key: keyOf(key),
    set: [
      ...(events.length > 0 ? [append("outbox", events.map(stored))] : []),
      setIfAbsent("dueShard", DUE_SHARD),
      dueAt === undefined ? setIfAbsent("dueAt", now + BACKSTOP_SECONDS) : set("dueAt", dueAt),
      ...more,
    ],
    remove,
    condition,
  };
}

function stored(entry: Entry): string {
  return JSON.stringify(entry);
}

/** A change into a state in which the sealed parts are gone. @param changedAt when it became true, Unix seconds; now where left out */
export function end(to: State, transition: Transition & { readonly changedAt?: number }): Update {
  const { now, changedAt = now, set: more = [], remove = [] } = transition;
  return change({
    ...transition,
    ...(ALERTED.has(to) ? { dueAt: now + BACKSTOP_SECONDS } : {}),
    set: [set("state", to), set("changedAt", changedAt), set("ttl", changedAt + TOMBSTONE_SECONDS), ...more],
    remove: [...SEALED_PARTS, ...(ALSO_GONE[to] ?? []), ...remove],
  });
}

export function byRecipient(type: EventType, at: number): Entry {
  return { type, at, actor: { kind: "recipient" } };
}

export function byService(type: EventType, at: number): Entry {
  return { type, at, actor: { kind: "service" } };
}
