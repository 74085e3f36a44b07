import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { EMPTY_BLOCK } from "@secret-handoff/protocol/company";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { hashOf, keyOf, parentOf } from "@secret-handoff/protocol/recipient";
import { LIGHT, MARK_DRAWING } from "@secret-handoff/protocol/theme";
import type { Metafile } from "esbuild";
import { buildScripts } from "./build-scripts.ts";
import { buildStyles } from "./build-styles.ts";
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
  const [{ languages, root }, { style, openedStyle }] = await Promise.all([buildLanguages(), buildStyles()]);
  const { script, modules, metafile } = await buildScripts(root, openedStyle);
  const scripts = [script, ...Object.values(modules)];
  return {
    languages,
    modules,
    html: documentOf({ script, style }),
    contentSecurityPolicy: contentSecurityPolicy({ scripts, style }),
    metafile,
  };
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
<style id="style">${style}</style>
</head>
<body>
<header class="top">${MARK}<span>${product}</span></header>
<main id="main"><section class="card late"><h1>${heading}</h1>${sentences}</section></main>
<aside id="clipboard" class="bar"></aside>
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
    `script-src ${scripts.map((script) => `'${cspHash(script)}'`).join(" ")}`,
    `style-src '${cspHash(style)}'`,
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types secret-handoff",
  ].join("; ");
}

function cspHash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/**
 * What the page fetches to speak another language than English: `de` for a first load, `de-opened` for what an opened secret needs. And
 * the root by which it knows them all.
 */
type BuiltLanguages = {
  readonly languages: Readonly<Record<string, string>>;
  readonly root: string;
};

/**
 * Writes the files: the way from each to the root of a Merkle tree over all of them, then its sentences. The page holds the root
 * alone, 43 characters for all languages, and so takes no other sentence than those that it was built with.
 */
async function buildLanguages(): Promise<BuiltLanguages> {
  const names = LANGUAGE_TAGS.filter((tag) => tag !== "en").flatMap((tag) => [tag, `${tag}-opened`]);
  const tables = await Promise.all(
    names.map(async (name) => {
      const source = await readFile(new URL(`./languages/${name}.json`, import.meta.url), "utf8");
      return [name, linesOf(JSON.parse(source))] as const;
    }),
  );
  const { root, paths } = merkleTree(tables.map(([name, lines]) => hashOf(`${name}\n${lines}`)));
  return {
    root,
    languages: Object.fromEntries(
      tables.map(([name, lines], index) => [name, `${paths[index]?.join(" ")}\n${lines}`]),
    ),
  };
}

/** A line for each sentence, its key before it. @throws Error where a line cannot hold it, or a key is taken */
function linesOf(table: Readonly<Record<string, string>>): string {
  const keys = new Set<string>();
  const lines = Object.entries(table).map(([sentence, told]) => {
    const key = keyOf(sentence);
    if (told.includes("\n") || keys.has(key))
      throw new Error(`there is no line for this sentence: ${sentence}`);
    keys.add(key);
    return key + told;
  });
  return lines.join("\n");
}

/** @returns the root, and for each leaf its siblings on the way there; what has none moves up as it is */
function merkleTree(leaves: readonly string[]): {
  readonly root: string;
  readonly paths: readonly (readonly string[])[];
} {
  const paths: string[][] = leaves.map(() => []);
  let nodes = leaves.map((hash, index) => ({ hash, below: [index] }));
  while (nodes.length > 1) {
    const parents: typeof nodes = [];
    for (let at = 0; at < nodes.length; at += 2) {
      const [left, right] = nodes.slice(at, at + 2);
      if (!left) continue;
      if (!right) {
        parents.push(left);
        continue;
      }
      for (const index of left.below) paths[index]?.push(right.hash);
      for (const index of right.below) paths[index]?.push(left.hash);
      parents.push({ hash: parentOf(left.hash, right.hash), below: [...left.below, ...right.below] });
    }
    nodes = parents;
  }
  return { root: nodes[0]?.hash ?? "", paths };
}
