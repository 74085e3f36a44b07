/** The packages that are compiled, in the order of their dependencies, with the folders that they carry beside their code. */
export const COMPILED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sdk: [],
  lambda: ["dist"],
  cdktf: ["terraform-module"],
};

/** All that npm publishes, dependencies first; the command line needs none of the others. */
export const PUBLISHED: readonly string[] = [...Object.keys(COMPILED), "cli"];

/** A package.json of ours, as far as publishing reads it. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports: string | Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
};

/** The entry points of a manifest and their sources: `{ ".": "./src/index.ts" }`. */
export function conditionsOf({ exports }: Manifest): Readonly<Record<string, string>> {
  const entries = typeof exports === "string" ? { ".": exports } : exports;
  return Object.fromEntries(Object.entries(entries).filter(([, source]) => source.endsWith(".ts")));
}

/**
 * The manifest that npm publishes: its entry points lead to built JavaScript and declarations, for ES modules, for CommonJS, and for
 * TypeScript's older module resolution, which reads neither `exports` nor subpaths.
 * @param files what the package holds beside its manifest, README and licence
 */
export function publishedManifest(
  manifest: Manifest,
  files: readonly string[],
): Manifest & Record<string, unknown> {
  const { private: _private, exports: _exports, devDependencies: _devDependencies, ...rest } = manifest;
  const entries = Object.entries(conditionsOf(manifest)).map(
    ([entry, source]) => [entry, source.replace(/^\.\/src\//, "./lib/").replace(/\.ts$/, "")] as const,
  );
  const [, main = ""] = entries.find(([entry]) => entry === ".") ?? [];
  const subpaths = entries.filter(([entry]) => entry !== ".");
  return {
    ...rest,
    type: "module",
    main: `${main}.cjs`,
    types: `${main}.d.cts`,
    exports: {
      ...Object.fromEntries(
        entries.map(([entry, path]) => [
          entry,
          {
            import: { types: `${path}.d.ts`, default: `${path}.js` },
            require: { types: `${path}.d.cts`, default: `${path}.cjs` },
          },
        ]),
      ),
      "./package.json": "./package.json",
    } as never,
    ...(subpaths.length > 0
      ? {
          typesVersions: {
            "*": Object.fromEntries(subpaths.map(([entry, path]) => [entry.slice(2), [`${path}.d.cts`]])),
          },
        }
      : {}),
    files,
    publishConfig: { access: "public", provenance: true },
  };
}
