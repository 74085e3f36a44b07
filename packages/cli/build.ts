import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "@secret-handoff/page";
import { build } from "esbuild";
import { librariesApart, OPENPGP_FOLDER, openPgpFile } from "../../build/libraries-apart.ts";
import { thirdPartyNotices } from "../../build/third-party-notices.ts";

/**
 * Builds the command into dist/ (or into the folder that is named): one small file that knows the help, and one for each thing that a
 * command loads. The same sources give the same bytes.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../");
const dist = resolve(process.argv[2] ?? here("dist"));

// The page of the same sources: verify-page compares what a service serves with it.
const { html, contentSecurityPolicy } = await buildPage();
const publishedPage = {
  sha256: createHash("sha256").update(html).digest("hex"),
  bytes: Buffer.byteLength(html),
  contentSecurityPolicy,
};

const OPENPGP = "openpgp.mjs";
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [here("src/main.ts")],
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: "[name]-[hash]",
  platform: "node",
  target: "node20.19",
  format: "esm",
  mainFields: ["module", "main"],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  plugins: [librariesApart({ openpgp: OPENPGP })],
  define: { PUBLISHED_PAGE: JSON.stringify(publishedPage) },
  // Packages in CommonJS load Node's modules by require, which an ES module does not have.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
});
chmodSync(join(dist, "main.js"), 0o755);
writeFileSync(join(dist, OPENPGP), await openPgpFile(root, OPENPGP));
writeFileSync(
  join(dist, "THIRD-PARTY.txt"),
  await thirdPartyNotices("This folder contains", [metafile], root, [OPENPGP_FOLDER]),
);
