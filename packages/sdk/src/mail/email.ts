import type { HandoffId } from "@secret-handoff/protocol";
import type { StandAside } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Mailbox } from "./addresses.ts";
import { type EmailFacts, emailCopy } from "./email-copy.ts";
import { emailHtml } from "./email-html.ts";
import { emailText } from "./email-text.ts";

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
  /** Gives the id under which the mail was accepted. @param standAside lets others go on while this mail alone has to wait */
  readonly send: (email: Email, deadline: Deadline, standAside?: StandAside) => Promise<string>;
  /** Checks that mail from this mailbox would be taken, and sends none. Gives what could not be checked, in sentences. */
  readonly check: (from: Mailbox, deadline: Deadline) => Promise<readonly string[]>;
};

/** RFC 3834, section 5: no holiday notice answers it. */
export const MAIL_HEADERS: Readonly<Record<string, string>> = { "Auto-Submitted": "auto-generated" };

/** The mail that carries a link: text and HTML, the whole URL in both, nothing to load, no secret's name in the subject. */
export function writeEmail(facts: EmailFacts): Email {
  const parts = emailCopy(facts);
  return {
    from: facts.from,
    to: facts.to,
    ...(facts.replyTo === undefined ? {} : { replyTo: facts.replyTo }),
    subject: subjectLine(facts.source),
    text: emailText(parts),
    html: emailHtml(parts),
    handoff: facts.id,
    messageId: `${facts.id}@${new URL(facts.origin).hostname}`,
  };
}

function subjectLine(source: string): string {
  return `A secret for you from ${source.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 120)}`;
}
