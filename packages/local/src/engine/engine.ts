import { type ChildProcess, fork } from "node:child_process";
import { chmod, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./engine-process.js", import.meta.url));

/** What the engine has done so far. */
export type Used = {
  /** Requests by operation, such as `{ PutItem: 2 }`; refused conditions count too. */
  readonly counts: Readonly<Record<string, number>>;
  /** Milliseconds of processor time. */
  readonly cpuMs: number;
};

/** DynamoDB as dynalite knows it: no TTL, streams, transactions or ReturnValuesOnConditionCheckFailure. */
export type Engine = {
  readonly endpoint: string;
  readonly pid: number;
  readonly used: () => Promise<Used>;
  /** Ends the engine as a power cut would. */
  readonly kill: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/**
 * Starts the engine as a child process, which ends with this process however that dies.
 * @param folder where the data lies, made with mode 0700; in memory without it
 * @throws Error when the engine ends before it is ready
 */
export async function startEngine({ folder }: { readonly folder?: string } = {}): Promise<Engine> {
  if (folder !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }
  const child = fork(SCRIPT, {
    // What the engine makes is garbage a moment later: room for more of it is less time spent on moving the rest.
    execArgv: ["--max-semi-space-size=64"],
    env: folder === undefined ? {} : { ENGINE_FOLDER: folder },
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const { port, pid } = await ready(child);
  let asks = 0;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    pid,
    used: () => {
      asks += 1;
      return askUsed(child, asks);
    },
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

function ready(child: ChildProcess): Promise<{ readonly port: number; readonly pid: number }> {
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`the engine ended with ${code} before it was ready; is its data folder in use?`)),
    );
    child.once("message", (message: { readonly port: number }) =>
      resolve({ port: message.port, pid: child.pid ?? 0 }),
    );
  });
}

function askUsed(child: ChildProcess, ask: number): Promise<Used> {
  return new Promise((resolve, reject) => {
    const hear = (told: Used & { readonly ask: number }) => {
      if (told.ask !== ask) return;
      child.off("message", hear);
      resolve(told);
    };
    child.on("message", hear);
    child.send({ ask }, (error) => {
      if (error) reject(error);
    });
  });
}
