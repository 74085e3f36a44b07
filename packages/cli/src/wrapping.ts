import { stripVTControlCharacters } from "node:util";

/** Columns that a text takes on a terminal: colours take none. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}

/**
 * Breaks a text at its spaces; a word that is wider than the columns stays whole unless `hard`.
 * @param indent stands before every line but the first
 */
export function wrap(text: string, columns: number, { indent = "", hard = false } = {}): readonly string[] {
  const lines: string[] = [];
  for (const word of text
    .split(" ")
    .flatMap((word) => (hard ? pieces(word, columns - indent.length) : [word]))) {
    const last = lines.at(-1);
    if (last === undefined) lines.push(word);
    else if (widthOf(last) + 1 + widthOf(word) <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function pieces(word: string, columns: number): readonly string[] {
  const characters = [...word];
  if (characters.length <= columns || columns < 1) return [word];
  const count = Math.ceil(characters.length / columns);
  return Array.from({ length: count }, (_, n) => characters.slice(n * columns, (n + 1) * columns).join(""));
}
