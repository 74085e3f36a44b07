import { LIGHT } from "@secret-handoff/protocol/theme";
import { footer, noScript, product } from "./wording.ts";

const DRAWING = `viewBox='0 0 32 32'><rect width='32' height='32' rx='8'/><path d='M10 15v-3a6 6 0 0 1 12 0v3m-13 0h14v9H9z' fill='none' stroke-width='2.5' stroke-linejoin='round'`;

/** The tab's icon, as data: so that no second request is made for one. */
const ICON =
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' fill='${LIGHT.accent}' stroke='white' ${DRAWING}/></svg>`.replace(
    "#",
    "%23",
  );

const MARK = `<svg class='mark' aria-hidden='true' ${DRAWING}/></svg>`;

/** The document round the script and the style. Nothing in it is loaded from anywhere. */
export function documentOf({ script, style }: { readonly script: string; readonly style: string }): string {
  const [heading, ...body] = noScript;
  const sentences = body.map((sentence) => `<p>${sentence}</p>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="format-detection" content="telephone=no">
<link rel="icon" href="${ICON}">
<title>${product}</title>
<style>${style}</style>
</head>
<body>
<header class="top">${MARK}<span>${product}</span></header>
<main id="main">
<noscript><section class="card"><h1>${heading}</h1>${sentences}</section></noscript>
</main>
<p id="announcer" class="unseen" role="status"></p>
<footer class="foot">${footer}</footer>
<script>${script}</script>
</body>
</html>
`;
}
