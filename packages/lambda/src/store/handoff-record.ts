import { timingSafeEqual } from "node:crypto";
import {
  type Ended,
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
import type { Actor, Approval, Check, HandoffView } from "@secret-handoff/protocol/api";
import { LISTED_ATTRIBUTES } from "./definitions.ts";
import { type Attributes, attributeOf, ItemReader } from "./expressions.ts";
import type { RecipientId } from "./recipients.ts";

/** The primary key of an item of the one-time table: the id of a handoff, or of a subject. */
export type Key<Id extends string = string> = { readonly id: Id };

/** The primary key of a handoff. */
export type HandoffKey = Key<HandoffId>;

export function keyOf({ id }: Key): Attributes {
  return { id: attributeOf(id) };
}

export type Gone = {
  readonly kind: "gone";
  readonly state: Ended;
  readonly changedAt: number;
  /** Only for the browser that has claimed: until when the right answer gives it the envelope again. */
  readonly leaseUntil?: number;
};
export type NotFound = { readonly kind: "not_found" };

/** What only events need of a handoff. It never changes, and is stored as one attribute, as JSON. */
export type HandoffMetadata = {
  readonly sender: Actor;
  /** ARNs of a set that is handed over as one. */
  readonly members?: readonly string[] | undefined;
  /** The recipient's id in the trail. */
  readonly recipient?: RecipientId | undefined;
  readonly reason?: string | undefined;
  /** The request by which it was approved, and who approved that. */
  readonly request?: string | undefined;
  readonly approvals?: readonly Approval[] | undefined;
};

/** What a list shows of a handoff: as much as its index holds. */
export type ListedHandoff = HandoffKey & {
  readonly owner: string;
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
  readonly secret: string | undefined;
  readonly versionId: string | undefined;
  readonly run: string | undefined;
};

/** What every function may read of a handoff: nothing that is sealed. */
export type HandoffRecord = ListedHandoff & {
  readonly metadata: HandoffMetadata;
  /** True where a code is mailed before the claim. */
  readonly mailsCodes: boolean;
  /** Who revoked it, named as the owner of a request is; undefined where it was not a sender's own revocation. */
  readonly takenBackBy: string | undefined;
  readonly createDigest: Uint8Array | undefined;
  readonly dueAt: number | undefined;
  /** Events that nobody has published yet. */
  readonly outbox: readonly string[];
  /** Number of events that were published. */
  readonly sequence: number;
  /** Hash of the last one. */
  readonly chain: string | undefined;
};

/** The attributes of a {@link HandoffRecord}: no envelope, no header, no verifier. */
export const RECORD_ATTRIBUTES = [
  "id",
  "owner",
  "createdAt",
  ...LISTED_ATTRIBUTES,
  "metadata",
  "codesLeft",
  "takenBackBy",
  "createDigest",
  "dueAt",
  "outbox",
  "sequence",
  "chain",
] as const;

/** All of a handoff, as only the recipient's function reads it. Parts are gone once they are no longer needed. */
export type SealedRecord = HandoffRecord & {
  readonly header: Uint8Array | undefined;
  readonly envelope: Uint8Array | undefined;
  readonly claimVerifier: Uint8Array | undefined;
  readonly receiptVerifier: Uint8Array | undefined;
  readonly emailVerifier: Uint8Array | undefined;
  readonly claimHash: Uint8Array | undefined;
  /** Fingerprint of the attempt that took the last one left. */
  readonly lastAttempt: Uint8Array | undefined;
  readonly reportedAt: number | undefined;
  /** Marks of the writes that are made once: see `Transition.mark`. */
  readonly noted: readonly string[];
  readonly codesLeft: number;
  readonly codeRequestsLeft: number | undefined;
  readonly codeHash: Uint8Array | undefined;
  readonly codeExpiresAt: number;
  readonly codeTriesLeft: number;
};

/** @throws Error naming the attribute when a required one is missing */
export function readListed(item: Attributes): ListedHandoff {
  const read = new ItemReader(item);
  const state = STATES.find((name) => name === read.string("state"));
  if (!state) throw new Error("an item of the table has an unknown state");
  return {
    id: read.string("id") as HandoffId,
    owner: read.string("owner"),
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
    secret: read.optionalString("secret"),
    versionId: read.optionalString("versionId"),
    run: read.optionalString("run"),
  };
}

/** @throws Error naming the attribute when a required one is missing */
export function readHandoff(item: Attributes): HandoffRecord {
  const read = new ItemReader(item);
  return {
    ...readListed(item),
    metadata: JSON.parse(read.string("metadata")) as HandoffMetadata,
    mailsCodes: read.optionalNumber("codesLeft") !== undefined,
    takenBackBy: read.optionalString("takenBackBy"),
    createDigest: read.optionalBytes("createDigest"),
    dueAt: read.optionalNumber("dueAt"),
    outbox: read.strings("outbox"),
    sequence: read.number("sequence"),
    chain: read.optionalString("chain"),
  };
}

/** @throws Error naming the attribute when a required one is missing */
export function readSealed(item: Attributes): SealedRecord {
  const read = new ItemReader(item);
  return {
    ...readHandoff(item),
    header: read.optionalBytes("header"),
    envelope: read.optionalBytes("envelope"),
    claimVerifier: read.optionalBytes("claimVerifier"),
    receiptVerifier: read.optionalBytes("receiptVerifier"),
    emailVerifier: read.optionalBytes("emailVerifier"),
    claimHash: read.optionalBytes("claimHash"),
    lastAttempt: read.optionalBytes("lastAttempt"),
    reportedAt: read.optionalNumber("reportedAt"),
    noted: read.strings("noted"),
    codesLeft: read.optionalNumber("codesLeft") ?? 0,
    codeRequestsLeft: read.optionalNumber("codeRequestsLeft"),
    codeHash: read.optionalBytes("codeHash"),
    codeExpiresAt: read.optionalNumber("codeExpiresAt") ?? 0,
    codeTriesLeft: read.optionalNumber("codeTriesLeft") ?? 0,
  };
}

/** The state now, and since when. Every reader derives it here, whether or not the sweeper has been there. */
export function derive(
  record: ListedHandoff,
  now: number,
): { readonly state: State; readonly changedAt: number } {
  if (record.state === "open" && record.expiresAt <= now)
    return { state: "expired", changedAt: record.expiresAt };
  if (record.state === "claimed" && leaseEnd(record) <= now) {
    return { state: "unconfirmed", changedAt: leaseEnd(record) };
  }
  return { state: record.state, changedAt: record.changedAt };
}

/** True for what took the place of a handoff whose request was denied before it was put: see `Handoffs.bar`. */
export function isBarred({ createDigest, state }: HandoffRecord): boolean {
  return createDigest === undefined && state === "revoked";
}

/** When a claimed handoff can no longer be read again: the lease's end, or the expiry where that is earlier. Unix seconds. */
export function leaseEnd(record: ListedHandoff): number {
  return Math.min(record.leaseUntil ?? record.changedAt + LEASE_SECONDS, record.expiresAt);
}

export function verificationOf(flags: Flags, mailsCodes: boolean): Verification {
  if (mailsCodes) return "email-code";
  return needsEmail(flags) ? "email" : "click";
}

export function checksOf(record: HandoffRecord): readonly Check[] {
  const checks: Check[] = [];
  if (needsEmail(record.flags)) checks.push("email");
  if (record.mailsCodes) checks.push("email-code");
  if (needsPassphrase(record.flags)) checks.push("passphrase");
  return checks;
}

/** What a sender may know. */
export function viewOf(record: ListedHandoff, now: number): HandoffView {
  const { state, changedAt } = derive(record, now);
  const { id, flags, createdAt, expiresAt, attemptsLeft, secret, versionId, run } = record;
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
    ...(secret === undefined ? {} : { secret }),
    ...(versionId === undefined ? {} : { versionId }),
    ...(run === undefined ? {} : { run }),
  };
}

/** Compares a stored verifier or hash with the one that was presented, in constant time. */
export function equalInConstantTime(stored: Uint8Array | undefined, presented: Uint8Array): boolean {
  return stored !== undefined && stored.length === presented.length && timingSafeEqual(stored, presented);
}
