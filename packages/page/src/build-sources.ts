import { readFile } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import type { ImportKind, Plugin } from "esbuild";

/** What the build does to sources before it bundles them: all of it is about bytes. */

export const SHIMS = fileURLToPath(new URL("./shims.ts", import.meta.url));
const MODULES = fileURLToPath(new URL("./modules.ts", import.meta.url));

/** The protocol's own errors go the way of all others: shims.ts says why. */
export const quietProtocolErrors: Plugin = {
  name: "quiet-protocol-errors",
  setup: ({ onResolve }) => onResolve({ filter: /^\.\.?\/errors\.ts$/ }, () => ({ path: SHIMS })),
};

/**
 * Takes the arguments out of `new Error(…)`, and all but the code out of `new ProtocolError(…)`, before anything is bundled: a minifier
 * keeps a template for what its values might do, and with it all that is passed along to make a message.
 */
export const withoutMessages: Plugin = {
  name: "without-messages",
  setup: ({ onLoad }) =>
    onLoad({ filter: /(?:@noble|@scure|(?:protocol|page)[\\/]src)[\\/].*\.[jt]s$/ }, async ({ path }) => ({
      contents: fetchedModules(dropMessages(await readFile(path, "utf8"))),
      loader: path.endsWith(".ts") ? "ts" : "js",
    })),
};

/**
 * SHA-256's 64 round constants are the fractions of the cube roots of the first primes (FIPS 180-4, 4.2.2), and the one part of the
 * page that does not compress: 0.3 KB. The page computes them, in numbers that hold 18 bits more than are taken; the build compares
 * them with the library's own.
 */
const ROUND_CONSTANTS = `(() => {
  const primes = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime)) primes.push(n);
  return Uint32Array.from(primes, (prime) => (Math.cbrt(prime) % 1) * 2 ** 32);
})()`;

export const computedConstants: Plugin = {
  name: "computed-constants",
  setup: ({ onLoad }) =>
    onLoad({ filter: /@noble[\\/]hashes[\\/]sha2\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const [literal = "", numbers = ""] =
        /Uint32Array\.from\(\[([\s\da-fx,]*0x428a2f98[\s\da-fx,]*)\]\)/.exec(source) ?? [];
      const expected = numbers.split(",").flatMap((text) => (text.trim() === "" ? [] : [Number(text)]));
      const computed: Uint32Array = runInNewContext(ROUND_CONSTANTS);
      if (expected.length !== 64 || expected.some((constant, index) => constant !== computed[index]))
        throw new Error("the library's round constants are not where they were, or not what FIPS 180-4 says");
      return { contents: dropMessages(source.replace(literal, ROUND_CONSTANTS)), loader: "js" };
    }),
};

function dropMessages(source: string): string {
  return source
    .replace(/new ((?:Type|Range|Protocol)?Error)\(/g, "$&\0")
    .split("\0")
    .reduce((before, after) => {
      const end = endOfArguments(after);
      const [code = ""] = before.endsWith("ProtocolError(") ? (/^\s*[\w."]+/.exec(after) ?? []) : [];
      return before + code + after.slice(end);
    });
}

/** Where the parenthesis closes that stands open before this text; strings and templates in it hold none that count. */
function endOfArguments(text: string): number {
  let depth = 1;
  for (const { 0: token, index } of text.matchAll(
    /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|[()]/g,
  )) {
    if (token === "(") depth += 1;
    if (token === ")") depth -= 1;
    if (depth === 0) return index;
  }
  throw new Error("an argument list of a dependency has no end");
}

/**
 * What only KDBX files need of a library comes with their module. Shared with the page's script, the whole file would: esbuild splits by
 * files, and SHA-512 lies in one with SHA-256.
 */
export const ownLibraries: Plugin = {
  name: "own-libraries",
  setup({ onResolve, onLoad, resolve }) {
    const own = async (path: string, { kind, resolveDir }: { kind: ImportKind; resolveDir: string }) => {
      const found = await resolve(path, { kind, resolveDir, pluginData: "found" });
      return { path: found.path, namespace: "own", sideEffects: false };
    };
    onResolve({ filter: /^@noble\// }, ({ path, importer, pluginData, ...how }) =>
      pluginData !== "found" && /saving[\\/]kdbx\.ts$/.test(importer) ? own(path, how) : undefined,
    );
    onResolve({ filter: /./, namespace: "own" }, ({ path, pluginData, importer, ...how }) =>
      pluginData === "found" ? undefined : own(path, { ...how, resolveDir: dirname(importer) }),
    );
    onLoad({ filter: /./, namespace: "own" }, async ({ path }) => ({
      contents: dropMessages(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};

/** `import("./x.ts")` becomes a fetch of the module of that name (modules.ts). */
function fetchedModules(source: string): string {
  const loading = source.replace(
    /\bimport\("([^"]+)"\)/g,
    (_, path: string) => `loadModule(${JSON.stringify(basename(path, ".ts"))})`,
  );
  return loading === source ? source : `import { loadModule } from ${JSON.stringify(MODULES)};\n${loading}`;
}
