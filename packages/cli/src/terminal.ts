import { randomUUID } from "node:crypto";
import { openSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { Writable } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import { styleText } from "node:util";
import { SenderError } from "@secret-handoff/sdk";
import type { CliProcess, Screen } from "./cli.ts";
import { wrap } from "./wrapping.ts";

export type Streams = Pick<CliProcess, "stdin" | "stdout" | "stderr" | "env" | "terminal">;

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const FRAME_MS = 90;

/** Stands for the beginning of a control sequence of ours until it is written: nobody else can know it. */
const OURS = `<${randomUUID()}>`;

/**
 * What a person sees and types. Nothing that is shown on a terminal steers it but what {@link Terminal.style} made, whoever wrote the
 * text. Results go to standard output; questions, progress and errors to standard error. */
export class Terminal {
  readonly #streams: Streams;
  readonly #interrupts = new Set<() => void>();
  readonly #onSignal = () => this.#interrupt();
  #piped: AsyncIterator<string> | undefined;
  #prompt: Prompt | undefined;
  #stopSpinner: (() => void) | undefined;
  #spinning = "";

  constructor(streams: Streams) {
    this.#streams = streams;
    // A reader that has gone shows in the write, which fails.
    for (const stream of [streams.stdout, streams.stderr]) stream.on("error", () => {});
    process.on("SIGINT", this.#onSignal).on("SIGTERM", this.#onSignal);
  }

  /** True where standard output is looked at, not piped. */
  get outIsTerminal(): boolean {
    return this.#streams.stdout.isTTY === true;
  }

  /** True where all that is written is looked at: neither stream is piped or redirected. */
  get isWatched(): boolean {
    return this.outIsTerminal && this.#streams.stderr.isTTY === true;
  }

  get inIsTerminal(): boolean {
    return this.#streams.stdin.isTTY === true;
  }

  /**
   * Writes to standard output: to a pipe or a file as it is, and to a terminal as it can be shown. Resolves when it was handed on.
   * @throws where nobody reads it any more
   */
  out(text: string): Promise<void> {
    return this.#write(this.outIsTerminal ? visible(text) : text);
  }

  #write(text: string): Promise<void> {
    this.#stopSpinner?.();
    return new Promise((resolve, reject) => {
      this.#streams.stdout.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** A line of JSON on standard output, in which a runner of GitHub finds no workflow command. @throws where nobody reads it any more */
  json(value: unknown): Promise<void> {
    return this.out(`${inertJson(value)}\n`);
  }

  /**
   * Lines on standard output, for people: they can be shown wherever they go, and on a terminal they break between words.
   * @param indent stands before what a line goes on with
   * @throws where nobody reads it any more
   */
  line(text: string, indent = "  "): Promise<void> {
    return this.#write(fitted(visible(inert(text)), this.#streams.stdout, indent));
  }

  /** Lines on standard error. @param indent stands before what a line goes on with */
  say(text = "", indent = /^ */.exec(text)?.[0] ?? ""): void {
    this.#stopSpinner?.();
    this.#streams.stderr.write(fitted(visible(inert(text)), this.#streams.stderr, indent));
  }

  /** Columns of standard output, where it is a terminal. */
  get columns(): number | undefined {
    return this.outIsTerminal ? this.#streams.stdout.columns : undefined;
  }

  /** Colours where standard error, or else the stream named, is a terminal that shows them (https://no-color.org). */
  style(style: Style, text: string, stream: "stdout" | "stderr" = "stderr"): string {
    const { env } = this.#streams;
    const colours = this.#streams[stream].isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
    return colours
      ? styleText(style, shown(text), { validateStream: false }).replaceAll("\x1b[", OURS)
      : text;
  }

  /** Shows that something is under way; the text of what was shown before is replaced. @returns changes the text; undefined ends it */
  spin(text: string): (text?: string) => void {
    this.#draw(text);
    return (next) => {
      if (next === undefined) this.#stopSpinner?.();
      else this.#draw(next);
    };
  }

  /** Begins to draw, also where a line that was said has ended it. */
  #draw(text: string): void {
    const { stderr, env } = this.#streams;
    if (stderr.isTTY !== true || env.TERM === "dumb") return;
    this.#spinning = onOneLine(text);
    if (this.#stopSpinner) return;
    let frame = 0;
    const draw = () => {
      // Cut to one line: what wraps would not be wiped.
      const line = `${FRAMES[frame % FRAMES.length]} ${this.#spinning}`.slice(0, (stderr.columns ?? 80) - 1);
      stderr.write(`\r\x1b[K${line}`);
      frame += 1;
    };
    draw();
    const timer = setInterval(draw, FRAME_MS);
    this.#stopSpinner = () => {
      clearInterval(timer);
      this.#stopSpinner = undefined;
      stderr.write("\r\x1b[K");
    };
  }

  /** Calls `stop` at Ctrl+C or when the process is to end; a second time ends it at once. */
  onInterrupt(stop: () => void): () => void {
    this.#interrupts.add(stop);
    return () => this.#interrupts.delete(stop);
  }

  #interrupt(): void {
    if (this.#interrupts.size === 0) process.exit(130);
    const stops = [...this.#interrupts];
    this.#interrupts.clear();
    for (const stop of stops) stop();
  }

  /** The next line of a pipe, without its end; undefined where standard input is a terminal or has ended. */
  async pipedLine(): Promise<string | undefined> {
    if (this.inIsTerminal) return undefined;
    this.#piped ??= createInterface({ input: this.#streams.stdin, crlfDelay: Number.POSITIVE_INFINITY })[
      Symbol.asyncIterator
    ]();
    const { value, done } = await this.#piped.next();
    return done ? undefined : value;
  }

  /** All of standard input, as bytes. */
  async pipedBytes(): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of this.#streams.stdin) chunks.push(Buffer.from(chunk));
    return Buffer.concat(chunks);
  }

  /**
   * Asks a person.
   * @param more the answer goes on: what was pasted after the line before is taken first
   * @returns undefined where nobody can be asked. @throws SenderError `cancelled` at Ctrl+C and Ctrl+D
   */
  async ask(question: string, { hidden = false, more = false } = {}): Promise<string | undefined> {
    this.#stopSpinner?.();
    this.#prompt ??= Prompt.open(this.#streams);
    return this.#prompt?.ask(visible(question), { hidden, more });
  }

  /** True where somebody can be asked. */
  get canAsk(): boolean {
    this.#prompt ??= Prompt.open(this.#streams);
    return this.#prompt !== undefined;
  }

  close(): void {
    this.#stopSpinner?.();
    this.#prompt?.close();
    process.off("SIGINT", this.#onSignal).off("SIGTERM", this.#onSignal);
  }
}

/** Reads answers from the terminal, those that are secret without showing them. Nothing that is typed enters a history. */
class Prompt {
  readonly #lines: string[] = [];
  readonly #readline: Interface;
  readonly #screen: NodeJS.WritableStream;
  #muted = true;
  #waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void } | undefined;

  /** On standard input, or where that is a pipe on the terminal that the process belongs to; undefined where there is none. */
  static open({ stdin, stderr, terminal }: Streams): Prompt | undefined {
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

/** Whole lines, which break between words where the stream is a terminal. */
function fitted(text: string, { isTTY, columns }: Screen, indent: string): string {
  const lines = text.split("\n");
  const broken = isTTY && columns ? lines.flatMap((line) => wrap(line, columns, { indent })) : lines;
  return `${broken.join("\n")}\n`;
}

/**
 * Text from outside as it may be shown: control characters would steer the terminal, and format characters (Unicode's Cf) reorder what
 * stands around them or are not seen. Line ends and tabs stay, and the joiners that scripts and emoji need.
 */
export function shown(text: string): string {
  return text.replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** A fact that takes one line: a line end within it would begin a line that looks like the program's own. */
export function onOneLine(text: string): string {
  return inert(shown(text).replace(/[\n\t]/g, escaped));
}

/** The same of JSON, which says the same. */
export function inertJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("##[", "##\\u005b")
    .replace(/[\u2028\u2029]/g, (separator) => (separator === "\u2028" ? "\\u2028" : "\\u2029"));
}

/** Lines that a runner of GitHub does not take for workflow commands, where the command line runs in a job. */
export function inert(lines: string): string {
  return lines.replace(/^(\s*):(?=:)|##(?=\[)/gm, (found) =>
    found === "##" ? "# #" : `${found.slice(0, -1)}: `,
  );
}

/** As in JSON, so that what was JSON still is. */
function escaped(characters: string): string {
  return Array.from(
    { length: characters.length },
    (_, at) => `\\u${characters.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
}

function visible(text: string): string {
  return shown(text).replaceAll(OURS, "\x1b[");
}
