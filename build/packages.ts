/**
 * Builds what npm publishes: `npm run packages`. Each package is compiled to JavaScript with declarations, as ES modules and as
 * CommonJS, staged under .data/packages/NAME with its own manifest, and packed to .data/packages/NAME.tgz. In the repository,
 * manifests point at the TypeScript sources, so that nothing has to be built to run a test.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import {
  CARRIED,
  COMPILED,
  conditionsOf,
  type Manifest,
  PUBLISHED,
  publishedManifest,
  REPLACED,
} from "./published-manifest.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const out = join(root, ".data/packages");
const compiled = join(out, "compiled");

rmSync(out, { recursive: true, force: true });
run("node", "node_modules/typescript/bin/tsc", "--project", "build/tsconfig.packages.json");
run("node", "--import", "tsx", "packages/lambda/build.ts");
run("node", "--import", "tsx", "packages/action/build.ts");
for (const [name, folders] of Object.entries(COMPILED)) {
  const source = join(root, "packages", name);
  const target = join(out, name);
  const manifest: Manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const { [name]: replaced = {} } = REPLACED;
  for (const module of Object.keys(replaced)) {
    for (const extension of [".js", ".d.ts"])
      rmSync(join(compiled, name, module.replace(/\.ts$/, extension)));
  }
  writeModules(join(compiled, name, "src"), join(target, "lib"));
  copyScripts(join(source, "src"), join(target, "lib"));
  for (const folder of folders) cpSync(join(source, folder), join(target, folder), { recursive: true });
  const carried = Object.entries(CARRIED[name] ?? {});
  for (const [from, to] of carried) cpSync(join(root, from), join(target, to), { recursive: true });
  cpSync(join(source, "README.md"), join(target, "README.md"));
  cpSync(join(root, "LICENSE"), join(target, "LICENSE"));
  const published = publishedManifest(
    manifest,
    ["lib", ...folders, ...new Set(carried.map(([, to]) => to.replace(/\/.*/, "")))],
    replaced,
  );
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  console.log(`${published.name} ${published.version}: ${Object.keys(conditionsOf(manifest)).join(", ")}`);
}

stageCommand();
pack(PUBLISHED);

/** The command line: built files that need no other package, under the name that people type. */
function stageCommand(): void {
  const source = join(root, "packages/cli");
  const target = join(out, "cli");
  run("node", "--import", "tsx", "packages/cli/build.ts", join(target, "dist"));
  const { version, description, license, repository, engines, bin, type }: Record<string, unknown> =
    JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  const published = {
    ...{ name: "secret-handoff", version, description, license, repository, engines, type, bin },
    files: ["dist"],
    publishConfig: { access: "public", provenance: true },
  };
  writeFileSync(join(target, "package.json"), `${JSON.stringify(published, null, 2)}\n`);
  for (const [from, to] of [
    [join(source, "README.md"), "README.md"],
    [join(root, "LICENSE"), "LICENSE"],
  ] as const) {
    cpSync(from, join(target, to));
  }
  console.log(`${published.name} ${version}: bin`);
}

/** Packs what is staged. npm takes all in one call, and answers in their order. */
function pack(names: readonly string[]): void {
  const packed: readonly { readonly filename: string }[] = JSON.parse(
    execFileSync(
      "npm",
      ["pack", "--json", "--silent", "--pack-destination", out, ...names.map((name) => join(out, name))],
      { encoding: "utf8" },
    ),
  );
  for (const [index, name] of names.entries()) {
    const filename = packed[index]?.filename;
    if (filename === undefined) throw new Error(`npm packed no ${name}`);
    renameSync(join(out, filename), join(out, `${name}.tgz`));
    console.log(`.data/packages/${name}.tgz`);
  }
}

/** Writes every compiled module as an ES module and as CommonJS, each with declarations of its own kind. */
function writeModules(from: string, to: string): void {
  for (const file of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    const path = join(from, file);
    if (!/\.(js|d\.ts)$/.test(file)) continue;
    const text = readFileSync(path, "utf8");
    mkdirSync(dirname(join(to, file)), { recursive: true });
    if (file.endsWith(".d.ts")) {
      // tsc leaves .ts in the specifiers of declarations.
      writeFileSync(join(to, file), relativeImports(text, ".ts", ".js"));
      writeFileSync(join(to, file.replace(/\.d\.ts$/, ".d.cts")), relativeImports(text, ".ts", ".cjs"));
    } else {
      writeFileSync(join(to, file), text);
      writeFileSync(join(to, file.replace(/\.js$/, ".cjs")), commonJs(text));
    }
  }
}

/** What is written in JavaScript and runs in a process of its own is published as it is. */
function copyScripts(from: string, to: string): void {
  for (const file of readdirSync(from, { recursive: true, encoding: "utf8" })) {
    if (file.endsWith(".js")) cpSync(join(from, file), join(to, file));
  }
}

function commonJs(module: string): string {
  const { code } = transformSync(relativeImports(module, ".js", ".cjs"), {
    format: "cjs",
    platform: "node",
    target: "node20.19",
    define: { "import.meta.url": "__moduleUrl" },
    banner: module.includes("import.meta.url")
      ? 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;'
      : "",
  });
  return code;
}

/** Changes the extension of relative specifiers: `from "./x.ts"`, `import("./x.ts")`, `import "./x.ts"`. */
function relativeImports(text: string, from: string, to: string): string {
  return text.replace(
    /(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(["'])(\.{1,2}\/[^"']*)\2/g,
    (whole, before: string, quote: string, specifier: string) =>
      specifier.endsWith(from) ? `${before}${quote}${specifier.slice(0, -from.length)}${to}${quote}` : whole,
  );
}

function run(command: string, ...args: readonly string[]): void {
  execFileSync(command, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
}
