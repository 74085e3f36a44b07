import { readFile } from "node:fs/promises";
import { DARK, LIGHT, type Palette } from "@secret-handoff/protocol/theme";
import { transform } from "esbuild";
import { TARGET } from "./build-scripts.ts";

export type BuiltStyles = {
  /** What the document holds. */
  readonly style: string;
  /** The rest, as one rule: it comes with the screens of an opened secret, so that a first load stays small. */
  readonly openedStyle: string;
};

/** @throws Error from esbuild when a style sheet is malformed */
export async function buildStyles(): Promise<BuiltStyles> {
  const [first, opened] = await Promise.all([source("style.css"), source("style-opened.css")]);
  return {
    style: await minified(paletteCss() + first),
    openedStyle: await minified(`@media all{${opened}}`),
  };
}

function source(name: string): Promise<string> {
  return readFile(new URL(`./${name}`, import.meta.url), "utf8");
}

async function minified(css: string): Promise<string> {
  const { code } = await transform(css, { loader: "css", minify: true, target: TARGET, charset: "utf8" });
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
