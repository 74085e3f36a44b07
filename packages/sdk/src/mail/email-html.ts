import { joined } from "@secret-handoff/protocol/languages";
import {
  carefulHtml,
  MONO,
  mailFrame,
  paragraphHtml,
  proseHtml,
  startOf,
} from "@secret-handoff/protocol/mail-frame";
import { escapeHtml } from "@secret-handoff/protocol/markup";
import { LIGHT } from "@secret-handoff/protocol/theme";
import type { DecryptionCopy, EmailCopy, Rows } from "./email-copy.ts";

/** The HTML part: the link as a button and in full. */
export function emailHtml(parts: EmailCopy): string {
  const { language, message, careful, accents, link } = parts;
  const start = startOf(language);
  const paragraph = (text: string, style = "", kind: "ink" | "soft" = "ink") =>
    paragraphHtml(language, text, style, kind);
  const heading = (text: string) =>
    `<h2 class="ink" style="margin:28px 0 8px;font-size:16px;line-height:1.4;font-weight:650;color:${LIGHT.ink};">${escapeHtml(text)}</h2>`;
  const small = (text: string) => paragraph(text, `font-size:14px;color:${LIGHT.soft};`, "soft");
  const [way, again] =
    typeof link === "string"
      ? [
          `${buttonHtml(link, parts.open, accents.light)}\n${small(parts.opensNothing)}`,
          `${paragraph(parts.orCopy, `margin-bottom:4px;color:${LIGHT.soft};`, "soft")}\n${visibleLinkHtml(link, accents.light)}`,
        ]
      : [decryptionHtml(link, paragraph, accents.light), ""];
  return mailFrame({
    ...{ language, accents, subject: parts.subject, company: parts.company, heading: parts.heading },
    preview: joined(parts.sending, parts.until),
    bodyHtml: `${paragraph(parts.hello)}
${paragraph(parts.sending)}
${parts.purpose === undefined ? "" : paragraph(parts.purpose)}
${message === undefined ? "" : messageHtml(message, start, accents.light)}
${rowsHtml(parts.context, "ink", LIGHT.ink)}
${way}
${heading(parts.stepsHeading)}
<ol style="margin:0 0 20px;padding:0;padding-inline-start:24px;">${parts.steps.map((step) => `<li class="ink" style="margin:0 0 6px;">${proseHtml(step)}</li>`).join("")}</ol>
${paragraph(parts.until)}
${paragraph(parts.questions, "margin-bottom:0;")}`,
    footHtml: `${again}
${carefulHtml(language, careful.heading, careful.sentences)}
${parts.origins.length === 0 ? "" : `<div style="height:14px;"></div>${rowsHtml(parts.origins, "soft", LIGHT.soft)}`}`,
  });
}

function buttonHtml(link: string, words: string, accent: string): string {
  return `<p style="margin:24px 0 10px;"><a ses:no-track class="button" href="${escapeHtml(link)}" style="display:inline-block;padding:13px 28px;border-radius:8px;background:${accent};color:#ffffff;font-weight:600;text-decoration:none;">${escapeHtml(words)}</a></p>`;
}

function visibleLinkHtml(link: string, accent: string): string {
  const shown = escapeHtml(link);
  return `<p dir="ltr" style="margin:0 0 18px;font:12px/1.5 ${MONO};word-break:break-all;text-align:left;"><a ses:no-track class="link" href="${shown}" style="color:${accent};text-decoration:none;">${shown}</a></p>`;
}

function decryptionHtml(
  { encrypted, decrypt, commands, orPaste, armoured }: DecryptionCopy,
  paragraph: (text: string, style?: string) => string,
  accent: string,
): string {
  return [
    paragraph(encrypted, "margin-top:24px;word-break:break-word;"),
    paragraph(decrypt),
    blockHtml(commands.join("\n"), accent),
    paragraph(orPaste),
    blockHtml(armoured, accent),
  ].join("\n");
}

/** Lines to be copied as they are. */
function blockHtml(text: string, accent: string): string {
  return `<pre dir="ltr" class="quote ink" style="margin:0 0 16px;padding:2px 0 2px 14px;border:0 solid ${accent};border-left-width:3px;font:12px/1.5 ${MONO};overflow-x:auto;text-align:left;color:${LIGHT.ink};">${escapeHtml(text)}</pre>`;
}

function messageHtml(
  { caption, words }: NonNullable<EmailCopy["message"]>,
  start: string,
  accent: string,
): string {
  return `<p class="soft" dir="auto" style="margin:20px 0 6px;font-size:14px;color:${LIGHT.soft};text-align:${start};">${escapeHtml(caption)}</p>
<p class="quote ink" dir="auto" style="margin:0 0 20px;padding-block:2px;padding-inline:14px;border:0 solid ${accent};border-inline-start-width:3px;white-space:pre-line;text-align:start;color:${LIGHT.ink};">${escapeHtml(words)}</p>`;
}

function rowsHtml(rows: Rows, kind: "ink" | "soft", colour: string): string {
  if (rows.length === 0) return "";
  const cell = (text: string, style: string, name: "ink" | "soft", shade: string) =>
    `<td class="${name}" style="padding:2px 0;vertical-align:top;color:${shade};${style}"><bdi>${escapeHtml(text)}</bdi></td>`;
  const lines = rows.map(
    ([name, value]) =>
      `<tr>${cell(name, "white-space:nowrap;padding-inline-end:16px;", "soft", LIGHT.soft)}${cell(value, "width:100%;word-break:break-word;", kind, colour)}</tr>`,
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0;font-size:inherit;line-height:1.5;">${lines.join("")}</table>`;
}
