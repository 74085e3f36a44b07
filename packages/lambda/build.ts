import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPage } from "@secret-handoff/page";
import { build } from "esbuild";

/** Builds the four functions into dist/NAME/index.js (or into the folder that is named), each an asset of its own. Byte for byte reproducible. */
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const dist = resolve(process.argv[2] ?? here("dist"));
const FUNCTIONS = ["recipient", "sender", "drainer", "sweeper"] as const;

rmSync(dist, { recursive: true, force: true });
for (const name of FUNCTIONS) {
  await build({
    absWorkingDir: here("../.."),
    entryPoints: [here(`src/handlers/${name}.ts`)],
    outfile: join(dist, name, "index.js"),
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    mainFields: ["module", "main"],
    minify: true,
    legalComments: "none",
    // Lambda gives credentials in the environment; the default chain would load every other way to come by them.
    alias: { "@aws-sdk/credential-provider-node": here("src/handlers/credentials.ts") },
  });
}
mkdirSync(join(dist, "recipient"), { recursive: true });
writeFileSync(join(dist, "recipient", "page.json"), JSON.stringify(await buildPage()));
