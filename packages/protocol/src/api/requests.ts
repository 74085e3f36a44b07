import * as v from "valibot";
import { encodeBase64url } from "../encoding.ts";
import type { ClaimId, ClaimToken, LinkToken, Receipt, Verifier } from "../keys.ts";
import { LANGUAGE_TAGS } from "../languages.ts";
import type { Sealed } from "../seal.ts";
import { blob, bytes, flags, prose, state, text, time } from "./fields.ts";

/**
 * What API v1 takes. A schema and the JSON type that travels share a name; `Parsed…` is what the schema reads out of it, with bytes
 * decoded. Unknown fields are refused.
 */

/** The largest bodies, bytes. */
export const RECIPIENT_BODY_LIMIT = 2_048;
export const SENDER_BODY_LIMIT = 409_600;
/**
 * The largest answer to a sender, bytes: clients refuse a longer one. In Lambda's own answer, which holds it as text, each quotation mark
 * takes two bytes, and that has 6 MB at the most.
 */
export const SENDER_ANSWER_LIMIT = 2_000_000;

/**
 * The most secrets of a set, and the most bytes that their ARNs take together: each event of the handoff repeats them, and an event and
 * the item that waits with it have limits of their own.
 */
export const MOST_MEMBERS = 50;
export const MOST_MEMBERS_BYTES = 16_384;

/** What the ARNs of a set take together, bytes of UTF-8. */
export function membersBytes(members: readonly string[]): number {
  return new TextEncoder().encode(members.join("")).length;
}

const linkToken = bytes<LinkToken>(32);
const verifier = bytes<Verifier>(32);

export const StatusRequest = v.strictObject({ linkToken });
export type StatusRequest = v.InferInput<typeof StatusRequest>;

export const ClaimRequest = v.strictObject({
  linkToken,
  claimToken: bytes<ClaimToken>(32),
  claimId: bytes<ClaimId>(16),
  flags,
  code: v.optional(v.pipe(v.string(), v.regex(/^\d{8}$/))),
});
export type ClaimRequest = v.InferInput<typeof ClaimRequest>;

export const CodeRequest = v.strictObject({
  linkToken,
  email: text(320),
  emailKey: bytes<Uint8Array>(32),
  /** Of the mail: what the page speaks at that moment. English without it. */
  language: v.optional(v.picklist(LANGUAGE_TAGS)),
});
export type CodeRequest = v.InferInput<typeof CodeRequest>;

export const AcknowledgeRequest = v.strictObject({
  linkToken,
  claimId: bytes<ClaimId>(16),
  receipt: bytes<Receipt>(32),
});
export type AcknowledgeRequest = v.InferInput<typeof AcknowledgeRequest>;

export const ReportRequest = v.strictObject({ linkToken });
export type ReportRequest = v.InferInput<typeof ReportRequest>;

/** A secret's name as subjects and lists spell it: an ARN, `bundle:…` for several, `value:…` or `role:…` for what has no ARN. */
export const secretId = text(2_048);

/** What is handed over to whom. */
export const Subject = v.strictObject({
  secret: secretId,
  versionId: text(64),
  /** When that version was made (GetSecretValue's CreatedDate). */
  versionCreatedAt: time,
  /** The recipient's e-mail address. */
  recipient: text(320),
});
export type Subject = v.InferInput<typeof Subject>;

const proposal = {
  class: text(64),
  flags,
  expiresAt: time,
  subject: v.optional(Subject),
  /** The ARNs of a set, where the subject is a `bundle:…`. */
  members: v.optional(
    v.pipe(
      v.array(secretId),
      v.minLength(1),
      v.maxLength(MOST_MEMBERS),
      v.check(
        (members) => membersBytes(members) <= MOST_MEMBERS_BYTES,
        `takes more than ${MOST_MEMBERS_BYTES} bytes in all`,
      ),
    ),
  ),
  resend: v.optional(v.boolean()),
  reason: v.optional(prose(500)),
  /** The id of the request that was approved. */
  request: v.optional(text(64)),
};

/** What sealing makes, without the envelope. */
const sealedParts = {
  linkVerifier: verifier,
  claimVerifier: verifier,
  receiptVerifier: verifier,
  /** Where a code is mailed before the claim; needs flags with bit 1. */
  emailVerifier: v.optional(verifier),
  header: blob,
};

/** A handoff to be stored. It names no id: the service derives it from `linkVerifier`, and answers with it. */
export const CreateRequest = v.strictObject({ ...proposal, ...sealedParts, envelope: blob });
export type CreateRequest = v.InferInput<typeof CreateRequest>;
export type ParsedCreateRequest = v.InferOutput<typeof CreateRequest>;

/** The create that stores a sealed handoff. The link stays behind: it goes to the recipient only. */
export function createRequestOf(
  sealed: Sealed,
  details: Pick<CreateRequest, "subject" | "members" | "resend" | "reason" | "request"> = {},
): CreateRequest {
  const { emailVerifier } = sealed;
  return {
    class: sealed.class,
    flags: sealed.flags,
    expiresAt: sealed.expiresAt,
    linkVerifier: encodeBase64url(sealed.linkVerifier),
    claimVerifier: encodeBase64url(sealed.claimVerifier),
    receiptVerifier: encodeBase64url(sealed.receiptVerifier),
    ...(emailVerifier ? { emailVerifier: encodeBase64url(emailVerifier) } : {}),
    envelope: encodeBase64url(sealed.envelope),
    header: encodeBase64url(sealed.header),
    ...details,
  };
}

/**
 * A create that carries no envelope: what would happen is answered, and nothing is created. Nothing need be sealed for it; a create
 * that was sealed may be checked as it is, without its envelope.
 */
export const CheckRequest = v.strictObject({
  ...proposal,
  ...v.partial(v.strictObject(sealedParts)).entries,
  /** True where a code would be mailed before the claim, and there is no `emailVerifier` yet to show it. */
  mailedCode: v.optional(v.boolean()),
});
export type CheckRequest = v.InferInput<typeof CheckRequest>;
export type ParsedCheckRequest = v.InferOutput<typeof CheckRequest>;

export const MailedRequest = v.strictObject({ messageId: text(998) });
export type MailedRequest = v.InferInput<typeof MailedRequest>;

/** What is to be revoked: everything that all named parts hold for, or all that is open. */
export const RevokeAllRequest = v.pipe(
  v.strictObject({
    all: v.optional(v.literal(true)),
    /** As the subject named it, or one of the secrets of a set. */
    secret: v.optional(secretId),
    /** An e-mail address, or a recipient id. */
    recipient: v.optional(text(320)),
    /** The path of a repository or a pipeline's project as it was at the time, or its number; with its issuer before it too. */
    repository: v.optional(text(2_048)),
    class: v.optional(text(64)),
    /**
     * An IAM principal or role, a workflow (`owner/name/.github/workflows/file.yml`, with or without `@ref`), a pipeline's project, or the
     * login of a run's actor.
     */
    sender: v.optional(text(2_048)),
    /** What was revoked since then is named too, as by a call that was cut off; now where left out. */
    since: v.optional(time),
    /** An encrypted place that may hold one of the trail. */
    cursor: v.optional(text(6_400)),
  }),
  v.check(
    ({ all, secret, recipient, repository, class: name, sender }) =>
      (all === undefined) ===
      [secret, recipient, repository, name, sender].some((part) => part !== undefined),
    "takes either all, or what to revoke",
  ),
);
export type RevokeAllRequest = v.InferInput<typeof RevokeAllRequest>;

/**
 * Where a page ended, as text that means nothing to the caller: an encrypted place, of keys of 2,048 and 1,024 bytes at the most
 * (DynamoDB), in base64url.
 */
export const cursor = text(4_608);

export const ListQuery = v.strictObject({
  secret: v.optional(secretId),
  run: v.optional(v.pipe(v.string(), v.regex(/^\d{1,20}$/))),
  state: v.optional(state),
  cursor: v.optional(cursor),
});
export type ListQuery = v.InferOutput<typeof ListQuery>;
