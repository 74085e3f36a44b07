import {
  type Admitted,
  checkDescription,
  checkItems,
  itemsOf,
  type LabelledSecret,
  type Order,
  parseAddress,
  type SenderError,
  subjectOf,
} from "@secret-handoff/sdk";
import type { Origin } from "./github/origin.ts";
import { collecting } from "./inputs/collecting.ts";
import type { Inputs } from "./inputs/inputs.ts";

/** The order, or what is wrong with it. */
export type Plan = { readonly order?: Order; readonly errors: readonly SenderError[] };

/**
 * The order for what was read, or why it cannot be given.
 * @param secrets at least one
 * @param nowMs milliseconds since the epoch
 */
export function planOrder(
  inputs: Inputs,
  admitted: Admitted,
  secrets: readonly LabelledSecret[],
  origin: Origin,
  nowMs: number,
): Plan {
  const { passphrase, reason, message, title } = inputs.optional;
  const contact = inputs.optional.contact ?? `${origin.actor} on GitHub`;
  const replyTo = parseAddress(contact);
  const endsAt = Math.min(...secrets.map((secret) => secret.endsAt ?? Number.POSITIVE_INFINITY));
  const context = {
    Workflow: origin.workflow,
    Run: origin.runUrl,
    "Started by": origin.actor,
    ...(Number.isFinite(endsAt) ? { "Works until": `${isoMinute(endsAt)} UTC` } : {}),
    ...inputs.context,
  };
  const header = {
    title: title ?? `A secret from ${origin.repository}`,
    ...(message === undefined ? {} : { message }),
    sender: contact,
    context: {
      Repository: origin.repository,
      ...context,
      ...(reason === undefined ? {} : { Reason: reason }),
    },
  };
  const items = itemsOf(secrets, { parseJson: inputs.parseJsonSecrets });
  const { errors, attempt } = collecting();
  attempt(() => checkItems(items));
  attempt(() => checkDescription(header));
  if (errors.length > 0) return { errors };
  const order: Order = {
    class: admitted.class,
    // A link to what has stopped working is of no use.
    expiresIn: Math.min(admitted.expiresIn, endsAt - Math.floor(nowMs / 1_000)),
    ...(Number.isFinite(endsAt) ? { endsAt } : {}),
    items,
    header,
    ...(passphrase ? { passphrase } : {}),
    subject: subjectOf(secrets),
    resend: inputs.resend,
    reason,
    from: inputs.from,
    ...(replyTo === undefined ? {} : { replyTo }),
    contact,
    source: origin.repository,
    message,
    context,
  };
  return { order, errors };
}

/** `2026-11-21 14:05` */
function isoMinute(seconds: number): string {
  return new Date(seconds * 1_000).toISOString().slice(0, 16).replace("T", " ");
}
