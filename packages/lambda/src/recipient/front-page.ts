import { createHash } from "node:crypto";
import { type Company, logoMarkup } from "@secret-handoff/protocol/company";
import { isRightToLeft, type Language, preferredLanguage } from "@secret-handoff/protocol/languages";
import { escapeHtml, splitContacts } from "@secret-handoff/protocol/markup";
import { DARK, LIGHT, MARK_DRAWING, type Palette } from "@secret-handoff/protocol/theme";
import type { Context } from "hono";
import { FRONT_SENTENCES, type FrontSentences } from "./front-sentences.ts";

/** One column of words, in the colours of the recipient's page. It has no script, and loads nothing. */
const STYLE = `*{box-sizing:border-box;margin:0}
body{display:flex;flex-direction:column;min-height:100vh;max-width:44rem;margin:0 auto;padding:0 .75rem;background:var(--ground);color:var(--ink);font:1rem/1.5 -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;-webkit-text-size-adjust:100%}
header,footer{padding:1.25rem 0}
header{display:flex;gap:.5rem;align-items:center;font-weight:600}
.mark{width:1.75rem;fill:var(--accent);stroke:var(--card);forced-color-adjust:none}
.logo svg{display:block;height:2rem;max-width:60vw}
main{flex:1}
section{padding:1.25rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
h1{margin-bottom:.75rem;font-size:1.5rem;line-height:1.25}
h1,footer{text-wrap:balance}
p{text-wrap:pretty}
:lang(ja){word-break:auto-phrase}
a{display:inline-block}
p a+a{margin-inline-start:.75rem}
p+p{margin-top:.75rem}
p,h1{overflow-wrap:anywhere}
.calm{padding:.75rem 1rem;border-radius:.5rem;background:var(--tint)}
.soft,footer{color:var(--soft);font-size:.875rem}
a{color:var(--accent)}`;

/** The same colours as the recipient's page, the company's before ours. */
function styleOf({ colours }: Partial<Company>): string {
  const [light, lightTint, dark, darkTint] = colours ?? [];
  const day = { ...LIGHT, accent: light ?? LIGHT.accent, tint: lightTint ?? LIGHT.tint };
  const night = { ...DARK, accent: dark ?? DARK.accent, tint: darkTint ?? DARK.tint };
  return `:root{color-scheme:light dark;${properties(day)}}
@media (prefers-color-scheme:dark){:root{${properties(night)}}}
${STYLE}`;
}

function policyFor(style: string): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}

/**
 * What a person sees who comes to an address of the service that is no link's. In one language it is the same for everybody, and touches no
 * store.
 * @param runBy who runs the service, as recipients know them; the company unless somebody else does
 */
export function frontPage(
  runBy: string | undefined,
  company: Partial<Company> = {},
  language: Language = "en",
): string {
  return documentOf(styleOf(company), runBy ?? company.name, company, language);
}

function documentOf(
  style: string,
  runBy: string | undefined,
  company: Partial<Company>,
  language: Language,
): string {
  const say = FRONT_SENTENCES[language];
  const { name = "Secret handoff", logo } = company;
  const mark = logo
    ? `<span class="logo" aria-hidden="true">${logoMarkup(logo)}</span>`
    : company.name === undefined
      ? `<svg class="mark" aria-hidden="true" ${MARK_DRAWING}/></svg>`
      : "";
  return `<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
<title>${escapeHtml(name)}</title>
<style>${style}</style>
</head>
<body>
<header>${mark}<bdi>${escapeHtml(name)}</bdi></header>
<main><section>
<h1>${say.heading}</h1>
<p>${unparted(say.how)}</p>
<p class="calm">${say.calm}</p>
<p>${unparted(say.sent)} <a href="/h">${say.paste}</a></p>
<p>${say.key}</p>${whoRunsIt(say, runBy, company)}
</section></main>
<footer>${company.name === undefined ? "" : "Secret handoff. "}${say.footer}</footer>
</body>
</html>
`;
}

/** "e-mail" stays on one line: a word joiner behind its hyphen. */
function unparted(words: string): string {
  return words.replace(/\b(e-)(?=mail)/gi, "$1\u2060");
}

function whoRunsIt(
  say: FrontSentences,
  runBy: string | undefined,
  { contact, privacyUrl, imprintUrl }: Partial<Company>,
): string {
  const link = (text: string, url: string | undefined) =>
    url === undefined ? [] : [`<a href="${escapeHtml(url)}" rel="noreferrer">${text}</a>`];
  const links = [...link(say.privacy, privacyUrl), ...link(say.imprint, imprintUrl)];
  const sentences = [
    ...(runBy === undefined
      ? []
      : [say.runBy.replace("{name}", () => `<strong><bdi>${escapeHtml(runBy)}</bdi></strong>`)]),
    ...(contact === undefined
      ? []
      : [say.questions.replace("{contact}", () => `<bdi>${contactLinks(contact)}</bdi>`)]),
    ...(links.length === 0 ? [] : [links.join(" ")]),
  ];
  return sentences.map((sentence) => `\n<p class="soft">${sentence}</p>`).join("");
}

/** Addresses and telephone numbers, to be pressed. */
function contactLinks(contact: string): string {
  return splitContacts(contact)
    .map(({ text, href }) =>
      href === undefined ? escapeHtml(text) : `<a href="${escapeHtml(href)}">${escapeHtml(text)}</a>`,
    )
    .join("");
}

/** Answers with the front page, in the language that the browser asks for. @param status 404 where it asked for something else */
export function serveFrontPage(runBy: string | undefined, company?: Company) {
  const policy = policyFor(styleOf(company ?? {}));
  return (c: Context, status: 200 | 404) =>
    c.body(frontPage(runBy, company, languageFor(c.req.header("accept-language") ?? "")), status, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
      vary: status === 404 ? "accept, accept-language" : "accept-language",
    });
}

/** @param accepted as browsers write the header (RFC 9110, section 12.5.4), the best language first: "de-AT,de;q=0.9,en;q=0.8" */
function languageFor(accepted: string): Language {
  return preferredLanguage(accepted.split(",").map((range) => range.split(";", 1).join("").trim()));
}

/** True for a request that a browser makes to show its answer to a person. */
export function wantsHtml(c: Context): boolean {
  return /^(?:GET|HEAD)$/.test(c.req.method) && /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}
