import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";

type Manifest = {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
};

/**
 * What each package may import of the others. Lint holds every import to the importing package's package.json
 * (noUndeclaredDependencies), and package.json is held to this table.
 */
const MAY_DEPEND_ON: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  sdk: ["protocol"],
  action: ["protocol", "sdk"],
  cli: ["protocol", "sdk"],
  page: ["protocol"],
  lambda: ["protocol"],
  cdktf: ["protocol", "lambda"],
  local: ["protocol", "sdk", "action", "cli", "page", "lambda", "cdktf"],
};

/** What a package's build script needs and its code does not. */
const BUILD_MAY_USE: Readonly<Record<string, readonly string[]>> = {
  lambda: ["page"],
  cli: ["page"],
  cdktf: ["page", "lambda", "sdk"],
};

const SCOPE = "@secret-handoff/";

const inScope = (dependencies: Readonly<Record<string, string>> = {}) =>
  Object.keys(dependencies)
    .filter((name) => name.startsWith(SCOPE))
    .map((name) => name.slice(SCOPE.length));

test("packages depend on each other in one direction only", async () => {
  const folders = await readdir("packages");
  expect(folders.filter((folder) => !(folder in MAY_DEPEND_ON))).toEqual([]);
  for (const folder of folders) {
    const manifest: Manifest = JSON.parse(await readFile(`packages/${folder}/package.json`, "utf8"));
    expect(manifest.name).toBe(SCOPE + folder);
    const allowed = MAY_DEPEND_ON[folder] ?? [];
    const used = [...inScope(manifest.dependencies), ...inScope(manifest.peerDependencies)];
    expect({ folder, notAllowed: used.filter((name) => !allowed.includes(name)) }).toEqual({
      folder,
      notAllowed: [],
    });
    const allowedInBuild = [...allowed, ...(BUILD_MAY_USE[folder] ?? [])];
    expect({
      folder,
      notAllowed: inScope(manifest.devDependencies).filter((name) => !allowedInBuild.includes(name)),
    }).toEqual({ folder, notAllowed: [] });
  }
});
