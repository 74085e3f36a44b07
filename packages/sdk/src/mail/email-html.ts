import { isRightToLeft } from "@secret-handoff/protocol/languages";
import { escapeHtml } from "@secret-handoff/protocol/markup";
import { DARK, LIGHT } from "@secret-handoff/protocol/theme";
import type { DecryptionCopy, EmailCopy, Rows } from "./email-copy.ts";

/** Nothing is loaded: no image, no font, no style sheet. */
const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** The HTML part: one column, styles inline because some clients drop the rest, the link as a button and in full. */
export function emailHtml(parts: EmailCopy): string {
  const { language, message, careful, accents } = parts;
  const { link } = parts;
  const rightToLeft = isRightToLeft(language);
  const [dir, start] = rightToLeft ? ["rtl", "right"] : ["ltr", "left"];
  const paragraph = (text: string, style = "", kind = "ink") =>
    `<p class="${kind}" style="margin:0 0 16px;text-align:${start};${style}">${escapeHtml(text)}</p>`;
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
  return `<!doctype html>
<html lang="${language}" dir="${dir}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(parts.subject)}</title>
<style>
@media (prefers-color-scheme: dark) {
  .ground { background: ${DARK.ground} !important; }
  .card { background: ${DARK.card} !important; border-color: ${DARK.line} !important; }
  .ink { color: ${DARK.ink} !important; }
  .soft { color: ${DARK.soft} !important; }
  .rule { border-color: ${DARK.line} !important; }
  .quote { border-color: ${accents.dark} !important; }
  .button { background: ${accents.dark} !important; color: ${DARK.ground} !important; }
  .link { color: ${accents.dark} !important; }
}
@media (max-width: 480px) {
  .pad { padding: 24px 20px !important; }
}
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${LIGHT.ground};">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(parts.sending)} ${escapeHtml(parts.until)}</div>
<table role="presentation" class="ground" dir="${dir}" width="100%" cellpadding="0" cellspacing="0" style="background:${LIGHT.ground};">
<tr><td align="center" style="padding:24px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;">
<tr><td class="soft" dir="auto" style="padding:0 4px 12px;font:600 15px/1.4 ${FONT};color:${LIGHT.soft};text-align:${start};">${escapeHtml(parts.company)}</td></tr>
</table>
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:${LIGHT.card};border:1px solid ${LIGHT.line};border-radius:12px;">
<tr><td class="pad ink" style="padding:32px 32px 24px;font:16px/1.55 ${FONT};color:${LIGHT.ink};text-align:${start};">
<h1 class="ink" dir="auto" style="margin:0 0 20px;font-size:22px;line-height:1.3;font-weight:650;color:${LIGHT.ink};text-align:${start};">${escapeHtml(parts.heading)}</h1>
${paragraph(parts.hello)}
${paragraph(parts.sending)}
${parts.purpose === undefined ? "" : paragraph(parts.purpose)}
${message === undefined ? "" : messageHtml(message, start, accents.light)}
${rowsHtml(parts.context, "ink", LIGHT.ink)}
${way}
${heading(parts.stepsHeading)}
<ol style="margin:0 0 20px;padding:0;padding-inline-start:24px;">${parts.steps.map((step) => `<li class="ink" style="margin:0 0 6px;">${escapeHtml(step)}</li>`).join("")}</ol>
${paragraph(parts.until)}
${paragraph(parts.questions, "margin-bottom:0;")}
</td></tr>
<tr><td class="pad rule" style="padding:20px 32px 28px;border-top:1px solid ${LIGHT.line};font:13px/1.55 ${FONT};text-align:${start};">
${again}
${paragraph(careful.heading, `margin-bottom:4px;font-weight:600;color:${LIGHT.soft};`, "soft")}
${paragraph(careful.sentences.join(" "), `margin-bottom:0;color:${LIGHT.soft};`, "soft")}
${parts.origins.length === 0 ? "" : `<div style="height:14px;"></div>${rowsHtml(parts.origins, "soft", LIGHT.soft)}`}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
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
