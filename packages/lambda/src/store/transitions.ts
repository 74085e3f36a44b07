import { randomBytes } from "node:crypto";
import type { Flags, State } from "@secret-handoff/protocol";
import type { Actor, Approval, EventType } from "@secret-handoff/protocol/api";
import {
  absent,
  and,
  append,
  appendOrBegin,
  type Expression,
  equals,
  greaterThan,
  lacks,
  or,
  present,
  set,
  setIfAbsent,
  setPast,
} from "./expressions.ts";
import { type Key, keyOf, type SealedRecord } from "./handoff-record.ts";
import type { Update } from "./table.ts";

/**
 * What a write to a handoff asks of the item that it finds. The states, and what leads from one to the next:
 *
 * | from                              | to          | by                                          | condition                    |
 * |-----------------------------------|-------------|---------------------------------------------|------------------------------|
 * |                                   | open        | create                                      | isNew                        |
 * |                                   | revoked     | a denied request, before its create is put  | isNew                        |
 * | open                              | claimed     | claim                                       | open, flags, answer, code    |
 * | open                              | locked      | the last wrong answer, code or code request | open, and nothing left       |
 * | open                              | revoked     | the sender                                  | open                         |
 * | open                              | superseded  | a newer handoff of the same subject         | open                         |
 * | open                              | expired     | the sweeper                                 | state, and the expiry past   |
 * | claimed                           | unconfirmed | the sweeper                                 | state, and the lease over    |
 * | claimed, unconfirmed              | delivered   | acknowledge                                 | state, claimId and receipt   |
 * | open, claimed, unconfirmed, delivered | reported | report                                     | open, or one of the states   |
 *
 * No transition leads back. What must hold stands in the condition of the write itself, never in a read before it.
 */

/** No item has this id: a create never overwrites. */
export const isNew = absent("id");

/** There is such an item: an update of one that is gone would make one anew. */
export const exists = present("id");

/** A state as stored. It may be over by the clock all the same: see `derive`. */
export const inState = (state: State): Expression => and(exists, equals("state", state));

/** Open, and not past its expiry: whatever TTL and sweeper have not come to yet, nothing more happens to it. */
export const open = (now: number): Expression => and(inState("open"), greaterThan("expiresAt", now));

/** The link's flags are the handoff's: nobody leaves out a question by leaving out its bit. */
export const flagsAre = (flags: Flags): Expression => equals("flags", flags);

/** The code is the one that was mailed last, and not over; where none is mailed, none is asked for. */
export const codeHolds = (hash: Uint8Array | undefined, now: number): Expression =>
  hash ? and(equals("codeHash", hash), greaterThan("codeExpiresAt", now)) : absent("emailVerifier");

/** Claimed by this claimId, whether or not its lease is over, and shown to have been decrypted. */
export const claimedAndDecrypted = (claimHash: Uint8Array, receiptVerifier: Uint8Array): Expression => {
  const proof = and(equals("claimHash", claimHash), equals("receiptVerifier", receiptVerifier));
  return or(and(inState("claimed"), proof), and(inState("unconfirmed"), proof));
};

/** Not ended unread: there is something to burn, or it has been read. */
export const reportable = (now: number): Expression =>
  or(open(now), inState("claimed"), inState("unconfirmed"), inState("delivered"));

/** An event as it waits in an outbox: only what the item itself does not say. Never a secret. */
export type Entry = {
  readonly type: EventType;
  /** Unix seconds. */
  readonly at: number;
  /** The sender where left out. */
  readonly actor?: Actor;
  readonly outcome?: string;
  readonly attemptsLeft?: number;
  /** Of `approved` and `denied`: whose word it was. */
  readonly approval?: Approval;
};

/** Seconds that a tombstone stays at least, so that the page can say how the handoff ended, and when. */
export const TOMBSTONE_SECONDS = 30 * 86_400;
/** Seconds between the expiry and TTL, so that the sweeper comes first. */
export const TTL_GRACE_SECONDS = 86_400;
/** Seconds after which the sweeper checks that another function has finished its work. */
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
 * What else each end removes. The receipt's verifier goes where nobody has opened the handoff: no receipt can follow. The header goes
 * where the handoff was taken back or reported; elsewhere it stays, so that the page can say whom to ask.
 */
const ALSO_REMOVED: Readonly<Partial<Record<State, readonly string[]>>> = {
  expired: ["receiptVerifier"],
  locked: ["receiptVerifier"],
  revoked: ["receiptVerifier", "header"],
  superseded: ["receiptVerifier", "header"],
  reported: ["header"],
};

/** These raise an alarm: the sweeper soon checks that their events went out. */
const ALERTED: ReadonlySet<State> = new Set(["locked", "reported"]);

/**
 * Ends that can come after the expiry, as long as the tombstone is there. The time that a tombstone stays counts from the expiry and not
 * from the end: until then the create is valid that made the handoff, and repeated without a tombstone it would bring the link back.
 */
const LATE_ENDS: ReadonlySet<State> = new Set(["delivered", "reported"]);

type Transition = {
  readonly key: Key;
  readonly now: number;
  readonly condition: Expression;
  /** Appended to the outbox in the same write. */
  readonly events: readonly Entry[];
  readonly set?: readonly Expression[];
  readonly remove?: readonly string[];
  /**
   * Names this write in the item, so that it is made once. The SDK repeats a write whose answer was lost: where the condition alone would
   * let it through again, its events would stand twice. What was counted is bounded, and so are its marks.
   */
  readonly mark?: string | undefined;
  /** When the sweeper must look, Unix seconds; as before where left out. */
  readonly dueAt?: number;
};

/**
 * A conditional write that carries its events with it (transactional outbox). The stream invokes the drainer at once; should that
 * fail, the sweeper finds them when the item is due: at its expiry, at its lease's end, or soon where nothing else is due. Making each
 * event due by itself would cost four writes a change.
 */
export function change(transition: Transition): Update {
  const { key, now, events, set: more = [], remove = [], mark, dueAt } = transition;
  return {
    key: keyOf(key),
    set: [
      ...(events.length > 0 ? [append("outbox", events.map(stored))] : []),
      setIfAbsent("dueShard", DUE_SHARD),
      dueAt === undefined ? setIfAbsent("dueAt", now + BACKSTOP_SECONDS) : set("dueAt", dueAt),
      ...noting(mark),
      ...more,
    ],
    remove,
    condition: mark === undefined ? transition.condition : and(transition.condition, lacks("noted", mark)),
  };
}

function noting(mark: string | undefined): readonly Expression[] {
  return mark === undefined ? [] : [appendOrBegin("noted", [mark])];
}

/** A mark that no other write has. */
export function newMark(): string {
  return randomBytes(8).toString("base64url");
}

/** Whether a write with this mark has gone through. */
export function isNoted({ noted }: SealedRecord, mark: string): boolean {
  return noted.includes(mark);
}

function stored(entry: Entry): string {
  return JSON.stringify(entry);
}

/** A change into a state in which the sealed parts are gone. @param changedAt when it became true, Unix seconds; now where left out */
export function end(to: State, transition: Transition & { readonly changedAt?: number }): Update {
  const { now, changedAt = now, set: more = [], remove = [], mark, ...rest } = transition;
  return change({
    ...rest,
    now,
    ...(ALERTED.has(to) ? { dueAt: now + BACKSTOP_SECONDS } : {}),
    set: [
      set("state", to),
      set("changedAt", changedAt),
      setPast("ttl", "expiresAt", LATE_ENDS.has(to) ? 2 * TOMBSTONE_SECONDS : TOMBSTONE_SECONDS),
      // No condition: once ended, it does not end again.
      ...noting(mark),
      ...more,
    ],
    remove: [...SEALED_PARTS, ...(ALSO_REMOVED[to] ?? []), ...remove],
  });
}

export function byRecipient(type: EventType, at: number): Entry {
  return { type, at, actor: { kind: "recipient" } };
}

export function byService(type: EventType, at: number): Entry {
  return { type, at, actor: { kind: "service" } };
}
