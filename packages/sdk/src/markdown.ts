import { plainLine } from "@secret-handoff/protocol/shown-text";

/**
 * Text inside a Markdown table cell, a list item, a heading or a paragraph of one line: nothing in it is markup, HTML, an image, a mention, a
 * reference or a new cell, nor what GitHub makes a link of by itself (an address that begins with a scheme or with www).
 *
 * GitHub looks for mentions and references (@team, #12, GH-12) in what was rendered, where a backslash and an entity are gone: an empty
 * comment keeps their parts apart (https://github.com/github/cmark-gfm/issues/181).
 */
export function escapeMarkdown(text: string): string {
  return plainLine(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]#|~$]|!(?=\[)/g, "\\$&")
    .replace(/^(\s*)([-+=]|\d+(?=[.)]))/, "$1\\$2")
    .replace(/#(?=\d)/g, "#<!-- -->")
    .replace(/\bGH-(?=\d)/gi, "$&<!-- -->")
    .replace(/@/g, "&#64;<!-- -->")
    .replace(/:\/\//g, "&#58;//")
    .replace(/www\./gi, (www) => `${www.slice(0, 3)}&#46;`);
}

/**
 * A table of GitHub's Markdown.
 * @param rows cells that are Markdown already
 * @param numbers columns that stand on the right, from 0
 */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  numbers: readonly number[] = [],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, column) => (numbers.includes(column) ? "---:" : "---"));
  return [line(head), `|${rule.join("|")}|`, ...rows.map(line)].join("\n");
}
