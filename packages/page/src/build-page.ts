import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { DARK, LIGHT, type Palette } from "@secret-handoff/protocol/theme";
import { minify } from "@swc/core";
import { build, type Metafile, transform } from "esbuild";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { leanErrors } from "./lean-errors.ts";
import { documentOf } from "./shell.ts";

/** The recipient's page: the document, and the policy that it must be served under. */
export type BuiltPage = {
  readonly html: string;
  readonly contentSecurityPolicy: string;
  /** What the script was made of, its paths as seen from the repository's root. */
  readonly metafile: Metafile;
};

const TARGET = "safari15";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

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
    minify: true,
    format: "iife",
    platform: "browser",
    target: TARGET,
    // Safari has them since 11.1; esbuild spells some of them out all the same.
    supported: { "regexp-unicode-property-escapes": true },
    plugins: [leanErrors],
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
