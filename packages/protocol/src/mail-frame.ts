import { isRightToLeft, joined, type Language } from "./languages.ts";
import { escapeHtml, splitContacts } from "./markup.ts";
import { DARK, LIGHT } from "./theme.ts";

/**
 * How mails look, the sender's with a link and the service's with a code: to a recipient they are from one company. Nothing is loaded, no
 * image, no font, no style sheet; styles are inline because some mail programs drop the rest.
 */
export const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,monospace";

/** The colour of buttons and links, `#rrggbb`, on light and on dark grounds. */
export type Accents = { readonly light: string; readonly dark: string };

export const OUR_ACCENTS: Accents = { light: LIGHT.accent, dark: DARK.accent };

/** One column: the company above a card with a heading, a body, and small print below a rule. Only the two parts of HTML are written as they are. */
export type MailFrame = {
  readonly language: Language;
  readonly subject: string;
  /** What mail programs show beside the subject before the mail is opened. */
  readonly preview: string;
  readonly company?: string | undefined;
  readonly accents: Accents;
  readonly heading: string;
  readonly bodyHtml: string;
  readonly footHtml: string;
};

export function mailFrame({ language, accents, company, ...parts }: MailFrame): string {
  const start = startOf(language);
  const dir = start === "right" ? "rtl" : "ltr";
  const name =
    company === undefined
      ? ""
      : `
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;">
<tr><td class="soft" dir="auto" style="padding:0 4px 12px;font:600 15px/1.4 ${FONT};color:${LIGHT.soft};text-align:${start};">${escapeHtml(company)}</td></tr>
</table>`;
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
<style>
h1 { text-wrap: balance; }
p, li { text-wrap: pretty; }
body:lang(ja) { word-break: auto-phrase; }
</style>
</head>
<body class="ground" style="margin:0;padding:0;background:${LIGHT.ground};">
<div style="display:none;max-height:0;overflow:hidden;">${escapeHtml(parts.preview)}</div>
<table role="presentation" class="ground" dir="${dir}" width="100%" cellpadding="0" cellspacing="0" style="background:${LIGHT.ground};">
<tr><td align="center" style="padding:24px 12px;">${name}
<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px;background:${LIGHT.card};border:1px solid ${LIGHT.line};border-radius:12px;">
<tr><td class="pad ink" style="padding:32px 32px 24px;font:16px/1.55 ${FONT};color:${LIGHT.ink};text-align:${start};">
<h1 class="ink" dir="auto" style="margin:0 0 20px;font-size:22px;line-height:1.3;font-weight:650;color:${LIGHT.ink};text-align:${start};">${escapeHtml(parts.heading)}</h1>
${parts.bodyHtml}
</td></tr>
<tr><td class="pad rule" style="padding:20px 32px 28px;border-top:1px solid ${LIGHT.line};font:13px/1.55 ${FONT};text-align:${start};">
${parts.footHtml}
</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;
}

/** Where a line of this language begins. */
export function startOf(language: Language): "left" | "right" {
  return isRightToLeft(language) ? "right" : "left";
}

/** @param style CSS beside that of every paragraph */
export function paragraphHtml(
  language: Language,
  text: string,
  style = "",
  kind: "ink" | "soft" = "ink",
): string {
  return `<p class="${kind}" style="margin:0 0 16px;text-align:${startOf(language)};${style}">${proseHtml(text)}</p>`;
}

/** What stays whole at a line's end: a day with its month and year, and the word e-mail. */
const WHOLE =
  /((?<!\p{Nd})\p{Nd}{1,2}\.? (?:de )?\p{L}{3,12} (?:de )?\p{Nd}{4}(?!\p{Nd})|\d{4}年\d{1,2}月\d{1,2}日|(?<!\p{L})[Ee]-[Mm]ails?(?!\p{L}))/u;

/** Telephone numbers stay on one line too: over two, a reader of Arabic finds the halves on different sides. */
export function proseHtml(text: string): string {
  const whole = (part: string) => `<span style="white-space:nowrap;">${escapeHtml(part)}</span>`;
  return splitContacts(text)
    .map(({ text: part, href }) =>
      href?.startsWith("tel:")
        ? whole(part)
        : part
            .split(WHOLE)
            .map((piece, index) => (index % 2 === 0 ? escapeHtml(piece) : whole(piece)))
            .join(""),
    )
    .join("");
}

/** For those who look twice. */
export function carefulHtml(language: Language, heading: string, sentences: readonly string[]): string {
  const soft = (text: string, style: string) =>
    paragraphHtml(language, text, `${style}color:${LIGHT.soft};`, "soft");
  return `${soft(heading, "margin-bottom:4px;font-weight:600;")}\n${soft(joined(...sentences), "margin-bottom:0;")}`;
}

const WIDTH = 72;

/** White space at which a line may end: not the no-break spaces that French has before a colon. */
const BREAKABLE = /[^\S\u00a0\u202f]+/;

/** Breaks between words at 72 columns; a longer word, such as a URL, stays whole. */
export function wrapText(text: string, first = "", rest = ""): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(BREAKABLE)) {
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

/** A mailbox as APIs take it that know only ASCII there: other names go as encoded words (RFC 2047), each of at most 75 characters. */
export function asciiMailbox({
  name,
  address,
}: {
  readonly name?: string | undefined;
  readonly address: string;
}): string {
  if (name === undefined) return address;
  if (/^[\x20-\x7e]*$/.test(name)) return `"${name.replace(/["\\]/g, "\\$&")}" <${address}>`;
  const words = [""];
  for (const character of name) {
    const longer = words.at(-1) + character;
    if (new TextEncoder().encode(longer).length > ENCODED_WORD_BYTES) words.push(character);
    else words[words.length - 1] = longer;
  }
  return `${words.map((word) => `=?UTF-8?B?${base64(new TextEncoder().encode(word))}?=`).join(" ")} <${address}>`;
}

/** 60 characters of base64, and 12 round them. */
const ENCODED_WORD_BYTES = 45;

function base64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}
