import { DARK, LIGHT } from "./look.ts";
import { WORDS } from "./wording.ts";

/** The tab's icon, as data: so that no second request is made for one. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="${LIGHT.accent}"/><path d="M10 15v-3a6 6 0 0 1 12 0v3m-13 0h14v9H9z" fill="none" stroke="#fff" stroke-width="2.5" stroke-linejoin="round"/></svg>`,
)}`;

const MARK =
  '<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="8"/><path d="M10 15v-3a6 6 0 0 1 12 0v3m-13 0h14v9H9z"/></svg>';

/** The document round the script and the style. Nothing in it is loaded from anywhere. */
export function documentOf({ script, style }: { readonly script: string; readonly style: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="theme-color" media="(prefers-color-scheme: light)" content="${LIGHT.ground}">
<meta name="theme-color" media="(prefers-color-scheme: dark)" content="${DARK.ground}">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex,nofollow,noarchive">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no">
<link rel="icon" href="${ICON}">
<title>${WORDS.product}</title>
<style>${style}</style>
</head>
<body>
<header class="top">${MARK}<span>${WORDS.product}</span></header>
<main id="main">
<noscript><section class="card"><h1>${WORDS.noScript.heading}</h1>${WORDS.noScript.body
    .map((sentence) => `<p>${sentence}</p>`)
    .join("")}</section></noscript>
</main>
<p id="announcer" class="unseen" role="status"></p>
<footer class="foot">${WORDS.footer}</footer>
<script>${script}</script>
</body>
</html>
`;
}
