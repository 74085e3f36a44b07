const MARKS = { done: "✓", begun: "•", live: "→", failed: "✗" } as const;
export type Mark = keyof typeof MARKS;

const PAINT = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;
type Paint = keyof typeof PAINT;

const WORD_WIDTH = 13;
const INDENT = "  ";
/** A new line below a sentence. */
const HANGING = `\n${INDENT}${" ".repeat(WORD_WIDTH + 3)}`;

type Stream = {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
};

/** A calm layout of lines: a mark, one word, a sentence. Colours only on a terminal that wants them (https://no-color.org). */
export class Terminal {
  readonly #stream: Stream;
  readonly #write: (text: string) => void;
  readonly #colours: boolean;

  constructor(stream: Stream, env: Readonly<Record<string, string | undefined>>) {
    this.#stream = stream;
    this.#write = (text) => stream.write(text);
    this.#colours = stream.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb";
  }

  paint(paint: Paint, text: string): string {
    return this.#colours ? `\u001b[${PAINT[paint]}m${text}\u001b[0m` : text;
  }

  blank(): void {
    this.#write("\n");
  }

  title(name: string, rest: string): void {
    this.#write(`\n${INDENT}${this.paint("bold", name)}  ${this.paint("dim", rest)}\n\n`);
  }

  text(line: string): void {
    this.#write(`${INDENT}${line}\n`);
  }

  /** `  ✓ mailed       to a•••@vendor.example` */
  step(mark: Mark, word: string, sentence: string): void {
    const colour = mark === "failed" ? "red" : mark === "done" ? "green" : "cyan";
    const head = `${this.paint(colour, MARKS[mark])} ${this.paint("bold", word.padEnd(WORD_WIDTH))}`;
    this.#write(`${INDENT}${head} ${this.#folded(sentence).join(HANGING)}\n`);
  }

  /** More about the step above. */
  detail(sentence: string): void {
    const lines = this.#folded(sentence).map((line) => this.paint("dim", line));
    this.#write(`${HANGING.slice(1)}${lines.join(HANGING)}\n`);
  }

  /** In lines that fit beside the words of a terminal. What goes into a file stays on one line, for those who search it. */
  #folded(sentence: string): readonly string[] {
    const room = Math.max((this.#stream.columns ?? Number.POSITIVE_INFINITY) - HANGING.length, 20);
    const lines = [""];
    for (const word of sentence.split(" ")) {
      const last = lines.at(-1) ?? "";
      if (last !== "" && last.length + 1 + word.length > room) lines.push(word);
      else lines[lines.length - 1] = last === "" ? word : `${last} ${word}`;
    }
    return lines;
  }

  /** A line that somebody else wrote. */
  quote(line: string): void {
    this.#write(`${INDENT}  ${this.paint("dim", "│")} ${line}\n`);
  }
}

/** Does one piece of work after the other, in the order in which it was handed in, although a piece may take a look into the store. */
export class SerialQueue {
  #last: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;

  add(work: () => void | Promise<void>): void {
    this.#last = this.#last.then(work).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }

  /** Resolves when all of it is done. @throws what a piece failed with */
  async idle(): Promise<void> {
    await this.#last;
    if (this.#failure) throw this.#failure.error;
  }
}
