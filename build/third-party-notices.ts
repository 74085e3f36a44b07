import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Metafile } from "esbuild";

type Manifest = { readonly name: string; readonly version: string; readonly license?: string };

const RULE = "=".repeat(80);

/**
 * Names, versions and licences of every package of which a bundle holds a byte. Packages under the same text share it. No
 * path, no date: the same packages give the same bytes.
 * @param holders what holds them, as the beginning of a sentence
 * @param metafiles of the bundles, each made with `root` as its absWorkingDir
 * @param beside folders of packages, from `root`, of which files lie beside the bundles
 */
export async function thirdPartyNotices(
  holders: string,
  metafiles: readonly Metafile[],
  root: string,
  beside: readonly string[] = [],
): Promise<string> {
  const bundled = metafiles
    .flatMap(({ outputs }) => Object.values(outputs))
    .flatMap(({ inputs }) => Object.entries(inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => fromRoot(path, root))
    .flatMap((path) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []);
  const folders = new Set([...bundled, ...beside]);
  const packages = await Promise.all([...folders].sort().map((folder) => describe(join(root, folder))));
  const titlesOf = new Map<string, string[]>();
  for (const { title, text } of packages) titlesOf.set(text, [...(titlesOf.get(text) ?? []), title]);
  const notices = [...titlesOf].map(([text, titles]) => `${titles.join("\n")}\n\n${text}`);
  return [`${holders} code of these packages, under the licences that follow them.`, ...notices]
    .join(`\n\n${RULE}\n\n`)
    .concat("\n");
}

/** A plugin's file comes with its namespace, and from the machine's root: `own:/home/me/checkout/node_modules/…`. */
function fromRoot(path: string, root: string): string {
  return relative(root, resolve(root, path.replace(/^[\w-]+:(?=\/)/, ""))).replaceAll("\\", "/");
}

async function describe(folder: string): Promise<{ readonly title: string; readonly text: string }> {
  const { name, version, license }: Manifest = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return {
    title: `${name} ${version} (${license ?? "licence not stated"})`,
    text: texts.map((text) => text.replace(/\r\n/g, "\n").trim()).join("\n\n"),
  };
}
