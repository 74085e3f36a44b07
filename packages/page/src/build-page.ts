import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DARK, LIGHT, type Palette } from "@secret-handoff/protocol/theme";
import { minify } from "@swc/core";
import { build, type Metafile, type Plugin, transform } from "esbuild";
import { cannotRun, footer, product } from "./wording.ts";

/** The recipient's page: the document, and the policy that it must be served under. */
export type BuiltPage = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What the script was made of, its paths as seen from the repository's root. */
  readonly metafile: Metafile;
};

const TARGET = "safari15";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const SHIMS = fileURLToPath(new URL("./shims.ts", import.meta.url));

/** The protocol's own errors go the way of all others: shims.ts says why. */
const quietProtocolErrors: Plugin = {
  name: "quiet-protocol-errors",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\/errors\.ts$/ }, () => ({ path: SHIMS })),
};

/**
 * Builds the one HTML file, script and style inline. The same sources give the same bytes, whatever the folder or the day.
 * @throws Error from esbuild when a source does not compile
 */
export async function buildPage(): Promise<BuiltPage> {
  const [{ script, metafile }, style] = await Promise.all([buildScript(), buildStyle()]);
  return {
    html: documentOf({ script, style }),
    contentSecurityPolicy: contentSecurityPolicy({ script, style }),
    metafile,
  };
}

async function buildScript(): Promise<{ readonly script: string; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: [fileURLToPath(new URL("./main.ts", import.meta.url))],
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: TARGET,
    // Safari has them since 11.1; esbuild spells some of them out all the same.
    supported: { "regexp-unicode-property-escapes": true },
    inject: [SHIMS],
    plugins: [quietProtocolErrors],
    define: {
      "Object.hasOwn": "hasOwn",
      Error: "QuietError",
      TypeError: "QuietError",
      RangeError: "QuietError",
    },
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  // A second hand takes out a twentieth of what esbuild leaves, which inlines and evaluates less.
  const { code } = await minify(outputFiles[0]?.text ?? "", {
    compress: { passes: 3 },
    mangle: { toplevel: true },
    ecma: 2020,
    format: { comments: false },
  });
  const script = code.trim();
  if (script === "" || /<\/script|<!--/i.test(script)) {
    throw new Error("the page's script is empty, or would end its own element");
  }
  return { script, metafile };
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

/** The palettes as custom properties, for the top of the style sheet. */
function paletteCss(): string {
  const properties = (palette: Palette) =>
    Object.entries(palette)
      .map(([name, value]) => `--${name}:${value};`)
      .join("");
  return `:root{color-scheme:light dark;${properties(LIGHT)}}@media screen and (prefers-color-scheme:dark){:root{${properties(DARK)}}}`;
}

const DRAWING = `viewBox='0 0 32 32'><rect width='32' height='32' rx='8' stroke='none'/><path d='M10 15v-3a6 6 0 0 1 12 0v3m-13 0h14v9H9z' fill='none' stroke-width='2.5' stroke-linejoin='round'`;

/** The tab's icon, as data: so that no second request is made for one. */
const ICON =
  `data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' fill='${LIGHT.accent}' stroke='white' ${DRAWING}/></svg>`.replace(
    "#",
    "%23",
  );

const MARK = `<svg class='mark' aria-hidden='true' ${DRAWING}/></svg>`;

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
<script>${script}</script>
</body>
</html>
`;
}

/**
 * Nothing but this one script and style, talking to its own origin; no markup from strings (Trusted Types). `img-src data:` is
 * for the tab's icon: without one of its own a browser asks the service for /favicon.ico.
 */
function contentSecurityPolicy({
  script,
  style,
}: {
  readonly script: string;
  readonly style: string;
}): string {
  return [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join("; ");
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
