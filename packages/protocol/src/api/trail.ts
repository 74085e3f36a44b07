import * as v from "valibot";
import { EventType } from "./events.ts";
import { text } from "./fields.ts";
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
