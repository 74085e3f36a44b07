import { DARK, LIGHT } from "@secret-handoff/protocol/theme";
import type { EmailCopy } from "./email-copy.ts";

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
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(parts.until)} It opens once.</div>
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
