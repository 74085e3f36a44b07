import { SenderError } from "./sender-error.ts";

/** The lines of a text that hold something, trimmed. */
export function linesIn(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Refuses an entry that stands twice in a list. Null may: it stands for nothing. @throws SenderError `input` */
export function refuseRepeated(entries: readonly unknown[], name: string): void {
  const again = entries.findIndex((entry, index) => entry !== null && entries.indexOf(entry) < index);
  if (again === -1) return;
  const first = entries.indexOf(entries[again]);
  throw new SenderError("input", `Entry ${again + 1} of ${name} repeats entry ${first + 1}. Name each once.`);
}
