import { readFile } from "node:fs/promises";
import { expect, test } from "@jest/globals";

type Entry = {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
};

/** What is wrong with the entries that npm downloads. A bundled package comes inside its parent's archive, so it has no hash. */
function lockfileErrors(packages: Readonly<Record<string, Entry>>): readonly string[] {
  return Object.entries(packages)
    .filter(([path, entry]) => path.includes("node_modules/") && !entry.link && !entry.inBundle)
    .flatMap(([path, { version, integrity, resolved }]) => [
      ...(integrity?.startsWith("sha512-")
        ? []
        : [`${path}: no integrity; add what "npm view NAME@${version} dist.integrity" prints`]),
      ...(resolved === undefined
        ? []
        : [`${path}: names the registry ${resolved}; run "npm install" with this repository's .npmrc`]),
    ]);
}

test("npm checks every package that it downloads against a hash in the lockfile, from any registry", async () => {
  const { packages } = JSON.parse(await readFile("package-lock.json", "utf8"));
  expect(Object.keys(packages).length).toBeGreaterThan(500);
  expect(lockfileErrors(packages)).toEqual([]);
});

test("a package without a hash, with a weak one, or with a registry's address is found", () => {
  const integrity = "sha512-AAAA";
  expect(
    lockfileErrors({
      "": {},
      "packages/sdk": { version: "0.1.0" },
      "node_modules/@secret-handoff/sdk": { resolved: "packages/sdk", link: true },
      "node_modules/good": { version: "1.0.0", integrity },
      "node_modules/good/node_modules/bundled": { version: "1.0.0", inBundle: true },
      "node_modules/native": { version: "2.0.0" },
      "node_modules/weak": { version: "3.0.0", integrity: "sha1-AAAA" },
      "node_modules/located": {
        version: "4.0.0",
        integrity,
        resolved: "https://registry.example/located.tgz",
      },
    }).map((error) => error.split(":")[0]),
  ).toEqual(["node_modules/native", "node_modules/weak", "node_modules/located"]);
});
