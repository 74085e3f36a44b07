import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { STATES, type State } from "@secret-handoff/protocol";
import type { Entry } from "../events/event.ts";
import { L, N, S } from "./attributes.ts";
import { type HandoffKey, keyOf } from "./handoff.ts";
import type { Update } from "./table.ts";

/** Seconds after its end that a tombstone stays, so that the page can tell an honest story. */
export const TOMBSTONE_SECONDS = 30 * 86_400;
/** Seconds past its expiry that TTL leaves an item alone, so that the sweeper comes first. */
export const TTL_GRACE_SECONDS = 86_400;
/** Seconds after which the sweeper looks at what the drainer should have done. */
export const BACKSTOP_SECONDS = 60;
/** All that is due lies in one partition of the index: the sweeper is one function. */
export const DUE_SHARD = "due";

/** Named parts of the conditions. Joined flat with AND, alternatives with OR; never a parenthesis round a term. */
export const exists = "attribute_exists(#id)";
export const stateIs = (state: State): string => `#state = :${state}`;
export const notExpired = "#expiresAt > :now";
export const all = (...terms: readonly string[]): string => terms.join(" AND ");
export const any = (...alternatives: readonly string[]): string => alternatives.join(" OR ");

/** Open, and not past its expiry: the condition under which anything can still happen to an unread handoff. */
export const isOpen = all(exists, stateIs("open"), notExpired);

/** What is no longer needed in any state but open. */
export const CODE_PARTS = ["emailVerifier", "codeHash", "codeExpiresAt", "codeTriesLeft"] as const;

/** What is no longer needed in any state but open and claimed. */
const SEALED_PARTS = ["envelope", "claimVerifier", "leaseUntil", ...CODE_PARTS] as const;

/** Ends that nobody has opened before, so that no receipt can follow. */
const UNOPENED: readonly State[] = ["expired", "revoked", "superseded", "locked"];

const STATE_VALUES = Object.fromEntries(STATES.map((state) => [state, S(state)]));

export type Change = {
  readonly key: HandoffKey;
  readonly now: number;
  readonly condition: string;
  /** Appended to the outbox in the same write. */
  readonly events: readonly Entry[];
  readonly set?: readonly string[];
  readonly remove?: readonly string[];
  readonly values?: Readonly<Record<string, AttributeValue>>;
  readonly returns?: Update["returns"];
};

/** A conditional write that carries its events with it (transactional outbox) and asks the sweeper to look after them. */
export function change({
  key,
  now,
  condition,
  events,
  set = [],
  remove = [],
  values = {},
  returns,
}: Change): Update {
  return {
    key: keyOf(key),
    set: ["#outbox = list_append(#outbox, :events)", "#dueShard = :dueShard", "#dueAt = :dueAt", ...set],
    remove,
    condition,
    values: {
      ...STATE_VALUES,
      now: N(now),
      events: L(events.map((entry) => S(JSON.stringify(entry)))),
      dueShard: S(DUE_SHARD),
      dueAt: N(now + BACKSTOP_SECONDS),
      ...values,
    },
    ...(returns ? { returns } : {}),
  };
}

/** A change into a state in which the sealed parts are gone. `changedAt` is when it became true, Unix seconds. */
export function end(to: State, { changedAt, ...rest }: Change & { readonly changedAt?: number }): Update {
  const since = changedAt ?? rest.now;
  return change({
    ...rest,
    set: ["#state = :to", "#changedAt = :changedAt", "#ttl = :ttl", ...(rest.set ?? [])],
    remove: [...SEALED_PARTS, ...(UNOPENED.includes(to) ? ["receiptVerifier"] : []), ...(rest.remove ?? [])],
    values: {
      to: S(to),
      changedAt: N(since),
      ttl: N(since + TOMBSTONE_SECONDS),
      ...rest.values,
    },
  });
}
