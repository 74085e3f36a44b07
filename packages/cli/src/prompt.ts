import { openSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import { SenderError } from "@secret-handoff/sdk";
import type { CliProcess, Screen } from "./cli.ts";

/** Reads answers from the terminal, those that are secret without showing them. Nothing that is typed enters a history. */
export class Prompt {
  readonly #lines: string[] = [];
  readonly #readline: Interface;
  readonly #screen: NodeJS.WritableStream;
  #muted = true;
  #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void } | undefined;

  /** On standard input, or where that is a pipe on the terminal that the process belongs to; undefined where there is none. */
  static open({
    stdin,
    stderr,
    terminal,
  }: Pick<CliProcess, "stdin" | "stderr" | "terminal">): Prompt | undefined {
    if (stdin.isTTY) return new Prompt(stdin, stderr);
    try {
      return new Prompt(new ReadStream(openSync(terminal, "r")), new WriteStream(openSync(terminal, "w")));
    } catch {
      return undefined;
    }
  }

  private constructor(input: NodeJS.ReadableStream, screen: Screen) {
    this.#screen = screen;
    const output = new Writable({
      write: (chunk, _, done) => {
        if (!this.#muted) screen.write(chunk);
        done();
      },
    });
    this.#readline = createInterface({ input, output, terminal: true, historySize: 0 });
    this.#readline.on("line", (line) => {
      const { resolve } = this.#waiting ?? {};
      this.#waiting = undefined;
      if (resolve) resolve(line);
      else this.#lines.push(line);
    });
    const stop = () => {
      const { reject } = this.#waiting ?? {};
      this.#waiting = undefined;
      // Where the answer is shown, the screen stands behind what was typed.
      if (!this.#muted) screen.write("\n");
      if (reject) reject(new SenderError("cancelled", "Stopped. Nothing more was done."));
      else process.kill(process.pid, "SIGINT");
    };
    this.#readline.on("SIGINT", stop);
    this.#readline.on("close", () => this.#waiting && stop());
  }

  async ask(
    question: string,
    { hidden, more }: { readonly hidden: boolean; readonly more: boolean },
  ): Promise<string> {
    const ahead = more ? this.#lines.shift() : undefined;
    if (ahead !== undefined) return ahead;
    this.#lines.length = 0;
    this.#screen.write(question);
    this.#muted = hidden;
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#readline.resume();
      });
    } finally {
      this.#muted = true;
      if (hidden) this.#screen.write("\n");
    }
  }

  close(): void {
    this.#waiting = undefined;
    this.#readline.close();
  }
}
