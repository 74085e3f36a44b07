import { createHash } from "node:crypto";
import { DARK, LIGHT, MARK_DRAWING, type Palette } from "@secret-handoff/protocol/theme";
import type { Context } from "hono";

/** One column of words, in the colours of the recipient's page. It has no script, and loads nothing. */
const STYLE = `:root{color-scheme:light dark;${properties(LIGHT)}}
@media (prefers-color-scheme:dark){:root{${properties(DARK)}}}
*{box-sizing:border-box;margin:0}
body{display:flex;flex-direction:column;min-height:100vh;max-width:44rem;margin:0 auto;padding:0 .75rem;background:var(--ground);color:var(--ink);font:1rem/1.5 -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif;-webkit-text-size-adjust:100%}
header,footer{padding:1.25rem 0}
header{display:flex;gap:.5rem;align-items:center;font-weight:600}
svg{width:1.75rem;fill:var(--accent);stroke:var(--card);forced-color-adjust:none}
main{flex:1}
section{padding:1.25rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
h1{margin-bottom:.75rem;font-size:1.5rem;line-height:1.25}
p+p{margin-top:.75rem}
p,h1{overflow-wrap:anywhere}
.calm{padding:.75rem 1rem;border-radius:.5rem;background:var(--tint)}
.soft,footer{color:var(--soft);font-size:.875rem}
a{color:var(--accent)}`;

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

function properties(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value};`)
    .join("");
}

/**
 * What a person sees who comes to an address of the service that is no link's. It is the same for everybody, and touches no store.
 * @param runBy who runs the service, as recipients know them
 */
export function frontPage(runBy: string | undefined): string {
  const who =
    runBy === undefined
      ? ""
      : `\n<p class="soft">This service is run by <strong>${escaped(runBy)}</strong>.</p>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="data:,">
<title>Secret handoff</title>
<style>${STYLE}</style>
</head>
<body>
<header><svg aria-hidden="true" ${MARK_DRAWING}/></svg><span>Secret handoff</span></header>
<main><section>
<h1>Passwords and keys, handed over by a link that opens once</h1>
<p>Somebody who has a secret for you mails you a link. Your browser opens it, one time, and nobody else can read it on the way.</p>
<p class="calm">You have not opened a link here, and nothing is used up.</p>
<p>Were you sent one? Open it from the mail, or <a href="/h">paste the whole link</a>. Its last part, after #, is the key: without it
nothing can be opened. If it still does not work, ask whoever sent it.</p>${who}
</section></main>
<footer>End-to-end encrypted. The service never has the key.</footer>
</body>
</html>
`;
}

/** Answers with the front page. @param status 404 where a browser asked for something else */
export function serveFrontPage(runBy: string | undefined) {
  const html = frontPage(runBy);
  return (c: Context, status: 200 | 404) =>
    c.body(html, status, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": POLICY,
      ...(status === 404 ? { vary: "accept" } : {}),
    });
}

/** True for a request that a browser makes to show its answer to a person. */
export function wantsHtml(c: Context): boolean {
  return /^(?:GET|HEAD)$/.test(c.req.method) && /\btext\/html\b/i.test(c.req.header("accept") ?? "");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
