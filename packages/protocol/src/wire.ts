import type { CredentialClass } from "./classes.ts";
import type { Flags } from "./flags.ts";
import type { Ended, State, Verification } from "./states.ts";

/** API v1 as JSON. Bytes are unpadded base64url, times are whole Unix seconds. Paths are under the service's origin. */

export type StatusRequest = { readonly linkToken: string };
export type StatusResponse = {
  readonly state: State;
  readonly class: string;
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly header: string;
  readonly verification: Verification;
  readonly attemptsLeft: number;
  readonly changedAt: number;
};

export type ClaimRequest = {
  readonly linkToken: string;
  readonly claimToken: string;
  readonly claimId: string;
  readonly flags: Flags;
  readonly code?: string;
};
export type ClaimResponse = {
  readonly envelope: string;
  readonly class: string;
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly leaseUntil: number;
};

export type CodeRequest = { readonly linkToken: string; readonly email: string; readonly emailKey: string };
export type AcknowledgeRequest = {
  readonly linkToken: string;
  readonly claimId: string;
  readonly receipt: string;
};
export type ReportRequest = { readonly linkToken: string };

/** What is handed over to whom. */
export type Subject = {
  /** The ARN of the secret or parameter; `bundle:…` for several of them, `value:…` or `role:…` for what has no ARN to go by. */
  readonly secret: string;
  readonly versionId: string;
  /** When that version was made (GetSecretValue's CreatedDate). */
  readonly versionCreatedAt: number;
  /** The recipient's e-mail address. The sender function makes a pseudonym of it and forgets it. */
  readonly recipient: string;
};

export type CreateRequest = {
  readonly id: string;
  readonly class: string;
  readonly flags: Flags;
  readonly expiresAt: number;
  readonly linkVerifier: string;
  readonly claimVerifier: string;
  readonly receiptVerifier: string;
  readonly emailVerifier?: string;
  readonly envelope: string;
  readonly header: string;
  readonly subject?: Subject;
  readonly resend?: boolean;
  readonly reason?: string;
  readonly approvals?: readonly string[];
};

/** What a sender may know of a handoff: never envelope, header or verifiers. */
export type HandoffView = {
  readonly id: string;
  readonly state: State;
  readonly class: string;
  readonly flags: Flags;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly changedAt: number;
  readonly mailed: boolean;
  readonly mailedAt?: number;
  readonly claimedAt?: number;
  readonly deliveredAt?: number;
  /** The mail bounced for good: the link is open still, and nobody will open it. */
  readonly bouncedAt?: number;
  readonly attemptsLeft: number;
  /** The `secret` of the subject, where one was named. */
  readonly secret?: string;
  readonly versionId?: string;
  /** GitHub run id of the sender. */
  readonly run?: string;
};

export type PolicyResponse = { readonly classes: readonly CredentialClass[] };

/** Stable codes of problem+json answers (RFC 9457). */
export type ProblemCode =
  | Ended
  | "malformed"
  | "not_found"
  | "method_not_allowed"
  | "unsupported_media_type"
  | "too_large"
  | "foreign_origin"
  | "wrong_answer"
  | "code_needed"
  | "wrong_receipt"
  | "unauthenticated"
  | "not_allowed"
  | "policy"
  | "id_taken"
  | "released"
  | "newer_version"
  | "resend_needed"
  | "unavailable"
  | "internal";

/** One broken rule of a class. */
export type BrokenRule = { readonly rule: string; readonly detail: string };

export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** 403 `wrong_answer`. */
  readonly attemptsLeft?: number;
  /** 410: when the state was reached, Unix seconds. */
  readonly changedAt?: number;
  /** 422 `policy`. */
  readonly broken?: readonly BrokenRule[];
};
