import * as v from "valibot";
import { isCompanyName, isContact } from "../company/company.ts";
import type { HandoffId } from "../keys.ts";
import { isHandoffId } from "../link.ts";
import type { Ended, Verification } from "../states.ts";
import { COLOUR } from "../theme.ts";
import { CredentialClass, type PolicyViolation } from "./classes.ts";
import { AuditEvent } from "./events.ts";
import { type Fields, flags, list, state, text, time } from "./fields.ts";
import { secretId } from "./requests.ts";
import { Right } from "./senders.ts";

/** What API v1 answers. Clients ignore fields that they do not know. */

export const StatusResponse = v.object({
  state,
  class: v.string(),
  flags,
  expiresAt: time,
  /** base64url; empty where an ended handoff has none any more. */
  header: v.string(),
  verification: v.picklist(["click", "email", "email-code"] satisfies Verification[]),
  attemptsLeft: v.number(),
  changedAt: time,
});
export type StatusResponse = Fields<typeof StatusResponse>;

export const ClaimResponse = v.object({
  /** base64url. */
  envelope: v.string(),
  class: v.string(),
  flags,
  expiresAt: time,
  leaseUntil: time,
});
export type ClaimResponse = Fields<typeof ClaimResponse>;

const handoffId = v.custom<HandoffId>((value) => typeof value === "string" && isHandoffId(value));

/** What a sender may know of a handoff: never envelope, header or verifiers. */
export const HandoffView = v.object({
  id: handoffId,
  state,
  class: text(64),
  flags,
  createdAt: time,
  expiresAt: time,
  changedAt: time,
  mailed: v.boolean(),
  mailedAt: v.optional(time),
  claimedAt: v.optional(time),
  deliveredAt: v.optional(time),
  /** The mail bounced for good: the link is open still, and nobody will open it. */
  bouncedAt: v.optional(time),
  attemptsLeft: v.number(),
  /** The `secret` of the subject, where one was named. */
  secret: v.optional(secretId),
  versionId: v.optional(text(64)),
  /** GitHub run id of the sender. */
  run: v.optional(text(64)),
});
export type HandoffView = Fields<typeof HandoffView>;

/** What a create would do. `earlier`: that version was handed to that recipient before, so nothing would be created. */
export const CheckResponse = v.variant("outcome", [
  v.object({ outcome: v.literal("create"), supersedes: v.optional(handoffId) }),
  v.object({ outcome: v.literal("earlier"), handoff: HandoffView }),
]);
export type CheckResponse = v.InferOutput<typeof CheckResponse>;

export const ListResponse = v.object({ handoffs: list(HandoffView), cursor: v.optional(v.string()) });
export type ListResponse = Fields<typeof ListResponse>;

/** What one call has revoked, and what of what is meant was released before: it must be rotated. */
export const RevokeAllResponse = v.object({
  /** Ids of what was revoked since the first call, as far as this one came by it; an earlier answer may have named them. */
  revoked: list(handoffId),
  released: list(
    v.object({
      id: handoffId,
      class: text(64),
      claimedAt: time,
      secret: v.optional(secretId),
      members: v.optional(list(secretId)),
      /** Recipient id. */
      recipient: v.optional(text(64)),
    }),
  ),
  /** There is more: call again with it. */
  cursor: v.optional(v.string()),
});
export type RevokeAllResponse = v.InferOutput<typeof RevokeAllResponse>;

/** An event that a filter, or its day, would not find: attributes of the audit table are not those that it was stored with. */
export const Misfiled = v.object({
  /** The event's. */
  id: v.string(),
  /** Such as `day` and `secret`. */
  attributes: list(v.string()),
});
export type Misfiled = Fields<typeof Misfiled>;

export const EventsResponse = v.object({
  events: list(AuditEvent),
  /** Of these events, where that was asked for. */
  misfiled: v.optional(list(Misfiled)),
  cursor: v.optional(v.string()),
});
export type EventsResponse = Fields<typeof EventsResponse>;

/** A recipient of the directory; without an address where the deployment keeps none. */
export const RecipientResponse = v.object({ id: v.string(), address: v.optional(v.string()) });
export type RecipientResponse = Fields<typeof RecipientResponse>;

/** It goes into a style, where anything else could say more than a colour. */
const colour = v.pipe(v.string(), v.regex(COLOUR));

/**
 * The company that recipients know the senders by, and whom they can ask there. It stands in mails, also where the service lies: so it is held
 * to the rules of a deployment's company.
 */
export const PolicyCompany = v.object({
  name: v.pipe(v.string(), v.check(isCompanyName)),
  contact: v.optional(
    v.pipe(
      v.string(),
      v.check((text) => isContact(text)),
    ),
  ),
  accentColor: v.optional(colour),
  accentColorDark: v.optional(colour),
});
export type PolicyCompany = Fields<typeof PolicyCompany>;

/** What senders' mails say and show of a company. */
export function policyCompanyOf({
  name,
  contact,
  accentColor,
  accentColorDark,
}: PolicyCompany): PolicyCompany {
  return { name, contact, accentColor, accentColorDark };
}

const words = v.optional(list(v.string()));

/** An entry of the senders list, or of the operators list: whom it names, and what it gives. */
export const ListedEntry = v.object({
  repositoryId: v.optional(v.string()),
  repository: v.optional(v.string()),
  ownerId: v.optional(v.string()),
  environment: v.optional(v.string()),
  workflow: v.optional(v.string()),
  ref: v.optional(v.string()),
  events: words,
  issuer: v.optional(v.string()),
  claims: v.optional(v.record(v.string(), v.string())),
  principal: v.optional(v.string()),
  classes: words,
  roles: words,
  may: list(v.string()),
});
export type ListedEntry = Fields<typeof ListedEntry>;

/**
 * The caller's rights and the classes in force for it; for auditors of all classes, the lists in force; and what the caller's mails say of
 * the company unless it says otherwise.
 */
export const PolicyResponse = v.object({
  rights: list(Right),
  classes: list(CredentialClass),
  lists: v.optional(v.object({ senders: list(ListedEntry), operators: list(ListedEntry) })),
  company: v.optional(PolicyCompany),
});
export type PolicyResponse = Fields<typeof PolicyResponse>;

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
  | "approvals"
  | "not_approver"
  | "same_person"
  | "request_ended"
  | "id_taken"
  | "released"
  | "newer_version"
  | "resend_needed"
  | "unavailable"
  | "internal";

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
  /** 410 `claimed`, to the claimId that has claimed and answers otherwise now: until when the right answer is heard, Unix seconds. */
  readonly leaseUntil?: number;
  /** 422 `policy` and `approvals`. */
  readonly broken?: readonly PolicyViolation[];
  /** 422 `approvals`: the roles that have not approved. */
  readonly missing?: readonly string[];
};
