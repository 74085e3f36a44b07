/**
 * Checks that a tag may be released, and writes what the release holds: `npm run release -- --tag v1.2.3 --write release`.
 * `release/notes.md` is the changelog's text, `release/assets` holds the files to sign and publish.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildModules, packFiles } from "@secret-handoff/cdktf";
import { releaseErrors, releaseNotes } from "./release-check.ts";

const { values } = parseArgs({ options: { tag: { type: "string" }, write: { type: "string" } } });
if (!values.tag || !values.write) throw new Error("Usage: npm run release -- --tag v1.2.3 --write FOLDER");
const tag = values.tag;
const manifests = ["package.json", ...readdirSync("packages").map((name) => `packages/${name}/package.json`)];
const changelog = readFileSync("CHANGELOG.md", "utf8");
const errors = releaseErrors({
  tag,
  tags: execFileSync("git", ["tag", "--list"], { encoding: "utf8" }).split("\n"),
  versions: Object.fromEntries(
    manifests.map((path) => [path, JSON.parse(readFileSync(path, "utf8")).version]),
  ),
  changelog,
});
for (const error of errors) console.error(error);
if (errors.length > 0) process.exit(1);

const assets = join(values.write, "assets");
mkdirSync(assets, { recursive: true });
writeFileSync(join(values.write, "notes.md"), `${releaseNotes(changelog, tag.slice(1))}\n`);
for (const file of readdirSync("packages/action/dist")) {
  cpSync(join("packages/action/dist", file), join(assets, file));
}
execFileSync("npm", ["run", "--silent", "packages"], { stdio: "inherit" });
for (const file of readdirSync(".data/packages").filter((name) => name.endsWith(".tgz"))) {
  cpSync(join(".data/packages", file), join(assets, file));
}
// Terraform takes an archive as the source of a module. The functions are in it, which git does not keep.
const module = mkdtempSync(join(tmpdir(), "secret-handoff-module-"));
buildModules(module, "packages/lambda/dist");
writeFileSync(join(assets, "terraform-module.zip"), packFiles(module));
rmSync(module, { recursive: true });
console.log(`${tag} may be released; ${values.write} holds its notes and assets.`);
