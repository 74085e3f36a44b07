import type { Writable } from "node:stream";

/**
 * Text as one line of the log that is no workflow command to the runner, whoever wrote the text: a secret's name, the service, GitHub or
 * AWS. The runner takes a line for a command that begins with `::`, after white space, or that has `##[` anywhere; both streams are
 * read (actions/runner, ActionCommand.cs and OutputManager.cs).
 */
export function logLine(text: string): string {
  return oneLine(text)
    .replace(/##(?=\[)/g, "## ")
    .replace(/^[\s\p{Default_Ignorable_Code_Point}]*::/u, ": :");
}

/** Without line breaks, and without what steers a terminal or reorders the text around it. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").replace(/\p{Bidi_Control}/gu, "");
}

/**
 * Makes every line that is written to the streams a {@link logLine}, whichever code writes it: a library's warning may quote what
 * another party said.
 * @returns runs `write`, whose output is the runner's commands, as it is
 */
export function guardStreams(streams: readonly Writable[]): (write: () => void) => void {
  let isOurs = false;
  for (const stream of streams) {
    const plain: (...given: unknown[]) => boolean = stream.write.bind(stream) as never;
    /** What the line holds that is not ended yet: the runner reads lines, however they were written. */
    let begun = "";
    stream.write = (chunk: unknown, ...rest: unknown[]) => {
      const text = isOurs ? textOf(chunk) : harmless(textOf(chunk), begun);
      const line = text.slice(text.lastIndexOf("\n") + 1);
      begun = lineBegun(text.includes("\n") ? line : begun + line);
      return plain(isOurs ? chunk : text, ...rest);
    };
  }
  return (write) => {
    isOurs = true;
    try {
      write();
    } finally {
      isOurs = false;
    }
  };
}

function textOf(chunk: unknown): string {
  return typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8");
}

/** @param begun what stands in the first line already */
function harmless(text: string, begun: string): string {
  const [first = "", ...more] = text.split("\n");
  const whole = logLine(begun + first);
  // Where the end of what stands there and the beginning of what comes make a command together, a space parts them.
  const rest = whole.startsWith(begun) ? whole.slice(begun.length) : ` ${logLine(first)}`;
  return [rest, ...more.map(logLine)].join("\n");
}

/** Of a long line its end: behind anything but white space no command begins except by `##[`. */
function lineBegun(line: string): string {
  return line.length <= LONGEST_KEPT ? line : `x${line.slice(-2)}`;
}

const LONGEST_KEPT = 10_000;
