import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** A screen that nobody sees, with a clipboard that every program on it shares. */
export type Display = {
  readonly name: string;
  /** The bytes that a program gets which pastes text. */
  readClipboard(): Promise<string>;
  /** Copies as another program. */
  writeClipboard(text: string): Promise<void>;
  close(): Promise<void>;
};

/**
 * Starts Xvfb on a free display.
 * @throws Error where it, or xclip, is not installed
 */
export async function startDisplay(): Promise<Display> {
  await promisify(execFile)("xclip", ["-version"]);
  const server = spawn("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const [number] = await Promise.race([
    once(server.stdio[3] as NodeJS.ReadableStream, "data"),
    once(server, "error").then(([error]) => Promise.reject(error)),
  ]);
  const name = `:${String(number).trim()}`;
  return {
    name,
    async readClipboard() {
      const { stdout } = await promisify(execFile)(
        "xclip",
        ["-selection", "clipboard", "-out", "-target", "UTF8_STRING"],
        { env: { ...process.env, DISPLAY: name }, encoding: "buffer", maxBuffer: 1 << 24, timeout: 5_000 },
      );
      return stdout.toString("utf8");
    },
    async writeClipboard(text) {
      // What gives the text away goes on in the background, and ends with the display.
      const program = spawn("xclip", ["-selection", "clipboard", "-in"], {
        env: { ...process.env, DISPLAY: name },
        stdio: ["pipe", "ignore", "ignore"],
      });
      program.stdin.end(text);
      await once(program, "exit");
    },
    close: () => stop(server),
  };
}

/** Ends a process that a test has started, and waits until it is gone. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill();
  const timer = setTimeout(() => child.kill("SIGKILL"), 3_000);
  await gone;
  clearTimeout(timer);
}
