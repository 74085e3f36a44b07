import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const KEPT = resolve(".data/built");
/** All that goes into a bundle: what we wrote, and the versions of what we did not. */
const SOURCES = ["packages", "build", "package-lock.json"];

/**
 * What a build script makes of the sources as they are now. Several test files use it; the first of them builds it, and the others
 * only read.
 * @param script run with the folder that it builds into
 */
export function built(script: string): string {
  const name = `${script.replace(/\W+/g, "-")}-${digestOfSources()}`;
  const folder = join(KEPT, name);
  if (existsSync(folder)) return folder;
  mkdirSync(KEPT, { recursive: true });
  const making = mkdtempSync(join(KEPT, "making-"));
  const { status, stderr } = spawnSync(process.execPath, ["--import", "tsx", script, making], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`${script} failed:\n${stderr}`);
  try {
    renameSync(making, folder);
  } catch (error) {
    // Another worker was quicker.
    if (!existsSync(folder)) throw error;
    rmSync(making, { recursive: true });
  }
  return folder;
}

function digestOfSources(): string {
  const hash = createHash("sha256");
  for (const place of SOURCES) {
    for (const file of filesAt(place)) hash.update(`${file}\0`).update(readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

/** A file by its name, a folder by all that is in it but what was built and installed. */
function filesAt(place: string): readonly string[] {
  if (/\.\w+$/.test(place)) return [place];
  return readdirSync(place, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => !/[\\/](node_modules|dist)[\\/]/.test(file))
    .sort();
}
