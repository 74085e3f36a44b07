import * as v from "valibot";
import { EventType } from "./events.ts";
import { list, text } from "./fields.ts";
import { cursor, secretId } from "./requests.ts";

/** What is asked of the trail, and of the recipients directory. */

const timeInQuery = v.pipe(v.string(), v.regex(/^\d{1,11}$/), v.transform(Number));

export const EventsQuery = v.strictObject({
  since: v.optional(timeInQuery),
  until: v.optional(timeInQuery),
  handoff: v.optional(text(64)),
  request: v.optional(text(64)),
  /** As the subject named it, or one of the secrets of a set. */
  secret: v.optional(secretId),
  /** An e-mail address, or a recipient id. */
  recipient: v.optional(text(320)),
  /** The path of a repository or a pipeline's project as it was at the time, or its number; with its issuer before it too. */
  repository: v.optional(text(2_048)),
  class: v.optional(text(64)),
  type: v.optional(EventType),
  /** Says as well which events the table's indexes would not find by all that they name. Not together with a filter. */
  indexes: v.optional(v.literal("checked")),
  cursor: v.optional(cursor),
});
export type EventsQuery = v.InferOutput<typeof EventsQuery>;

/** Whose recipient id, or which recipient id: one of them. */
export const RecipientsQuery = v.pipe(
  v.strictObject({ address: v.optional(text(320)), id: v.optional(text(64)) }),
  v.check(({ address, id }) => (address === undefined) !== (id === undefined), "takes either address or id"),
);
export type RecipientsQuery = v.InferOutput<typeof RecipientsQuery>;

export const SealsQuery = v.strictObject({
  since: v.optional(timeInQuery),
  until: v.optional(timeInQuery),
  cursor: v.optional(cursor),
});
export type SealsQuery = v.InferOutput<typeof SealsQuery>;

export const LeavesQuery = v.strictObject({ cursor: v.optional(cursor) });
export type LeavesQuery = v.InferOutput<typeof LeavesQuery>;

const hash = v.pipe(v.string(), v.regex(/^[\w-]{43}$/));

/** The name of a UTC day: `2026-11-26`. */
export const DayName = v.pipe(v.string(), v.regex(/^\d{4}-\d\d-\d\d$/), v.isoDate());

/** A day's signed Merkle root over every event of that day. Bytes are base64url. */
export const Seal = v.object({
  /** The UTC day. */
  day: DayName,
  /** Events that it covers. */
  count: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  /** Merkle root (RFC 6962, SHA-256) over the canonical JSON (RFC 8785) of the day's events in order. */
  root: hash,
  /** SHA-256 of the canonical JSON of the seal of the day before; 32 zero bytes in the first. */
  previous: hash,
  /** Names the key: the ARN of a KMS key. */
  keyId: v.string(),
  /** As KMS calls it: ECDSA on P-256 with SHA-256. */
  algorithm: v.literal("ECDSA_SHA_256"),
  /** Over the canonical JSON of all other members; DER (RFC 3279, section 2.2.3), as KMS and OpenSSL write it. */
  signature: v.pipe(v.string(), v.regex(/^[\w-]+$/)),
});
export type Seal = v.InferOutput<typeof Seal>;

/**
 * What is announced of each seal on the event bus. A bus in another account is a witness: whoever has these lines knows a seal that took
 * another's place. The same seal may be announced again.
 */
export const SealNotice = v.object({
  v: v.literal(1),
  type: v.literal("day_sealed"),
  /** When it was announced. RFC 3339, UTC, whole seconds. */
  time: v.string(),
  day: DayName,
  count: v.number(),
  /** SHA-256 of the seal's canonical JSON: the next seal's `previous`, and what `audit verify --pin` takes. */
  seal: hash,
  previous: hash,
});
export type SealNotice = v.InferOutput<typeof SealNotice>;

/** One event as a seal covers it: its id, and its leaf in the Merkle tree. */
export const Leaf = v.object({ id: v.string(), hash });
export type Leaf = v.InferOutput<typeof Leaf>;

export const SealsResponse = v.object({ seals: list(Seal), cursor: v.optional(v.string()) });
export type SealsResponse = v.InferOutput<typeof SealsResponse>;

export const LeavesResponse = v.object({ leaves: list(Leaf), cursor: v.optional(v.string()) });
export type LeavesResponse = v.InferOutput<typeof LeavesResponse>;
