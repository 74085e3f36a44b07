/**
 * Text from outside as it may be shown: control characters would steer the terminal, and format characters (Unicode's Cf) reorder what
 * stands around them or are not seen. Line ends and tabs stay, and the joiners that scripts and emoji need.
 */
export function shown(text: string): string {
  return text.replace(/(?![\n\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, escaped);
}

/** As words of a sentence, a cell or a line: what would break them, or steer what shows them, becomes a space. */
export function withoutBreaks(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}

/** The same, and what reorders the text round it goes. */
export function plainLine(text: string): string {
  return withoutBreaks(text).replace(/\p{Bidi_Control}/gu, "");
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
