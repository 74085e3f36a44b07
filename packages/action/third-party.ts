import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";

type Manifest = { readonly name: string; readonly version: string; readonly license?: string };

/** Names, versions and licence texts of every package of which the bundle holds a byte, sorted, without any path. */
export async function thirdPartyNotices(metafile: Metafile, root: string): Promise<string> {
  const folders = new Set(
    Object.values(metafile.outputs)
      .flatMap(({ inputs }) => Object.entries(inputs))
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? []),
  );
  const notices = await Promise.all([...folders].map((folder) => noticeOf(join(root, folder))));
  return [
    "packages/action/dist/index.cjs contains code of these packages, under the licences that follow.",
    ...notices.sort(),
  ].join(`\n\n${"=".repeat(80)}\n\n`);
}

async function noticeOf(folder: string): Promise<string> {
  const { name, version, license }: Manifest = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  );
  const files = (await readdir(folder)).filter((file) => /^(licen[cs]e|notice)(\.|$)/i.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  const bodies = texts.map((text) => text.replace(/\r\n/g, "\n").trim());
  return [`${name} ${version} (${license ?? "licence not stated"})`, ...bodies].join("\n\n");
}
