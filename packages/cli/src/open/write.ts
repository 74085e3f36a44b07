import { rmSync } from "node:fs";
import { link, lstat, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { HandoffId } from "@secret-handoff/protocol";
import { SenderError, systemCode } from "@secret-handoff/sdk";

/**
 * Writes what was handed over where nobody else can read it. It is on the disk, whole and under its name, before the promise
 * resolves; what was there before is never replaced.
 */

type Content = string | Uint8Array;

const ANOTHER_PLACE =
  "The secret can be had for two minutes after it was opened: run the command again with another --out.";

/** Where what was handed over goes. */
export type Place = {
  /** The file, or the folder of several. */
  readonly path: string;
  /** The handoff, after which the unfinished file is named. */
  readonly id: HandoffId;
};

/**
 * Refuses a place that could not be written to, before anything is opened: by making the unfinished file that a write begins with.
 * @param again the handoff was claimed before by this command, which may have written already
 * @param kind what is to be written there
 * @throws SenderError `input`
 */
export async function checkPlace(place: Place, again: boolean, kind: "file" | "folder"): Promise<void> {
  const { path } = place;
  const refuse = (sentence: string, cause?: unknown) =>
    new SenderError("input", `${sentence} Nothing was opened.`, { cause });
  if (path === "") throw refuse("--out names no place.");
  if (kind === "file" && /[\\/]$/.test(path))
    throw refuse(
      `${path} is the name of a folder, and one file is written. Name the file, or use --format files.`,
    );
  const fresh = freshPath(place);
  try {
    await rm(fresh, { force: true, recursive: true });
    await writeSynced(fresh, "");
    await rm(fresh);
  } catch (cause) {
    throw refuse(`The folder ${dirname(fresh)} is not there or cannot be written to${codeIn(cause)}.`, cause);
  }
  const isThere = await exists(path).catch((cause: unknown) => {
    throw refuse(`${path} cannot be the name of a file${codeIn(cause)}.`, cause);
  });
  if (!again && isThere) throw taken(path, "Nothing was opened.");
}

/** @throws SenderError `input` where another file is there by now, or the file system refuses. Then nothing stays behind. */
export function writeNewFile(place: Place, content: Content): Promise<void> {
  const { path } = place;
  return finished(place, async (fresh) => {
    await writeSynced(fresh, content);
    try {
      await link(fresh, path);
    } catch (error) {
      if (systemCode(error) === "EEXIST") {
        if (await isSame(path, content)) return;
        throw taken(path, ANOTHER_PLACE);
      }
      // A file system without hard links.
      await writeSynced(path, content);
    }
  });
}

/** A new folder with these files; it appears with all of them, or not at all. @throws SenderError `input`, likewise */
export async function writeNewFolder(place: Place, files: ReadonlyMap<string, Content>): Promise<void> {
  const { path } = place;
  if (await exists(path)) {
    for (const [name, content] of files) {
      if (!(await isSame(join(path, name), content))) {
        throw taken(path, ANOTHER_PLACE);
      }
    }
    return;
  }
  await finished(place, async (fresh) => {
    await mkdir(fresh, { mode: 0o700 });
    for (const [name, content] of files) {
      await mkdir(dirname(join(fresh, name)), { mode: 0o700, recursive: true });
      await writeSynced(join(fresh, name), content);
    }
    for (const folder of new Set([...files.keys()].map((name) => dirname(join(fresh, name))))) {
      await syncFolder(folder);
    }
    await rename(fresh, path);
  });
}

/** Takes away what a write that was stopped has left. */
export function removeUnfinished(place: Place): void {
  rmSync(freshPath(place), { force: true, recursive: true });
}

/** Whatever becomes of the write, the secret is at its place or nowhere. @throws SenderError `input` */
async function finished(place: Place, write: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = freshPath(place);
  try {
    await rm(fresh, { force: true, recursive: true });
    await write(fresh);
  } catch (cause) {
    if (cause instanceof SenderError) throw cause;
    throw new SenderError("input", `${place.path} could not be written${codeIn(cause)}. ${ANOTHER_PLACE}`, {
      cause,
    });
  } finally {
    await rm(fresh, { force: true, recursive: true });
  }
  await syncFolder(dirname(fresh));
}

/** Beside the file, so that one move puts it there; named after the handoff, so that a repeated command finds and removes it. */
function freshPath({ path, id }: Place): string {
  return join(dirname(resolve(path)), `.secret-handoff.${id}.part`);
}

/** A new file, which goes again where it cannot be written whole. */
async function writeSynced(path: string, content: Content): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * So that the name is on the disk as well, where that can be had: Windows and some file systems know no such call, and a folder that one may
 * write to and not read cannot be opened. The file itself is on the disk by then.
 */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  try {
    const folder = await open(path, "r");
    await folder.sync().finally(() => folder.close());
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return false;
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

function codeIn(error: unknown): string {
  const code = systemCode(error);
  return code === undefined ? "" : ` (${code})`;
}
