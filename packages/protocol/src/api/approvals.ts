import * as v from "valibot";
import { Actor, type Fields, list, prose, text, time } from "./fields.ts";
import { MOST_MEMBERS, MOST_MEMBERS_BYTES, membersBytes, secretId } from "./requests.ts";

/**
 * A request says what is to be handed over, to whom and why; an approval is somebody else's word on it, for one role. What travels, and
 * what both sides decide by.
 */

/** The most recipients of a request. */
const MOST_RECIPIENTS = 50;
/**
 * Seconds that an approval can be worth at most. What it served is remembered by the handoff's tombstone, for thirty days after it has ended: an
 * approval that is worth longer could serve the same secret to the same recipient twice.
 */
export const LONGEST_APPROVAL = 30 * 86_400;

/** The longest lifetime that a request can name, seconds: a year. */
const LONGEST_LIFETIME = 366 * 86_400;

/** `POST /v1/sender/requests` */
export const ApprovalRequest = v.strictObject({
  class: text(64),
  /** What is handed over, as subjects name it. */
  secrets: v.pipe(
    v.array(secretId),
    v.minLength(1),
    v.maxLength(MOST_MEMBERS),
    v.check((secrets) => membersBytes(secrets) <= MOST_MEMBERS_BYTES, "takes too many bytes in all"),
  ),
  /** E-mail addresses. */
  recipients: v.pipe(v.array(text(320)), v.minLength(1), v.maxLength(MOST_RECIPIENTS)),
  /** The longest that a link may live, seconds. */
  expiresIn: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(LONGEST_LIFETIME)),
  reason: prose(500),
  /** The issue that it comes from: its number, or text that names it. */
  issue: v.optional(v.union([v.pipe(v.number(), v.safeInteger(), v.minValue(1)), prose(200)])),
});
export type ApprovalRequest = Fields<typeof ApprovalRequest>;

/** The body of approve and of deny. */
export const DecisionRequest = v.strictObject({
  role: text(64),
  comment: v.optional(prose(500)),
  /** A job's GITHUB_TOKEN with `actions: read`, by which the service asks GitHub who reviewed the run. Used once, never kept. */
  githubToken: v.optional(v.pipe(v.string(), v.maxLength(4_096), v.regex(/^[\x21-\x7e]+$/))),
});
export type DecisionRequest = Fields<typeof DecisionRequest>;

/** How it is known who approved. */
export const Known = v.picklist(["iam", "environment", "reviewer"]);
export type Known = v.InferOutput<typeof Known>;

/** Somebody's word on a request, for one role. */
export const Approval = v.object({
  role: text(64),
  /** The ARN of an IAM principal; the login of a reviewer; the name of an environment whose reviewers nobody has verified. */
  by: prose(2_048),
  known: Known,
  time,
  comment: v.optional(prose(500)),
});
export type Approval = Fields<typeof Approval>;

const REQUEST_STATES = ["pending", "approved", "denied", "expired", "used"] as const;
export type RequestState = (typeof REQUEST_STATES)[number];

/** What POST, GET, approve and deny answer. Its texts are bounded as those of requests are: they go into logs, outputs and comments. */
export const RequestView = v.object({
  id: v.pipe(v.string(), v.check(isRequestId)),
  state: v.picklist(REQUEST_STATES),
  class: text(64),
  secrets: list(secretId),
  /** Hints, such as `a•••@vendor.example`. */
  recipients: list(text(323)),
  /**
   * Their addresses, in the same order, for whoever may approve the class alone: hints do not distinguish recipients. A hint
   * stands in the place of an address that the deployment does not keep.
   */
  recipientAddresses: v.optional(list(text(323))),
  /** Seconds that a link may live at most. */
  expiresIn: v.number(),
  reason: prose(500),
  issue: v.optional(v.union([v.number(), prose(200)])),
  /** The login of the run's actor, or the ARN of an IAM principal. */
  requestedBy: text(2_048),
  /** Who that is, as verified: repository, workflow, ref and run; issuer and project; or the principal. */
  requester: v.optional(Actor),
  requestedAt: time,
  approvals: list(Approval),
  /** Roles that have not approved yet. */
  missing: list(text(64)),
  /** Who ended it, where it was denied. */
  denied: v.optional(Approval),
  /** When it can no longer be used: a day after it was made, or after its first approval. Unix seconds. */
  expiresAt: time,
});
export type RequestView = Fields<typeof RequestView>;

/** `req_` and 16 random bytes in base64url. No handoff has such an id, nor is it taken for an option on a command line. */
export function isRequestId(id: string): boolean {
  return /^req_[\w-]{21}[AQgw]$/.test(id);
}
