import { letterHtml } from "./letter-html.ts";
import { type LetterFacts, partsOf } from "./letter-parts.ts";
import { letterText } from "./letter-text.ts";
import type { Letter } from "./mail.ts";

/** The mail that carries a link: text and HTML, the whole URL in both, nothing to load, no secret's name in the subject. */
export function writeLetter(facts: LetterFacts): Letter {
  const parts = partsOf(facts);
  return {
    from: facts.from,
    to: facts.to,
    ...(facts.replyTo === undefined ? {} : { replyTo: facts.replyTo }),
    subject: subjectLine(facts.source),
    text: letterText(parts),
    html: letterHtml(parts),
    handoff: facts.id,
    messageId: `${facts.id}@${new URL(facts.origin).hostname}`,
  };
}

function subjectLine(source: string): string {
  return `A secret for you from ${source.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").slice(0, 120)}`;
}
