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
    stream.write = (chunk: unknown, ...rest: unknown[]) => plain(isOurs ? chunk : harmless(chunk), ...rest);
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

function harmless(chunk: unknown): string {
  const text = typeof chunk === "string" ? chunk : Buffer.from(chunk as Uint8Array).toString("utf8");
  return text.split("\n").map(logLine).join("\n");
}
