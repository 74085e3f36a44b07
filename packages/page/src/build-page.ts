import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { DARK, LIGHT, MARK_DRAWING, type Palette } from "@secret-handoff/protocol/theme";
import { minify } from "@swc/core";
import { build, type Metafile, type Plugin, transform } from "esbuild";
import { cannotRun, footer, product } from "./wording.ts";

/** The recipient's page: the document, and the policy that it must be served under. */
export type BuiltPage = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What the page fetches to speak another language than English, by its tag: a line of hashes, and a table in JSON. */
  readonly languages: Readonly<Record<string, string>>;
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
 * Takes the arguments out of `new Error(…)`, and all but the code out of `new ProtocolError(…)`, before anything is bundled: a minifier
 * keeps a template for what its values might do, and with it all that is passed along to make a message.
 */
const withoutMessages: Plugin = {
  name: "without-messages",
  setup: ({ onLoad }) =>
    onLoad({ filter: /(?:@noble|@scure|(?:protocol|page)[\\/]src)[\\/].*\.[jt]s$/ }, async ({ path }) => ({
      contents: dropMessages(await readFile(path, "utf8")),
      loader: path.endsWith(".ts") ? "ts" : "js",
    })),
};

/**
 * SHA-256's 64 round constants are the fractions of the cube roots of the first primes (FIPS 180-4, 4.2.2), and the one part of the
 * page that does not compress: 0.3 KB. The page computes them, in numbers that hold 18 bits more than are taken; the build compares
 * them with the library's own.
 */
const ROUND_CONSTANTS = `(() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return Uint32Array.from(primes, (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
})()`;

const computedConstants: Plugin = {
  name: "computed-constants",
  setup: ({ onLoad }) =>
    onLoad({ filter: /@noble[\\/]hashes[\\/]sha2\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const [literal = "", numbers = ""] =
        /Uint32Array\.from\(\[([\s\da-fx,]*0x428a2f98[\s\da-fx,]*)\]\)/.exec(source) ?? [];
      const expected = numbers.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
      const computed: Uint32Array = runInNewContext(ROUND_CONSTANTS);
      if (expected.length !== 64 || expected.some((constant, index) => constant !== computed[index]))
        throw new Error("the library's round constants are not where they were, or not what FIPS 180-4 says");
      return { contents: dropMessages(source.replace(literal, ROUND_CONSTANTS)), loader: "js" };
    }),
};

export function dropMessages(source: string): string {
  return source
    .replace(/new ((?:Type|Range|Protocol)?Error)\(/g, "$&\0")
    .split("\0")
    .reduce((before, after) => {
      const end = endOfArguments(after);
      const [code = ""] = before.endsWith("ProtocolError(") ? (/^\s*[\w."]+/.exec(after) ?? []) : [];
      return before + code + after.slice(end);
    });
}

/** Where the parenthesis closes that stands open before this text; strings and templates in it hold none that count. */
function endOfArguments(text: string): number {
  let depth = 1;
  for (const { 0: token, index } of text.matchAll(
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[()]/g,
  )) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth === 0) return index;
  }
  throw new Error("an argument list of a dependency has no end");
}

/**
 * Builds the one HTML file, script and style inline. The same sources give the same bytes, whatever the folder or the day.
 * @throws Error from esbuild when a source does not compile
 */
export async function buildPage(): Promise<BuiltPage> {
  const { languages, hash } = await buildLanguages();
  const [{ script, metafile }, style] = await Promise.all([buildScript(hash), buildStyle()]);
  return {
    languages,
    html: documentOf({ script, style }),
    contentSecurityPolicy: contentSecurityPolicy({ script, style }),
    metafile,
  };
}

/**
 * Each file begins with the hashes of all of them. The page holds the hash of that line alone, 43 characters for eleven languages, and so
 * takes no other sentence than those that it was built with.
 */
async function buildLanguages(): Promise<{
  readonly languages: Readonly<Record<string, string>>;
  readonly hash: string;
}> {
  const tables = await Promise.all(
    LANGUAGE_TAGS.filter((tag) => tag !== "en").map(async (tag) => {
      const source = await readFile(new URL(`./languages/${tag}.json`, import.meta.url), "utf8");
      return [tag, JSON.stringify(JSON.parse(source))] as const;
    }),
  );
  const line = tables.map(([, table]) => sha256(table, "base64url")).join(" ");
  return {
    languages: Object.fromEntries(tables.map(([tag, table]) => [tag, `${line}\n${table}`])),
    hash: sha256(line, "base64url"),
  };
}

async function buildScript(
  languagesHash: string,
): Promise<{ readonly script: string; readonly metafile: Metafile }> {
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
    plugins: [quietProtocolErrors, computedConstants, withoutMessages],
    define: {
      LANGUAGES_HASH: JSON.stringify(languagesHash),
      "Object.hasOwn": "hasOwn",
      Error: "QuietError",
      TypeError: "QuietError",
      RangeError: "QuietError",
    },
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  // A second hand takes out a twentieth of what esbuild leaves, which inlines and evaluates less; and a second time a little more.
  let code = outputFiles[0]?.text ?? "";
  for (let round = 0; round < 2; round += 1) {
    ({ code } = await minify(code, {
      compress: {
        passes: 3,
        keep_fargs: false,
        unsafe_arrows: true,
        unsafe_methods: true,
        pure_getters: true,
      },
      mangle: { toplevel: true },
      ecma: 2020,
      format: { comments: false },
    }));
  }
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
  return `sha256-${sha256(text, "base64")}`;
}

function sha256(text: string, encoding: "base64" | "base64url"): string {
  return createHash("sha256").update(text).digest(encoding);
}
