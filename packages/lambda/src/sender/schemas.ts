import { STATES, type Verifier } from "@secret-handoff/protocol";
import * as v from "valibot";
import { blob, bytes, flags, text, time } from "../http/schema.ts";

/** The largest body that a sender may send, bytes. */
export const BODY_LIMIT = 409_600;

const verifier = bytes<Verifier>(32);

export const CreateBody = v.strictObject({
  id: v.string(),
  class: text(64),
  flags,
  expiresAt: time,
  linkVerifier: verifier,
  claimVerifier: verifier,
  receiptVerifier: verifier,
  emailVerifier: v.optional(verifier),
  envelope: blob,
  header: blob,
  subject: v.optional(
    v.strictObject({
      secret: text(2_048),
      versionId: text(64),
      versionCreatedAt: time,
      recipient: text(320),
    }),
  ),
  resend: v.optional(v.boolean()),
  reason: v.optional(text(500)),
  approvals: v.optional(v.pipe(v.array(text(64)), v.maxLength(10))),
});
export type CreateBody = v.InferOutput<typeof CreateBody>;

export const MailedBody = v.strictObject({ messageId: text(998) });

export const ListQuery = v.strictObject({
  secret: v.optional(text(2_048)),
  run: v.optional(v.pipe(v.string(), v.regex(/^\d{1,20}$/))),
  state: v.optional(v.picklist(STATES)),
  cursor: v.optional(text(512)),
});

const timeInQuery = v.pipe(v.string(), v.regex(/^\d{1,11}$/), v.transform(Number));

export const EventsQuery = v.strictObject({
  since: v.optional(timeInQuery),
  until: v.optional(timeInQuery),
  cursor: v.optional(text(512)),
});
