import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type Engine, EngineError } from "./engine.ts";

const SCRIPT = fileURLToPath(new URL("./dynalite-process.js", import.meta.url));

/** @param folder where LevelDB keeps the data; in memory without it */
export async function startDynalite(folder?: string): Promise<Engine> {
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
