/**
 * Builds every generated file that is committed, and fails when one was out of date. The new content stays in place, ready to
 * be committed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folders whose files are generated, and the npm script that writes each. */
const GENERATED = [
  { folder: "packages/action/dist", script: "build" },
  { folder: "docs/reference", script: "reference" },
  { folder: "terraform", script: "module" },
];

const outOfDate = GENERATED.flatMap(({ folder, script }) => {
  const before = hashes(folder);
  execFileSync("npm", ["run", "--silent", script], { stdio: "inherit" });
  const after = hashes(folder);
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((file) => before.get(file) !== after.get(file))
    .map((file) => `${file} was out of date; "npm run ${script}" has written it anew: commit it.`);
});
for (const sentence of outOfDate) console.error(sentence);
process.exitCode = outOfDate.length === 0 ? 0 : 1;

function hashes(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  return new Map(
    files.map((file) => {
      const path = join(file.parentPath, file.name);
      return [path, createHash("sha256").update(readFileSync(path)).digest("hex")];
    }),
  );
}
