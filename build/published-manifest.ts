/** The packages that are compiled, in the order of their dependencies, with the folders that they carry beside their code. */
export const COMPILED: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sdk: [],
  lambda: ["dist"],
  cdktf: ["terraform-module"],
  local: [],
};

/** Files of other packages that a compiled one carries: from a path in the repository to a path in the package. */
export const CARRIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  local: {
    "action.yml": "action/action.yml",
    "packages/action/dist": "action",
  },
};

/** Modules that a checkout has and a package does not, below `src`, and what stands for them in the package's `imports`. */
export const REPLACED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  local: { "./src/built/from-checkout.ts": "./src/built/from-package.ts" },
};

/** All that npm publishes, dependencies first; the command line needs none of the others. */
export const PUBLISHED: readonly string[] = [...Object.keys(COMPILED), "cli"];

/** A package.json of ours, as far as publishing reads it. */
export type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly exports: string | Readonly<Record<string, string>>;
  readonly imports?: Readonly<Record<string, string>>;
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
 * @param replaced modules of a checkout, and those that the package has in their place
 */
export function publishedManifest(
  manifest: Manifest,
  files: readonly string[],
  replaced: Readonly<Record<string, string>> = {},
): Manifest & Record<string, unknown> {
  const {
    private: _private,
    exports: _exports,
    devDependencies: _devDependencies,
    imports = {},
    ...rest
  } = manifest;
  const built = (source: string) => source.replace(/^\.\/src\//, "./lib/").replace(/\.ts$/, "");
  const entries = Object.entries(conditionsOf(manifest)).map(
    ([entry, source]) => [entry, built(source)] as const,
  );
  const internal = Object.entries(imports).map(
    ([name, source]) => [name, built(replaced[source] ?? source)] as const,
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
    ...(internal.length > 0
      ? {
          imports: Object.fromEntries(
            internal.map(([name, path]) => [name, { import: `${path}.js`, require: `${path}.cjs` }]),
          ) as never,
        }
      : {}),
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
