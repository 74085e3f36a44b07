import { constants } from "node:fs";
import { access, link, lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { HandoffId } from "@secret-handoff/protocol";
import { SenderError } from "@secret-handoff/sdk";

/**
 * Writes what was handed over where nobody else can read it. It is on the disk, whole and under its name, before the promise
 * resolves; what was there before is never replaced.
 */

type Content = string | Uint8Array;

const ANOTHER_PLACE =
  "The secret can be had for two minutes after it was opened: run the command again with another --out.";

/**
 * Refuses a place that could not be written to, before anything is opened.
 * @param again the handoff was claimed before by this command, which may have written already
 * @throws SenderError `input`
 */
export async function checkPlace(path: string, again: boolean): Promise<void> {
  const folder = dirname(resolve(path));
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new SenderError(
      "input",
      `The folder ${folder} is not there or cannot be written to. Nothing was opened.`,
      {
        cause,
      },
    );
  }
  if (!again && (await exists(path))) throw taken(path, "Nothing was opened.");
}

/** @throws SenderError `input` where another file is there by now; the error of the file system */
export async function writeNewFile(path: string, content: Content, id: HandoffId): Promise<void> {
  const fresh = freshPath(path, id);
  await rm(fresh, { force: true, recursive: true });
  await writeSynced(fresh, content);
  try {
    await link(fresh, path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") {
      await rm(fresh, { force: true });
      if (await isSame(path, content)) return;
      throw taken(path, ANOTHER_PLACE);
    }
    // A file system without hard links.
    await writeSynced(path, content);
  }
  await rm(fresh, { force: true });
  await syncFolder(dirname(resolve(path)));
}

/** A new folder with these files; it appears with all of them, or not at all. */
export async function writeNewFolder(
  path: string,
  files: ReadonlyMap<string, Content>,
  id: HandoffId,
): Promise<void> {
  if (await exists(path)) {
    for (const [name, content] of files) {
      if (!(await isSame(join(path, name), content))) {
        throw taken(path, ANOTHER_PLACE);
      }
    }
    return;
  }
  const fresh = freshPath(path, id);
  await rm(fresh, { force: true, recursive: true });
  await mkdir(fresh, { mode: 0o700 });
  for (const [name, content] of files) {
    await mkdir(dirname(join(fresh, name)), { mode: 0o700, recursive: true });
    await writeSynced(join(fresh, name), content);
  }
  for (const folder of new Set([...files.keys()].map((name) => dirname(join(fresh, name))))) {
    await syncFolder(folder);
  }
  await rename(fresh, path);
  await syncFolder(dirname(resolve(path)));
}

/** Beside the file, so that one move puts it there; named after the handoff, so that a repeated command finds and removes it. */
function freshPath(path: string, id: HandoffId): string {
  return join(dirname(resolve(path)), `.${basename(path)}.${id}.part`);
}

async function writeSynced(path: string, content: Content): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** So that the name is on the disk as well; Windows knows no such call. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

async function isSame(path: string, content: Content): Promise<boolean> {
  const found = await readFile(path).catch(() => undefined);
  return found?.equals(Buffer.from(content)) ?? false;
}

function taken(path: string, sentence: string): SenderError {
  return new SenderError("input", `${path} exists already, and is not overwritten. ${sentence}`);
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
