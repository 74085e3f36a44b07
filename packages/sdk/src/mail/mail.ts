import type { HandoffId } from "@secret-handoff/protocol";
import type { Deadline } from "../runtime/deadline.ts";

/** Who a mail is from: `Acme Security <handoff@acme.example>` taken apart. */
export type Mailbox = { readonly name?: string; readonly address: string };

/** One mail to one recipient. */
export type Email = {
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly handoff: HandoffId;
  /** `handoff-id@host`, without angle brackets: the same for every attempt, so that a repeated mail can be told. */
  readonly messageId: string;
};

/** What sends mail. Each method retries what can pass later and throws SenderError. */
export type MailTransport = {
  /** Gives the id under which the mail was accepted. */
  readonly send: (email: Email, deadline: Deadline) => Promise<string>;
  /** Checks that mail from this mailbox would be taken, and sends none. Gives what could not be checked, in sentences. */
  readonly check: (from: Mailbox, deadline: Deadline) => Promise<readonly string[]>;
};

/** RFC 3834, section 5: no holiday notice answers it. */
export const MAIL_HEADERS: Readonly<Record<string, string>> = { "Auto-Submitted": "auto-generated" };
