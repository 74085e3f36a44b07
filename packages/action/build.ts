import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { librariesApart, OPENPGP_FOLDER, openPgpFile } from "../../build/libraries-apart.ts";
import { thirdPartyNotices } from "../../build/third-party-notices.ts";

/**
 * Bundles the action: `tsx packages/action/build.ts` writes dist, `--check` fails when what is committed differs. Not minified:
 * reviewers can read what runs on their runners, and most of a minifier's gain is in comments and names.
 */

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = new URL("./dist/", import.meta.url);

/**
 * The toolkit loads an HTTP client (undici) for things that this action does not use. Without side effects to fear, esbuild
 * leaves it out.
 */
const leaveOutUnused: Plugin = {
  name: "leave-out-unused",
  setup: ({ onResolve, resolve }) => {
    onResolve({ filter: /^\.\/oidc-utils\.js$|^@actions\/(http-client|exec|io)/ }, async (args) => {
      if (args.pluginData === leaveOutUnused || !/@actions[\\/]/.test(args.importer)) return undefined;
      const { kind, importer, resolveDir } = args;
      const found = await resolve(args.path, { kind, importer, resolveDir, pluginData: leaveOutUnused });
      return { path: found.path, errors: found.errors, sideEffects: false };
    });
  },
};

const SHARED = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  mainFields: ["module", "main"],
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  write: false,
} as const satisfies BuildOptions;

const AGE = "age.cjs";
const OPENPGP = "openpgp.cjs";

const main = await build({
  ...SHARED,
  entryPoints: ["packages/action/src/main.ts"],
  outfile: "packages/action/dist/index.cjs",
  plugins: [leaveOutUnused, librariesApart({ "age-encryption": AGE, openpgp: OPENPGP })],
});
const age = await build({
  ...SHARED,
  stdin: { contents: 'export * from "age-encryption";', resolveDir: root },
  outfile: `packages/action/dist/${AGE}`,
});

const files = new Map([
  ["index.cjs", main.outputFiles[0]?.text ?? ""],
  [AGE, age.outputFiles[0]?.text ?? ""],
  [OPENPGP, await openPgpFile(root, OPENPGP)],
  [
    "THIRD-PARTY.txt",
    await thirdPartyNotices("packages/action/dist contains", [main.metafile, age.metafile], root, [
      OPENPGP_FOLDER,
    ]),
  ],
]);

if (process.argv.includes("--check")) {
  const stale = [];
  for (const [name, text] of files) {
    const committed = await readFile(new URL(name, dist), "utf8").catch(() => undefined);
    if (committed !== text) stale.push(name);
  }
  if (stale.length > 0) {
    process.stderr.write(
      `packages/action/dist is not what the source builds: ${stale.join(", ")}. Run npm run build.\n`,
    );
    process.exitCode = 1;
  }
} else {
  for (const [name, text] of files) await writeFile(new URL(name, dist), text);
}
