import { SenderError } from "./sender-error.ts";
import type { Setting } from "./settings.ts";

/** The lines of a text that hold something, trimmed. */
export function linesIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** The same, each with its number among all lines, from 1. */
export function numberedLines(text: string): readonly { readonly text: string; readonly line: number }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ text: line.trim(), line: index + 1 }))
    .filter((entry) => entry.text !== "");
}

/** Refuses a name that stands on two lines. @throws SenderError `input` */
export function refuseRepeated(
  entries: readonly { readonly text: string; readonly line: number }[],
  input: Setting,
): void {
  for (const [index, { text, line }] of entries.entries()) {
    const first = entries.findIndex((one) => one.text === text);
    const earlier = entries[first]?.line;
    if (first === index || earlier === undefined) continue;
    throw new SenderError("input", (say) => `${say(input, [earlier, line])} name the same. Name each once.`);
  }
}
