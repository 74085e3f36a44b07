import { type ChildProcess, fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzip } from "./zip-reader.ts";

const RUNTIME = fileURLToPath(new URL("./lambda-process.js", import.meta.url));

/** What one function of the stack becomes on this machine. */
export type RunningFunction = {
  /** @throws Error with the name and message of what the handler threw */
  readonly invoke: (event: unknown) => Promise<unknown>;
  /** Lines that the function wrote. */
  readonly lines: readonly string[];
  readonly close: () => Promise<void>;
};

type Message = { readonly invocation: number; readonly result?: unknown; readonly error?: string };

/** Unzips a function's archive and runs it in a process that has its environment and nothing else. */
export async function startFunction(
  archive: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningFunction> {
  const folder = mkdtempSync(join(tmpdir(), "secret-handoff-function-"));
  for (const [name, data] of unzip(readFileSync(archive))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), data);
  }
  const child = fork(RUNTIME, [join(folder, "index.js")], {
    cwd: folder,
    execArgv: [],
    env: environment,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => lines.push(...text.split("\n").filter(Boolean)));
  }
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await firstMessage(child, lines);
  let invocations = 0;
  return {
    lines,
    invoke(event) {
      invocations += 1;
      const invocation = invocations;
      return new Promise((resolve, reject) => {
        const hear = (message: Message) => {
          if (message.invocation !== invocation) return;
          child.off("message", hear);
          if (message.error === undefined) resolve(message.result);
          else reject(new Error(message.error));
        };
        child.on("message", hear);
        child.send({ invocation, event });
      });
    },
    close() {
      if (child.connected) child.disconnect();
      return ended;
    },
  };
}

function firstMessage(child: ChildProcess, lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve());
    child.once("exit", (code) =>
      reject(new Error(`the function ended with ${code} before it was ready:\n${lines.join("\n")}`)),
    );
  });
}
