import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { AssetType, TerraformAsset } from "cdktf";
import type { Construct } from "constructs";
import { type Zippable, zipSync } from "fflate";
import { InvalidProps } from "../checks/schema.ts";

/** The functions of the service. Each has a folder of that name in the code, with `index.js` in it. */
export const FUNCTION_NAMES = ["recipient", "sender", "drainer", "sweeper", "sealer"] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** The code of one function, as Terraform finds it. */
export type FunctionCode = {
  /** Path of the ZIP archive, as seen from where Terraform runs. */
  readonly path: string;
  /** SHA-256 of the archive in base64, as Lambda reports it: a changed function is deployed, an unchanged one is not. */
  readonly sha256: string;
};

/** The first day that the ZIP format knows, in local time as fflate reads it: no clock may reach the bytes. */
const MODIFIED = new Date(1980, 0, 1);
const UNIX = 3;
const REGULAR_FILE_0644 = 0o100644 << 16;

/**
 * Packs a function's folder. The same files give the same bytes, unlike cdktf's own archives: Lambda compares their SHA-256.
 * @throws InvalidProps when the folder holds no index.js
 */
export function packFolder(folder: string): Buffer {
  if (!filesIn(folder).includes("index.js")) {
    throw new InvalidProps([`there is no index.js in ${folder}: build the functions first (npm run build)`]);
  }
  return packFiles(folder);
}

/** Packs every file of a folder. The same files give the same bytes. */
export function packFiles(folder: string): Buffer {
  const names = filesIn(folder);
  const files: Zippable = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name))]));
  return Buffer.from(zipSync(files, { level: 9, mtime: MODIFIED, os: UNIX, attrs: REGULAR_FILE_0644 }));
}

export function sha256Of(archive: Buffer): string {
  return createHash("sha256").update(archive).digest("base64");
}

/** The folder of the functions that the package @secret-handoff/lambda was built with. */
export function builtFunctions(): string {
  return join(dirname(createRequire(import.meta.url).resolve("@secret-handoff/lambda/package.json")), "dist");
}

/** Packs a function's folder into the stack's own assets. */
export function archiveAsset(scope: Construct, id: string, folder: string): FunctionCode {
  const archive = packFolder(folder);
  const assetHash = createHash("sha256").update(archive).digest("hex").slice(0, 32);
  const file = join(stagingFolder(), assetHash, "index.zip");
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, archive);
  const asset = new TerraformAsset(scope, id, { path: file, type: AssetType.FILE, assetHash });
  return { path: asset.path, sha256: sha256Of(archive) };
}

let staging: string | undefined;

/** cdktf copies an asset's file only when the app synthesises, so the archives stay until the process ends. */
function stagingFolder(): string {
  if (staging === undefined) {
    const folder = mkdtempSync(join(tmpdir(), "secret-handoff-"));
    process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
    staging = folder;
  }
  return staging;
}

/** Sorted, because the order of a directory differs from machine to machine. */
function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}
