import type { EmailCopy } from "./email-copy.ts";

const WIDTH = 72;

/** The plain-text part: the link on a line of its own, whole, with empty lines round it. */
export function emailText(parts: EmailCopy): string {
  const needs = parts.needs.length === 0 ? [] : [["You will need:", ...parts.needs.map(bullet)].join("\n")];
  const facts =
    parts.facts.length === 0 ? [] : [parts.facts.map(([name, value]) => factLine(name, value)).join("\n")];
  return [
    wrap(parts.intro),
    ...(parts.message === undefined ? [] : [quote(parts.message)]),
    `${parts.button}:`,
    parts.link,
    wrap(parts.until),
    wrap(parts.once),
    ...needs,
    wrap(parts.warning),
    wrap(parts.unexpected),
    ...facts,
  ]
    .join("\n\n")
    .concat("\n");
}

function bullet(text: string): string {
  return wrap(text, "- ", "  ");
}

function factLine(name: string, value: string): string {
  return wrap(`${oneLine(name)}: ${oneLine(value)}`, "", "  ");
}

/** The sender's own words, marked as such, so that they cannot pass for ours. */
function quote(message: string): string {
  return message
    .trim()
    .split(/\r?\n/)
    .map((line) => (line.trim() === "" ? ">" : wrap(line, "> ", "> ")))
    .join("\n");
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/** Breaks between words at 72 columns; a longer word, such as a URL, stays whole. */
function wrap(text: string, first = "", rest = ""): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/)) {
    if (!empty && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join("\n");
}
