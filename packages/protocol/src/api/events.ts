import * as v from "valibot";
import { Known } from "./approvals.ts";
import { Actor, type Fields, list } from "./fields.ts";

/** What the events on the bus name as their source. */
export const EVENT_SOURCE = "secret-handoff";

/** Everything that leaves a trace. */
export const EVENT_TYPES = [
  "requested",
  "approved",
  "denied",
  "request_expired",
  "created",
  "mailed",
  "bounced",
  "code_mailed",
  "answer_wrong",
  "locked",
  "claimed",
  "acknowledged",
  "unconfirmed",
  "expired",
  "revoked",
  "superseded",
  "reported",
  "refused",
  "recipient_erased",
  "audit_viewed",
] as const;
export const EventType = v.picklist(EVENT_TYPES);
export type EventType = v.InferOutput<typeof EventType>;

const text = v.string();

/** A check that the recipient must pass. */
export const Check = v.picklist(["email", "passphrase", "email-code"]);
export type Check = v.InferOutput<typeof Check>;

/** An approval, or a denial, as events record it. */
const ApprovalInTrail = v.object({
  role: text,
  by: text,
  known: Known,
  /** RFC 3339, UTC, whole seconds. */
  time: text,
  comment: v.optional(text),
});

/** An audit event as it is stored, published and shown. Our own schema, version 1. Never a secret. */
export const AuditEvent = v.object({
  v: v.literal(1),
  /** Unique: `<handoff or request>/<sequence>`, or a UUID. */
  id: text,
  type: EventType,
  /** RFC 3339, UTC, whole seconds. */
  time: text,
  /** When it was stored, where that was after its day had been closed: the seal of this later day covers it. RFC 3339, UTC. */
  recorded: v.optional(text),
  actor: Actor,
  handoff: v.optional(text),
  /** The request for approval that it is about, or by which the handoff was approved. */
  request: v.optional(text),
  /** Who approved that, how it is known, and when. */
  approvals: v.optional(list(ApprovalInTrail)),
  /** Who denied it. */
  denied: v.optional(ApprovalInTrail),
  /** Who created the handoff: GitHub's number of the repository, issuer and project of another pipeline, or `iam` for an operator. */
  owner: v.optional(text),
  /** Path of the repository or project that created it, as it was then. */
  repository: v.optional(text),
  class: v.optional(text),
  secret: v.optional(text),
  /** The ARNs of a set that is handed over as one. */
  members: v.optional(list(text)),
  versionId: v.optional(text),
  /** The recipient's id in the trail. */
  recipient: v.optional(text),
  /** Those of a request for several. */
  recipients: v.optional(list(text)),
  /** RFC 3339, UTC. */
  expiry: v.optional(text),
  checks: v.optional(list(Check)),
  reason: v.optional(text),
  outcome: text,
  attemptsLeft: v.optional(v.number()),
  /** How many refusals one event stands for, where a caller's first ones have left one each. */
  count: v.optional(v.number()),
  /** Counts the events of one handoff, or of one request, from 1. */
  sequence: v.optional(v.number()),
  /** SHA-256, in hex, of the canonical JSON of the event before; absent on the first. */
  previous: v.optional(text),
});
export type AuditEvent = Fields<typeof AuditEvent>;
