import { type ChildProcess, fork, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { chmod, mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

/** What answers DynamoDB's API: a child process that ends with this process however that dies, or an endpoint given by its URL. */
export type Engine = {
  readonly name: EngineName | "endpoint";
  readonly endpoint: string;
  /** Undefined for a given endpoint. */
  readonly pid: number | undefined;
  /** Ends the engine as a power cut would. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type EngineName = "dynoxide" | "dynalite";

/** There is no such engine, or it did not start. The message is a sentence for whoever started the local stack. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

export type EngineOptions = {
  /** `dynoxide`, `dynalite`, or the URL of another endpoint; the variable ENGINE, else dynoxide where it is installed. */
  readonly engine?: string | undefined;
  /** Where the data lies, made with mode 0700; in memory without it. */
  readonly folder?: string | undefined;
};

/** The engines that packages of this machine bring along, and why one is missing. */
export function installedEngines(): readonly { readonly name: EngineName; readonly missing?: string }[] {
  const { missing } = { missing: undefined, ...findDynoxide() };
  return [{ name: "dynoxide", ...(missing === undefined ? {} : { missing }) }, { name: "dynalite" }];
}

/** @throws EngineError */
export async function startEngine({
  engine = process.env.ENGINE,
  folder,
}: EngineOptions = {}): Promise<Engine> {
  const found = findDynoxide();
  const chosen = engine || ("binary" in found ? "dynoxide" : "dynalite");
  if (/^https?:\/\//.test(chosen)) {
    if (folder === undefined) return givenEndpoint(chosen);
    throw new EngineError("DATA_DIR has no meaning where ENGINE is an endpoint: it keeps its own data.");
  }
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }
  switch (chosen) {
    case "dynalite":
      return startDynalite(folder);
    case "dynoxide":
      if ("missing" in found) throw new EngineError(`ENGINE is dynoxide, but ${found.missing}.`);
      return startDynoxide(found.binary, folder);
    default:
      throw new EngineError("ENGINE must be dynoxide, dynalite, or the URL of a DynamoDB endpoint.");
  }
}

/** Somebody else starts and ends it, and keeps its data. */
function givenEndpoint(url: string): Engine {
  return {
    name: "endpoint",
    endpoint: url,
    pid: undefined,
    kill: () => Promise.reject(new Error("An engine that was given by its endpoint is not ours to end.")),
    close: async () => {},
  };
}

/**
 * dynoxide 1.2.1 (https://github.com/nubo-db/dynoxide), a static binary that keeps its items in SQLite.
 *
 * It answers as DynamoDB does in all that the product asks: items on failed conditions, consumed capacity of the indexes too, the
 * 400 KB limit, TTL, streams, transactions, error names and sentences. What stays different:
 * - It removes list elements one after the other, and starts a page of a query in whatever partition the key names. The client in
 *   client.ts makes up for both.
 * - A projection may name what an index does not hold, where DynamoDB refuses it.
 * - Each request needs an Authorization header of version 4, but its signature is not checked.
 * - It answers any Host and any Origin. So that no web page in a browser of this machine can find it, it listens on an address of
 *   127.0.0.0/8 drawn anew at each start: with the port one of 2^39.
 */

/** The binary of the npm package for this platform, or why there is none. */
export function findDynoxide(): { readonly binary: string } | { readonly missing: string } {
  if (process.platform !== "linux" || process.arch !== "x64") {
    return {
      missing: `dynoxide is installed on linux-x64 only; this is ${process.platform}-${process.arch}`,
    };
  }
  try {
    const { resolve } = createRequire(import.meta.url);
    return { binary: join(dirname(resolve("@dynoxide/linux-x64/package.json")), "dynoxide") };
  } catch {
    return { missing: "the optional package @dynoxide/linux-x64 is not installed" };
  }
}

/**
 * The shell becomes the binary, so that its process id is the engine's. Beside it waits a reader of descriptor 3, whose other end
 * only our process holds: when that closes without a word, however our process died, the reader ends the engine.
 */
const DIE_WITH_PARENT = '{ read -r _ || kill -9 $$; } <&3 & exec "$0" "$@" 3<&-';

/** Where an engine listens: an address of 127.0.0.0/8, and a port below those that the system gives to outgoing calls. */
type Address = { readonly host: string; readonly port: number };

export const drawAddress = (): Address => ({
  host: `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`,
  port: randomInt(1_024, 32_768),
});

/** A program that listens on every address of this machine can hold the port that was drawn; that eight in a row do is no accident. */
const MOST_DRAWS = 8;

/**
 * @param folder where SQLite keeps the data; in memory without it
 * @param draw where to listen; asked again while the port is in use
 * @throws EngineError if it ends before it listens
 */
export async function startDynoxide(binary: string, folder?: string, draw = drawAddress): Promise<Engine> {
  for (let draws = 1; ; draws += 1) {
    try {
      return await startAt(draw(), binary, folder);
    } catch (error) {
      if (!(error instanceof PortInUseError) || draws === MOST_DRAWS) throw error;
    }
  }
}

class PortInUseError extends EngineError {}

async function startAt({ host, port }: Address, binary: string, folder?: string): Promise<Engine> {
  const options = ["serve", "--host", host, "--port", String(port)];
  if (folder !== undefined) options.push("--db-path", join(folder, "dynoxide.db"));
  const child = spawn("sh", ["-c", DIE_WITH_PARENT, binary, ...options], {
    // A process group of its own, which Ctrl-C in the terminal does not reach: the service writes until it has stopped.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const alive = child.stdio[3] as Writable;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  void ended.then(() => alive.end("over\n"));
  await whenListening(child, child.stderr as Readable);
  const stop = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return ended;
  };
  return {
    name: "dynoxide",
    endpoint: `http://${host}:${port}`,
    pid: child.pid,
    kill: () => stop("SIGKILL"),
    close: () => stop("SIGTERM"),
  };
}

/** It says on standard error that it listens. */
function whenListening(child: ChildProcess, said: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.once("error", reject);
    // "close" comes when its output was read to the end, "exit" may come before that.
    child.once("close", (code) => {
      const Reason = /address already in use|port \d+ is already in use/i.test(text)
        ? PortInUseError
        : EngineError;
      reject(new Reason(`dynoxide ended with ${code} before it was ready: ${text.trim()}`));
    });
    said.setEncoding("utf8").on("data", (more: string) => {
      text += more;
      if (text.includes("listening on")) resolve();
    });
  });
}

const SCRIPT = fileURLToPath(new URL("./dynalite-process.js", import.meta.url));

/** @param folder where LevelDB keeps the data; in memory without it */
async function startDynalite(folder?: string): Promise<Engine> {
  const child = fork(SCRIPT, {
    // What the engine makes is garbage a moment later: room for more of it is less time spent on moving the rest.
    execArgv: ["--max-semi-space-size=64"],
    env: folder === undefined ? {} : { ENGINE_FOLDER: folder },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const port = await whenReady(child);
  return {
    name: "dynalite",
    endpoint: `http://127.0.0.1:${port}`,
    pid: child.pid,
    kill: () => {
      child.kill("SIGKILL");
      return ended;
    },
    close: () => {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

function whenReady(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new EngineError(`dynalite ended with ${code} before it was ready; is its data folder in use?`)),
    );
    child.once("message", ({ port }: { readonly port: number }) => resolve(port));
  });
}
