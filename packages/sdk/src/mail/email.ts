import { type EmailFacts, emailCopy } from "./email-copy.ts";
import { emailHtml } from "./email-html.ts";
import { emailText } from "./email-text.ts";
import type { Email } from "./mail.ts";

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
