import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minify } from "@swc/core";
import { build, transform } from "esbuild";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { leanErrors } from "./lean-errors.ts";
import { paletteCss } from "./look.ts";
import { documentOf } from "./shell.ts";

/** The recipient's page: the document, and the policy that it must be served under. */
export type BuiltPage = { readonly html: string; readonly contentSecurityPolicy: string };

const TARGET = "safari15";

/**
 * Builds the one HTML file, script and style inline. The same sources give the same bytes, whatever the folder or the day.
 * @throws Error from esbuild when a source does not compile
 */
export async function buildPage(): Promise<BuiltPage> {
  const [script, style] = await Promise.all([buildScript(), buildStyle()]);
  return {
    html: documentOf({ script, style }),
    contentSecurityPolicy: contentSecurityPolicy({ script, style }),
  };
}

async function buildScript(): Promise<string> {
  const { outputFiles } = await build({
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
  const text = code.trim();
  if (text === "" || /<\/script|<!--/i.test(text)) {
    throw new Error("the page's script is empty, or would end its own element");
  }
  return text;
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
