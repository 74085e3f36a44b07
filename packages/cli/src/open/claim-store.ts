import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Store } from "@secret-handoff/protocol/recipient";
import type { CliContext } from "../context.ts";

/**
 * Where claim ids are kept for the lease, so that a command that was killed can be repeated. A claim id is worth nothing without the
 * link and the answers, and neither is kept.
 */
export function claimFolder({ env, home }: Pick<CliContext, "env" | "home">): string {
  const state = env.XDG_STATE_HOME || env.LOCALAPPDATA || join(home, ".local", "state");
  return join(state, "secret-handoff", "claims");
}

/**
 * One file for each claim, readable by its owner only, on the disk before the claim is sent.
 * @param onUnwritable called once where nothing can be kept
 */
export function claimStore(folder: string, onUnwritable: () => void): Store {
  let hasWarned = false;
  const pathOf = (key: string) => join(folder, Buffer.from(key).toString("base64url"));
  return {
    get: (key) => attempt(() => readFileSync(pathOf(key), "utf8")),
    keys: () =>
      (attempt(() => readdirSync(folder)) ?? []).map((name) =>
        Buffer.from(name, "base64url").toString("utf8"),
      ),
    remove: (key) => attempt(() => rmSync(pathOf(key), { force: true })),
    set(key, value) {
      const written = attempt(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const path = pathOf(key);
        const fresh = `${path}.${process.pid}`;
        rmSync(fresh, { force: true });
        const file = openSync(fresh, "wx", 0o600);
        try {
          writeSync(file, value);
          fsyncSync(file);
        } finally {
          closeSync(file);
        }
        renameSync(fresh, path);
        return true;
      });
      if (written || hasWarned) return;
      hasWarned = true;
      onUnwritable();
    },
  };
}

/** Undefined where the file system refuses: then nothing is kept, and the claim is made all the same. */
function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
