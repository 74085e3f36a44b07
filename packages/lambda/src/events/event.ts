import { createHash } from "node:crypto";

/** Everything that leaves a trace. */
export type EventName =
  // Reserved for approvals: nothing writes these two yet.
  | "requested"
  | "approved"
  | "created"
  | "mailed"
  | "bounced"
  | "code_mailed"
  | "answer_wrong"
  | "locked"
  | "claimed"
  | "acknowledged"
  | "unconfirmed"
  | "expired"
  | "revoked"
  | "superseded"
  | "reported"
  | "refused"
  | "audit_viewed";

/** Who did it, as far as it was verified. */
export type Who =
  | {
      readonly kind: "github";
      readonly repository: string;
      readonly repositoryId: string;
      readonly workflow: string;
      readonly ref: string;
      readonly event: string;
      readonly run: string;
      readonly attempt: string;
      readonly actor: string;
      readonly environment?: string;
    }
  | { readonly kind: "iam"; readonly principal: string }
  /** Whoever holds the link. */
  | { readonly kind: "recipient" }
  | { readonly kind: "service" }
  /** A caller whose token did not verify. */
  | { readonly kind: "unverified" };

/** A check that the recipient must pass. */
export type Check = "email" | "passphrase" | "email-code";

/** What the outbox holds: only what the item itself does not say. Never a secret. */
export type Entry = {
  readonly what: EventName;
  /** Unix seconds. */
  readonly at: number;
  readonly who?: Who;
  readonly outcome?: string;
  readonly attemptsLeft?: number;
};

/** An audit event as it is stored, published and shown. Our own schema, version 1. */
export type AuditEvent = {
  readonly v: 1;
  readonly what: EventName;
  /** ISO 8601, UTC, whole seconds. */
  readonly when: string;
  readonly who: Who;
  readonly handoff?: string;
  /** Who created the handoff: GitHub's number of the repository, or `iam` for an operator. */
  readonly owner?: string;
  readonly class?: string;
  /** Pseudonym of the recipient. */
  readonly to?: string;
  /** ISO 8601, UTC. */
  readonly expires?: string;
  readonly checks?: readonly Check[];
  readonly secret?: string;
  readonly versionId?: string;
  readonly reason?: string;
  readonly approvals?: readonly string[];
  readonly outcome: string;
  readonly attemptsLeft?: number;
  /** Counts the events of one handoff from 1. */
  readonly sequence?: number;
  /** Hash of the previous event of that handoff; absent on the first. */
  readonly previous?: string;
};

/** ISO 8601 in UTC, whole seconds. */
export function isoTime(unixSeconds: number): string {
  return `${new Date(unixSeconds * 1000).toISOString().slice(0, 19)}Z`;
}

/** SHA-256 of the event's JSON as stored, in hex: what the next event of that handoff names as `previous`. */
export function hashOf(storedEvent: string): string {
  return createHash("sha256").update(storedEvent).digest("hex");
}
