import {
  type Flags,
  type HandoffId,
  LEASE_SECONDS,
  needsEmail,
  needsPassphrase,
  parseFlags,
  STATES,
  type State,
  type Verification,
} from "@secret-handoff/protocol";
import type { Actor, Check, HandoffView } from "@secret-handoff/protocol/api";
import { type Attributes, ItemReader, S } from "./attributes.ts";

/** The primary key of a handoff. */
export type HandoffKey = { readonly id: HandoffId };

/** What a create said that never changes, that no condition asks for and no index sorts by: one attribute of the item, as JSON. */
export type About = {
  readonly sender: Actor;
  readonly run?: string | undefined;
  readonly secret?: string | undefined;
  /** ARNs of a set that is handed over as one. */
  readonly members?: readonly string[] | undefined;
  readonly versionId?: string | undefined;
  /** Pseudonym. */
  readonly recipient?: string | undefined;
  readonly reason?: string | undefined;
  readonly subject?: string | undefined;
};

/** One item of the one-time table. Optional parts are gone once they are no longer needed, or were never read. */
export type HandoffRecord = HandoffKey & {
  /** As stored; {@link derive} says what it is now. */
  readonly state: State;
  readonly class: string;
  readonly flags: Flags;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly changedAt: number;
  readonly leaseUntil: number | undefined;
  readonly attemptsLeft: number;
  readonly mailedAt: number | undefined;
  readonly claimedAt: number | undefined;
  readonly deliveredAt: number | undefined;
  readonly bouncedAt: number | undefined;
  readonly about: About;
  readonly owner: string;
  readonly hasEmailVerifier: boolean;
  readonly createDigest: Uint8Array | undefined;
  readonly header: Uint8Array | undefined;
  readonly envelope: Uint8Array | undefined;
  readonly claimVerifier: Uint8Array | undefined;
  readonly receiptVerifier: Uint8Array | undefined;
  readonly claimHash: Uint8Array | undefined;
  readonly outbox: readonly string[];
  /** Number of events that the drainer has stored. */
  readonly sequence: number;
  /** Hash of the last one. */
  readonly chain: string | undefined;
};

/** What all but the recipient's function may read: no envelope, no header, no verifier. */
export const SENDER_ATTRIBUTES = [
  "id",
  "state",
  "class",
  "flags",
  "createdAt",
  "expiresAt",
  "changedAt",
  "leaseUntil",
  "attemptsLeft",
  "mailedAt",
  "claimedAt",
  "deliveredAt",
  "bouncedAt",
  "about",
  "owner",
  "codesLeft",
  "createDigest",
  "outbox",
  "sequence",
  "chain",
] as const;

export function keyOf({ id }: HandoffKey): Attributes {
  return { id: S(id) };
}

/** @throws Error naming the attribute when a required one is missing */
export function readHandoff(item: Attributes): HandoffRecord {
  const read = new ItemReader(item);
  const state = STATES.find((name) => name === read.string("state"));
  if (!state) throw new Error("an item of the table has an unknown state");
  return {
    id: read.string("id") as HandoffId,
    state,
    class: read.string("class"),
    flags: parseFlags(read.number("flags")),
    createdAt: read.number("createdAt"),
    expiresAt: read.number("expiresAt"),
    changedAt: read.optionalNumber("changedAt") ?? read.number("createdAt"),
    leaseUntil: read.optionalNumber("leaseUntil"),
    attemptsLeft: read.number("attemptsLeft"),
    mailedAt: read.optionalNumber("mailedAt"),
    claimedAt: read.optionalNumber("claimedAt"),
    deliveredAt: read.optionalNumber("deliveredAt"),
    bouncedAt: read.optionalNumber("bouncedAt"),
    about: JSON.parse(read.string("about")) as About,
    owner: read.string("owner"),
    hasEmailVerifier: read.optionalNumber("codesLeft") !== undefined,
    createDigest: read.optionalBytes("createDigest"),
    header: read.optionalBytes("header"),
    envelope: read.optionalBytes("envelope"),
    claimVerifier: read.optionalBytes("claimVerifier"),
    receiptVerifier: read.optionalBytes("receiptVerifier"),
    claimHash: read.optionalBytes("claimHash"),
    outbox: read.strings("outbox"),
    sequence: read.optionalNumber("sequence") ?? 0,
    chain: read.optionalString("chain"),
  };
}

/** The state now, and since when. Every reader derives it here, whether or not the sweeper has been there. */
export function derive(
  record: HandoffRecord,
  now: number,
): { readonly state: State; readonly changedAt: number } {
  if (record.state === "open" && record.expiresAt <= now)
    return { state: "expired", changedAt: record.expiresAt };
  if (record.state === "claimed" && leaseEnd(record) <= now) {
    return { state: "unconfirmed", changedAt: leaseEnd(record) };
  }
  return { state: record.state, changedAt: record.changedAt };
}

/** When a claimed handoff can no longer be read again: the lease's end, or the expiry where that is earlier. Unix seconds. */
export function leaseEnd(record: HandoffRecord): number {
  return Math.min(record.leaseUntil ?? record.changedAt + LEASE_SECONDS, record.expiresAt);
}

/** True once the secret has left the store. */
export function isReleased(record: HandoffRecord): boolean {
  return record.claimedAt !== undefined;
}

export function verificationOf(flags: Flags, mailedCode: boolean): Verification {
  if (mailedCode) return "email-code";
  return needsEmail(flags) ? "email" : "click";
}

export function checksOf(record: HandoffRecord): readonly Check[] {
  const checks: Check[] = [];
  if (needsEmail(record.flags)) checks.push("email");
  if (record.hasEmailVerifier) checks.push("email-code");
  if (needsPassphrase(record.flags)) checks.push("passphrase");
  return checks;
}

/** What a sender may know. */
export function viewOf(record: HandoffRecord, now: number): HandoffView {
  const { state, changedAt } = derive(record, now);
  const { id, about, flags, createdAt, expiresAt, attemptsLeft } = record;
  const { mailedAt, claimedAt, deliveredAt, bouncedAt } = record;
  return {
    id,
    state,
    class: record.class,
    flags,
    createdAt,
    expiresAt,
    changedAt,
    attemptsLeft,
    mailed: mailedAt !== undefined,
    ...(mailedAt === undefined ? {} : { mailedAt }),
    ...(claimedAt === undefined ? {} : { claimedAt }),
    ...(deliveredAt === undefined ? {} : { deliveredAt }),
    ...(bouncedAt === undefined ? {} : { bouncedAt }),
    ...(about.secret === undefined ? {} : { secret: about.secret }),
    ...(about.versionId === undefined ? {} : { versionId: about.versionId }),
    ...(about.run === undefined ? {} : { run: about.run }),
  };
}
