import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { styleText } from "node:util";
import { inert, inertJson, onOneLine, shown } from "@secret-handoff/protocol/shown-text";
import { SenderError, systemCode } from "@secret-handoff/sdk";
import type { CliProcess, Screen } from "./cli.ts";
import { Prompt } from "./prompt.ts";
import { wrap } from "./wrapping.ts";

type Streams = Pick<CliProcess, "stdin" | "stdout" | "stderr" | "env" | "terminal">;

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
      this.#streams.stdout.write(text, (error) => (error ? reject(unwritten(error)) : resolve()));
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

  /** What failed, and what to do: on standard error, marked as that where nothing shows colours too. */
  error(sentence: string): void {
    this.say(`${this.style("red", "Error:")} ${shown(sentence)}`);
  }

  /** What the reader should know though nothing failed. */
  warn(sentence: string): void {
    this.say(`${this.style("yellow", "Warning:")} ${shown(sentence)}`);
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

/** A pipe that nobody reads any more was closed by somebody who has enough; a disk that is full is a fault. */
function unwritten(cause: Error): Error {
  const code = systemCode(cause);
  if (code === undefined || code === "EPIPE") return cause;
  return new SenderError(
    "unexpected",
    `Standard output could not be written (${code}). Send it to another place, and run the command again.`,
    { cause },
  );
}

/** Whole lines, which break between words where the stream is a terminal. */
function fitted(text: string, { isTTY, columns }: Screen, indent: string): string {
  const lines = text.split("\n");
  const broken = isTTY && columns ? lines.flatMap((line) => wrap(line, columns, { indent })) : lines;
  return `${broken.join("\n")}\n`;
}

function visible(text: string): string {
  return shown(text).replaceAll(OURS, "\x1b[");
}
