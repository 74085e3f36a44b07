import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { minify } from "@swc/core";
import { build, type Metafile, type Plugin } from "esbuild";
import {
  computedConstants,
  ownLibraries,
  quietProtocolErrors,
  SHIMS,
  withoutMessages,
} from "./build-sources.ts";

/**
 * Builds the page's script, and the modules that it fetches. esbuild splits the code; but what it leaves are ES modules that import each
 * other by address, which the page's policy does not allow. So each becomes a script of its own that takes what it shares with the
 * page's script from `handoff.shared`, and puts what it exports into `handoff`.
 */

export const TARGET = "safari15";
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const OUT = `${ROOT}out`;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the page fetches when it is needed, by name: `import("…/NAME.ts")` loads it. */
const MODULES: Readonly<Record<string, string>> = {
  "opened-screens": here("./views/opened-screens.ts"),
  managers: here("./views/managers.ts"),
  "passphrase-key": here("../../protocol/src/passphrase-key.ts"),
};

export type BuiltScripts = {
  readonly script: string;
  readonly modules: Readonly<Record<string, string>>;
  readonly metafile: Metafile;
};

/**
 * @param languagesRoot by which the page knows its translations
 * @param openedStyle the rule with all that an opened secret looks like
 */
export async function buildScripts(languagesRoot: string, openedStyle: string): Promise<BuiltScripts> {
  const { files, metafile } = await split({ LANGUAGES_ROOT: languagesRoot, OPENED_STYLE: openedStyle });
  const ofPage = withImports("main.js", files);
  const names = Object.keys(MODULES);
  const shared = sharedNames(names, ofPage, files);
  const modules: Record<string, string> = {};
  for (const name of names) modules[name] = await moduleScript(name, metafile, shared, files);
  const hashes = Object.values(modules).map((text) => createHash("sha256").update(text).digest("base64url"));
  const script = await scriptOf(
    `import "./main.js";
    ${shared.map(({ file, name, as }) => `import { ${name} as ${as} } from "./${file}";`).join("\n")}
    globalThis.handoff = { shared: [${shared.map(({ as }) => as).join()}] };`,
    fromFiles(files),
    { MODULE_HASHES: JSON.stringify(hashes.join(" ")) },
  );
  return { script, modules, metafile };
}

type Files = ReadonlyMap<string, string>;

/** The page's script and the modules as ES modules, with what two of them share in files of its own. */
async function split(
  constants: Readonly<Record<string, string>>,
): Promise<{ readonly files: Files; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: ROOT,
    metafile: true,
    entryPoints: { main: here("./main.ts"), ...MODULES },
    outdir: OUT,
    bundle: true,
    splitting: true,
    write: false,
    format: "esm",
    platform: "browser",
    target: TARGET,
    // Safari has them since 11.1; esbuild spells some of them out all the same.
    supported: { "regexp-unicode-property-escapes": true },
    inject: [SHIMS],
    plugins: [ownLibraries, quietProtocolErrors, computedConstants, withoutMessages],
    define: {
      ...Object.fromEntries(Object.entries(constants).map(([name, text]) => [name, JSON.stringify(text)])),
      "Object.hasOwn": "hasOwn",
      Error: "QuietError",
      TypeError: "QuietError",
      RangeError: "QuietError",
    },
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  return {
    files: new Map(outputFiles.map(({ path, text }) => [path.slice(OUT.length + 1), text])),
    metafile,
  };
}

/** A name that the page's script hands over, and the one that stands for it on the way. */
type Shared = { readonly file: string; readonly name: string; readonly as: string };

const IMPORTS = /^import (?:\{([^}]*)\} from )?"\.\/([^"]+)";/gm;

/** A file, and all that it imports. */
function withImports(file: string, files: Files, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const [, , imported = ""] of (files.get(file) ?? "").matchAll(IMPORTS))
    withImports(imported, files, found);
  return found;
}

/** What modules take from files of the page's script. What only modules share, each of them has. */
function sharedNames(
  modules: readonly string[],
  ofPage: ReadonlySet<string>,
  files: Files,
): readonly Shared[] {
  const importers = new Set(modules.flatMap((name) => [...withImports(`${name}.js`, files)]));
  const shared = new Map<string, Shared>();
  for (const importer of importers) {
    if (ofPage.has(importer)) continue;
    for (const [, names = "", file = ""] of (files.get(importer) ?? "").matchAll(IMPORTS)) {
      if (!ofPage.has(file)) continue;
      for (const name of names.split(",").map((part) => part.trim().split(" as ")[0] ?? "")) {
        if (name === "" || shared.has(`${file} ${name}`)) continue;
        shared.set(`${file} ${name}`, { file, name, as: `shared${shared.size}` });
      }
    }
  }
  return [...shared.values()];
}

function moduleScript(
  name: string,
  metafile: Metafile,
  shared: readonly Shared[],
  files: Files,
): Promise<string> {
  const exported = metafile.outputs[`out/${name}.js`]?.exports ?? [];
  const fromPage: Plugin = {
    name: "from-the-page",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\.\// }, ({ path }) =>
        shared.some(({ file }) => path === `./${file}`)
          ? { path: path.slice(2), namespace: "page" }
          : undefined,
      );
      onLoad({ filter: /./, namespace: "page" }, ({ path }) => ({
        contents: shared
          .flatMap(({ file, name: what }, at) =>
            file === path
              ? [`const part${at} = handoff.shared[${at}]; export { part${at} as ${what} };`]
              : [],
          )
          .join("\n"),
      }));
    },
  };
  return scriptOf(
    `import { ${exported.join()} } from "./${name}.js"; handoff[${JSON.stringify(name)}] = { ${exported.join()} };`,
    [fromPage, ...fromFiles(files)],
  );
}

function fromFiles(files: Files): Plugin[] {
  return [
    {
      name: "from-files",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^\.\// }, ({ path }) => ({ path: path.slice(2), namespace: "split" }));
        onLoad({ filter: /./, namespace: "split" }, ({ path }) => {
          const contents = files.get(path);
          if (contents === undefined) throw new Error(`there is no ${path}`);
          return { contents };
        });
      },
    },
  ];
}

/** One script of its own. */
async function scriptOf(
  contents: string,
  plugins: Plugin[],
  define: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: ROOT },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: TARGET,
    supported: { "regexp-unicode-property-escapes": true },
    plugins,
    define,
    legalComments: "none",
    charset: "utf8",
    logLevel: "silent",
  });
  // A second hand takes out a twentieth of what esbuild leaves, which inlines and evaluates less; and a second time a little more.
  let code = outputFiles[0]?.text ?? "";
  for (let round = 0; round < 2; round += 1) {
    ({ code } = await minify(code, {
      compress: {
        passes: 3,
        keep_fargs: false,
        unsafe_arrows: true,
        unsafe_methods: true,
        pure_getters: true,
      },
      mangle: { toplevel: true },
      ecma: 2020,
      format: { comments: false },
    }));
  }
  const script = code.trim();
  if (script === "" || /<\/script|<!--/i.test(script)) {
    throw new Error("a script of the page is empty, or would end its own element");
  }
  return script;
}
