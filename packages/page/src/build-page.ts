import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { EMPTY_BLOCK } from "@secret-handoff/protocol/company";
import { DARK, LIGHT, MARK_DRAWING, type Palette } from "@secret-handoff/protocol/theme";
import { type Metafile, transform } from "esbuild";
import { buildLanguages } from "./build-languages.ts";
import { buildScripts, TARGET } from "./build-scripts.ts";
import { cannotRun, footer, product } from "./wording.ts";

/** The recipient's page: the document, and the policy that it must be served under. */
export type BuiltPage = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What the page fetches to speak another language than English, by its tag. */
  readonly languages: Readonly<Record<string, string>>;
  /** Scripts that the page fetches when they are needed, by their name. The policy lets these run, and no other. */
  readonly modules: Readonly<Record<string, string>>;
  /** What the scripts were made of, their paths as seen from the repository's root. */
  readonly metafile: Metafile;
};

/**
 * Builds the one HTML file, script and style inline, and what it fetches later. The same sources give the same bytes, whatever the
 * folder or the day.
 * @throws Error from esbuild when a source does not compile
 */
export async function buildPage(): Promise<BuiltPage> {
  const { languages, root } = await buildLanguages();
  const [{ script, modules, metafile }, style] = await Promise.all([buildScripts(root), buildStyle()]);
  const scripts = [script, ...Object.values(modules)];
  return {
    languages,
    modules,
    html: documentOf({ script, style }),
    contentSecurityPolicy: contentSecurityPolicy({ scripts, style }),
    metafile,
  };
}

async function buildStyle(): Promise<string> {
  const source = await readFile(new URL("./style.css", import.meta.url), "utf8");
  const { code } = await transform(paletteCss() + source, {
    loader: "css",
    minify: true,
    target: TARGET,
    charset: "utf8",
  });
  return code.trim();
}

/** The palettes as custom properties, for the top of the style sheet. A company's own colours go before: company.ts sets them. */
function paletteCss(): string {
  const properties = (palette: Palette, own: Readonly<Partial<Record<string, string>>>) =>
    Object.entries(palette)
      .map(([name, value]) => `--${name}:${own[name] ? `var(${own[name]},${value})` : value};`)
      .join("");
  const light = properties(LIGHT, { accent: "--c0", tint: "--c1" });
  const dark = properties(DARK, { accent: "--c2", tint: "--c3" });
  return `:root{color-scheme:light dark;${light}}@media screen and (prefers-color-scheme:dark){:root{${dark}}}`;
}

/** The tab's icon, as data: so that no second request is made for one. */
const ICON =
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' fill='${LIGHT.accent}' stroke='white' ${MARK_DRAWING}/></svg>`.replace(
    "#",
    "%23",
  );

const MARK = `<svg class='mark' aria-hidden='true' ${MARK_DRAWING}/></svg>`;

/** The document round the script and the style. Nothing in it is loaded from anywhere. */
function documentOf({ script, style }: { readonly script: string; readonly style: string }): string {
  const [heading, ...body] = cannotRun;
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
<main id="main"><section class="card late"><h1>${heading}</h1>${sentences}</section></main>
<p id="clipboard" class="bar"></p>
<p id="announcer" class="unseen" role="status"></p>
<footer class="foot">${footer}</footer>
${EMPTY_BLOCK}
<script>${script}</script>
</body>
</html>
`;
}

/**
 * Nothing but these scripts and this style, talking to its own origin. No markup from strings (Trusted Types); the one policy that the
 * page may make lets through the texts of its modules (modules.ts). `img-src data:` is for the tab's icon: without one of its own a
 * browser asks the service for /favicon.ico.
 */
function contentSecurityPolicy({
  scripts,
  style,
}: {
  readonly scripts: readonly string[];
  readonly style: string;
}): string {
  return [
    "default-src 'none'",
    `script-src ${scripts.map((script) => `'${hashOf(script)}'`).join(" ")}`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types secret-handoff",
  ].join("; ");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
