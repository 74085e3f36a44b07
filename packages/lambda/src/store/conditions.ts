import type { Flags, State } from "@secret-handoff/protocol";
import { absent, and, type Expression, equals, greaterThan, or, present } from "./expressions.ts";

/**
 * What a write to a handoff asks of the item that it finds. The states, and what leads from one to the next:
 *
 * | from                              | to          | by                                          | condition                    |
 * |-----------------------------------|-------------|---------------------------------------------|------------------------------|
 * |                                   | open        | create                                      | isNew                        |
 * | open                              | claimed     | claim                                       | open, flags, answer, code    |
 * | open                              | locked      | the last wrong answer, code or code request | open, and nothing left       |
 * | open                              | revoked     | the sender                                  | open                         |
 * | open                              | superseded  | a newer handoff of the same subject         | open                         |
 * | open                              | expired     | the sweeper                                 | state, and the expiry past   |
 * | claimed                           | unconfirmed | the sweeper                                 | state, and the lease over    |
 * | claimed, unconfirmed              | delivered   | acknowledge                                 | state, claimId and receipt   |
 * | open, claimed, unconfirmed, delivered | reported | report                                     | open, or one of the states   |
 *
 * Nothing leads back. What must hold stands in the condition of the write itself, never in a read before it.
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
