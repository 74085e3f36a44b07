import type { HandoffId } from "@secret-handoff/protocol";
import type { StandAside } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Mailbox } from "./addresses.ts";
import { type EmailCopy, type EmailFacts, emailCopy } from "./email-copy.ts";
import { emailHtml } from "./email-html.ts";

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

const WIDTH = 72;

/** The plain-text part: the link on a line of its own, whole, with empty lines round it. */
function emailText(parts: EmailCopy): string {
  const needs = parts.needs.length === 0 ? [] : [["You will need:", ...parts.needs.map(bullet)].join("\n")];
  const facts =
    parts.facts.length === 0 ? [] : [parts.facts.map(([name, value]) => factLine(name, value)).join("\n")];
  return [
    wrap(parts.intro),
    ...(parts.message === undefined ? [] : [quote(parts.message)]),
    `${parts.button}:`,
    parts.link,
    wrap(parts.until),
    wrap(parts.once),
    ...needs,
    wrap(parts.warning),
    wrap(parts.unexpected),
    ...facts,
  ]
    .join("\n\n")
    .concat("\n");
}

function bullet(text: string): string {
  return wrap(text, "- ", "  ");
}

function factLine(name: string, value: string): string {
  return wrap(`${oneLine(name)}: ${oneLine(value)}`, "", "  ");
}

/** The sender's own words, marked as such, so that they cannot pass for ours. */
function quote(message: string): string {
  return message
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === "" ? ">" : wrap(line, "> ", "> ")))
    .join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Breaks between words at 72 columns; a longer word, such as a URL, stays whole. */
function wrap(text: string, first = "", rest = ""): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join("\n");
}
