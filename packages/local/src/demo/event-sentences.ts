import type { AuditEvent } from "@secret-handoff/protocol/api";

/** What an audit event means, for somebody who watches. */
export function sentenceOf(event: AuditEvent): string {
  const { attemptsLeft, reason, expiry = "" } = event;
  switch (event.type) {
    case "requested":
      return "a handoff was asked for";
    case "approved":
      return "somebody else approved it";
    case "denied":
      return "somebody else denied it";
    case "request_expired":
      return "nobody approved it in time";
    case "created":
      return `${event.class}, opens until ${minute(expiry)}${reason ? `; reason: ${reason}` : ""}`;
    case "mailed":
      return "the mail server took the mail with the link";
    case "bounced":
      return "the mail came back";
    case "code_mailed":
      return "a code was mailed to the recipient";
    case "answer_wrong":
      return `a wrong answer; ${attemptsLeft ?? "no"} more may be tried`;
    case "locked":
      return "too many wrong answers: the ciphertext is gone";
    case "claimed":
      return "bound to the browser that opened it; nobody else can";
    case "acknowledged":
      return "the recipient has taken it: the ciphertext is gone";
    case "unconfirmed":
      return "opened, but nobody said that it was taken: the ciphertext is gone";
    case "expired":
      return "nobody opened it in time: the ciphertext is gone";
    case "revoked":
      return "the sender took it back: the ciphertext is gone";
    case "superseded":
      return "a newer version took its place: the ciphertext is gone";
    case "reported":
      return "reported by the recipient: not expected, or not opened by them; if it had been opened, rotate again";
    case "refused":
      return event.count === undefined
        ? `somebody was turned away: ${event.outcome}`
        : `somebody was turned away ${event.count} times more: ${event.outcome}`;
    case "recipient_erased":
      return "a recipient's address was erased: the trail names nobody there any more";
    case "audit_viewed":
      return "somebody read the audit trail";
  }
}

/** `2026-11-21T09:52:00Z` as `2026-11-21 09:52 UTC` */
function minute(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}

/** `09:52:07` of an event's time. */
export function clockTime({ time }: AuditEvent): string {
  return time.slice(11, 19);
}
