import { stripVTControlCharacters } from "node:util";

/** What takes two columns of a terminal (UAX 11, "Wide"), as far as names and messages have it. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3001-\u303e\u30fb\u30fc\uff01-\uff60]/u;
/** What stands on the character before it, or shows nothing. */
const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;

/** Columns that a text takes on a terminal: colours take none. */
export function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].reduce((sum, character) => sum + columnsOf(character), 0);
}

function columnsOf(character: string): number {
  if (NO_WIDTH.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
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
