import { rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "@secret-handoff/page";
import { build, type Metafile, type Plugin } from "esbuild";
import { thirdPartyNotices } from "../../build/third-party-notices.ts";
import { encodePage } from "./src/recipient/page.ts";

/**
 * Builds the functions into dist/NAME (or into the folder that is named), each folder an asset of its own with its index.js.
 * What only some calls need is a file beside it, so that a start does not read it. THIRD-PARTY.txt lies beside the folders. Byte
 * for byte reproducible.
 */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = here("../../");
const dist = resolve(process.argv[2] ?? here("dist"));
const FUNCTIONS = {
  recipient: ["code-mailer"],
  sender: ["kms-recipients"],
  drainer: [],
  sweeper: [],
  sealer: [],
} as const;

/** `import("./x.ts")` of such a file becomes `import("./x.js")` at run time. */
const besideIndex: Plugin = {
  name: "beside-index",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\// }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path: path.replace(/\.ts$/, ".js"), external: true } : undefined,
    );
  },
};

rmSync(dist, { recursive: true, force: true });
const metafiles: Metafile[] = [];
for (const [name, beside] of Object.entries(FUNCTIONS)) {
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: {
      index: here(`src/handlers/${name}.ts`),
      ...Object.fromEntries(beside.map((file) => [file, here(`src/handlers/${file}.ts`)])),
    },
    outdir: join(dist, name),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    plugins: [besideIndex],
    // Lambda gives credentials in the environment; the default chain would load every other way to come by them.
    alias: { "@aws-sdk/credential-provider-node": here("src/handlers/credentials.ts") },
  });
  metafiles.push(metafile);
}
const page = await buildPage();
metafiles.push(page.metafile);
const { contentSecurityPolicy, bodies, fetched } = encodePage(page);
console.log(
  `page: ${bodies.identity.length} bytes, ${bodies.br.length} with brotli, ${bodies.gzip.length} with gzip`,
);
const recipient = (file: string) => join(dist, "recipient", file);
writeFileSync(recipient("page.csp"), contentSecurityPolicy);
writeFileSync(recipient("page.fetched"), Object.keys(fetched).join("\n"));
const files = [
  ["page.html", bodies],
  ...Object.entries(fetched).map(([path, file]) => [path.replace("/", "."), file] as const),
] as const;
for (const [name, { identity, br, gzip }] of files) {
  writeFileSync(recipient(name), identity);
  writeFileSync(recipient(`${name}.br`), br);
  writeFileSync(recipient(`${name}.gz`), gzip);
}
writeFileSync(
  join(dist, "THIRD-PARTY.txt"),
  await thirdPartyNotices("The functions, and the page that one of them serves, contain", metafiles, root),
);
