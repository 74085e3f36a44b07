import "../support/one-realm.ts";
import { spawn } from "node:child_process";
import { createWriteStream, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Writable } from "node:stream";
import { runCli } from "@secret-handoff/cli";
import { built } from "../support/built.ts";

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  /** Piped in; `undefined` leaves the pipe open for {@link RunningCli.answer}. */
  readonly stdin?: string | Uint8Array | undefined;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** The number of the user who runs it; in this process only. */
  readonly uid?: number;
  /** Standard output and error are terminals of this width; in this process only. */
  readonly columns?: number;
  /** A file that standard output goes to instead. */
  readonly stdoutTo?: string;
};

export type RunningCli = {
  readonly pid: number;
  /** Answers a question; where the pipe was left open. */
  readonly answer: (line: string) => void;
  /** Resolves when standard error has said this. */
  readonly said: (text: string) => Promise<void>;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly ended: Promise<Ran>;
};

/** The command in this process, with streams and an environment of its own: for everything that a process adds nothing to. */
export class InProcessCli {
  readonly folder = mkdtempSync(join(tmpdir(), "secret-handoff-cli-"));
  readonly home = join(this.folder, "home");

  start(args: readonly string[], options: RunOptions = {}): Omit<RunningCli, "pid" | "kill"> {
    const env = { PATH: process.env.PATH, HOME: this.home, ...options.env };
    const stdin = new PassThrough();
    if (options.stdin !== undefined) stdin.end(options.stdin);
    else if (!("stdin" in options)) stdin.end();
    const [out, err] = [collector(), collector()];
    const stdout =
      options.stdoutTo === undefined ? out.stream : createWriteStream(options.stdoutTo, { flags: "w" });
    // The AWS SDK and the proxies read the environment of the process.
    const kept = process.env;
    process.env = { ...env };
    const cwd = options.cwd ?? this.folder;
    const terminal = join(this.folder, "no terminal");
    const screen = options.columns === undefined ? {} : { isTTY: true, columns: options.columns };
    for (const stream of [stdout, err.stream]) Object.assign(stream, screen);
    const argon2 = { m: 1_024, t: 1, p: 1 };
    const { uid } = options;
    const surroundings = {
      env,
      cwd,
      home: env.HOME,
      uid,
      stdin,
      stdout,
      stderr: err.stream,
      terminal,
      argon2,
    };
    const ended = runCli(args, surroundings)
      .then((code) => ({ code, stdout: out.text(), stderr: err.text() }))
      .finally(() => {
        process.env = kept;
      });
    return {
      answer: (line) => stdin.write(`${line}\n`),
      said: (text) => err.said(text, ended),
      ended,
    };
  }

  run(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.start(args, options).ended;
  }

  remove(): void {
    // A shell that was just ended may still write its history.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A stream that keeps what was written to it. */
function collector() {
  const chunks: Buffer[] = [];
  const text = () => Buffer.concat(chunks).toString("utf8");
  let look = () => {};
  const stream = new Writable({
    write: (chunk, _, done) => {
      chunks.push(Buffer.from(chunk));
      look();
      done();
    },
  });
  const said = (wanted: string, ended: Promise<unknown>) =>
    new Promise<void>((resolve, reject) => {
      look = () => {
        if (text().includes(wanted)) resolve();
      };
      void ended.then(() => reject(new Error(`it ended without saying ${wanted}`)), reject);
      look();
    });
  return { stream, text, said };
}

/** The command as it is published: built once, and run as a process of its own with a home of its own. */
export class BuiltCli {
  readonly folder = mkdtempSync(join(tmpdir(), "secret-handoff-cli-"));
  readonly home = join(this.folder, "home");
  readonly main = join(built("packages/cli/build.ts"), "main.js");

  /** Nothing of the caller's environment but the path reaches it. */
  start(args: readonly string[], options: RunOptions = {}): RunningCli {
    const { env = {}, cwd = this.folder } = options;
    const stdout = options.stdoutTo === undefined ? "pipe" : openSync(options.stdoutTo, "w");
    const child = spawn(process.execPath, [this.main, ...args], {
      stdio: ["pipe", stdout, "pipe"],
      cwd,
      // Without a terminal of its own it asks nobody, wherever the tests run.
      detached: true,
      env: { PATH: process.env.PATH, HOME: this.home, ...env },
    });
    const { stdin, stderr } = child;
    if (!stdin || !stderr) throw new Error("the command has no pipes");
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on("data", (chunk: Buffer) => out.push(chunk));
    stderr.on("data", (chunk: Buffer) => err.push(chunk));
    // Killed before it has read everything.
    stdin.on("error", () => {});
    if (!("stdin" in options)) stdin.end();
    else if (options.stdin !== undefined) stdin.end(options.stdin);
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const look = () => Buffer.concat(err).includes(text) && resolve();
        stderr.on("data", look);
        child.on("close", () => reject(new Error(`it ended without saying ${text}`)));
        look();
      });
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) =>
        resolve({
          code,
          stdout: Buffer.concat(out).toString("utf8"),
          stderr: Buffer.concat(err).toString("utf8"),
        }),
      );
    });
    return {
      pid: child.pid ?? 0,
      answer: (line) => stdin.write(`${line}\n`),
      said,
      kill: (signal) => child.kill(signal),
      ended,
    };
  }

  run(args: readonly string[], options?: RunOptions): Promise<Ran> {
    return this.start(args, options).ended;
  }

  remove(): void {
    // A shell that was just ended may still write its history.
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
