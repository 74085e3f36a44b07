import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { type Engine, EngineError } from "./engine.ts";

/**
 * dynoxide 1.2.1 (https://github.com/nubo-db/dynoxide), a static binary that keeps its items in SQLite.
 *
 * It answers as DynamoDB does in all that the product asks: items on failed conditions, consumed capacity of the indexes too, the
 * 400 KB limit, TTL, streams, transactions, error names and sentences. What stays different:
 * - It removes list elements one after the other, and starts a page of a query in whatever partition it is told to. The client in
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
  await whenReady(child, child.stderr as Readable);
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
function whenReady(child: ChildProcess, said: Readable): Promise<void> {
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
