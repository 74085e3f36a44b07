import type { HandoffId } from "@secret-handoff/protocol";
import { DARK, LIGHT } from "@secret-handoff/protocol/theme";
import type { YieldSlot } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Mailbox } from "./addresses.ts";
import { type EmailCopy, type EmailFacts, emailCopy } from "./email-copy.ts";

/** One mail to one recipient. */
export type Email = {
  readonly from: Mailbox;
  readonly to: string;
  readonly replyTo?: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly handoff: HandoffId;
  /** `handoff-id@host`, without angle brackets: the same for every attempt, so that a repeated mail is recognised. */
  readonly messageId: string;
};

/** What sends mail. Each method retries what can pass later and throws SenderError. */
export type MailTransport = {
  /** Gives the id under which the mail was accepted. @param yieldSlot lets others go on while this mail alone has to wait */
  readonly send: (email: Email, deadline: Deadline, yieldSlot?: YieldSlot) => Promise<string>;
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

/** Nothing is loaded: no image, no font, no style sheet. */
const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** The HTML part: one column, styles inline because some clients drop the rest, the link as a button and in full. */
export function emailHtml(parts: EmailCopy): string {
  const link = escapeHtml(parts.link);
  const paragraph = (text: string, style = "") =>
    `<p style="margin:0 0 16px;${style}">${escapeHtml(text)}</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(parts.heading)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .ground { background: ${DARK.ground} !important; }
  .card { background: ${DARK.card} !important; border-color: ${DARK.line} !important; }
  .ink { color: ${DARK.ink} !important; }
  .soft { color: ${DARK.soft} !important; }
  .rule { border-color: ${DARK.line} !important; }
  .quote { border-color: ${DARK.accent} !important; }
  .button { background: ${DARK.accent} !important; color: ${DARK.ground} !important; }
  .link { color: ${DARK.accent} !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${LIGHT.ground};">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(parts.until)} It opens only once.</div>
<table role="presentation" class="ground" width="100%" cellpadding="0" cellspacing="0" style="background:${LIGHT.ground};">
<tr><td align="center" style="padding:32px 12px;">
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:${LIGHT.card};border:1px solid ${LIGHT.line};border-radius:12px;">
<tr><td class="ink" style="padding:32px 28px;font:16px/1.55 ${FONT};color:${LIGHT.ink};text-align:left;">
<h1 class="ink" style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:${LIGHT.ink};">${escapeHtml(parts.heading)}</h1>
${paragraph(parts.intro)}
${parts.message === undefined ? "" : `<p class="quote ink" style="margin:0 0 20px;padding:2px 0 2px 14px;border-left:3px solid ${LIGHT.accent};white-space:pre-line;color:${LIGHT.ink};">${escapeHtml(parts.message.trim())}</p>`}
<p style="margin:24px 0 12px;"><a ses:no-track class="button" href="${link}" style="display:inline-block;padding:13px 26px;border-radius:8px;background:${LIGHT.accent};color:#ffffff;font-weight:600;text-decoration:none;">${escapeHtml(parts.button)}</a></p>
<p class="soft" style="margin:0 0 4px;font-size:14px;color:${LIGHT.soft};">Or copy this address into your browser:</p>
<p style="margin:0 0 24px;font:13px/1.5 ${MONO};word-break:break-all;"><a ses:no-track class="link" href="${link}" style="color:${LIGHT.accent};text-decoration:none;">${link}</a></p>
${paragraph(parts.until, "font-weight:600;")}
${paragraph(parts.once)}
${needsHtml(parts.needs)}
${paragraph(parts.warning, "font-weight:600;")}
${paragraph(parts.unexpected)}
${factsHtml(parts.facts)}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

function needsHtml(needs: readonly string[]): string {
  if (needs.length === 0) return "";
  const items = needs.map((need) => `<li style="margin:0 0 4px;">${escapeHtml(need)}</li>`).join("");
  return `<p style="margin:0 0 6px;">You will need:</p><ul style="margin:0 0 16px;padding-left:22px;">${items}</ul>`;
}

function factsHtml(facts: EmailCopy["facts"]): string {
  if (facts.length === 0) return "";
  const cell = "padding:3px 14px 3px 0;vertical-align:top;";
  const rows = facts
    .map(
      ([name, value]) =>
        `<tr><td class="soft" style="${cell}white-space:nowrap;color:${LIGHT.soft};">${escapeHtml(name)}</td><td class="soft" style="${cell}word-break:break-word;color:${LIGHT.soft};">${escapeHtml(value)}</td></tr>`,
    )
    .join("");
  return `<table role="presentation" class="rule" width="100%" cellpadding="0" cellspacing="0" style="margin-top:24px;padding-top:16px;border-top:1px solid ${LIGHT.line};font-size:13px;line-height:1.5;">${rows}</table>`;
}

/** Text inside an element or a quoted attribute. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
