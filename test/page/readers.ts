import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Readers for saved files, written from the formats' own documents and not from what the page writes. */

/**
 * What a POSIX shell reads: sources the file and prints the variables, NUL between them.
 * @param names the variables to print
 */
export function readWithShell(text: string, names: readonly string[]): Readonly<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "env-"));
  try {
    const file = join(folder, "saved.env");
    writeFileSync(file, text);
    const script = ['. "$1"', ...names.map((name) => `printf '%s\\0' "$${name}"`)].join("\n");
    const output = execFileSync("sh", ["-c", script, "sh", file], { env: {}, maxBuffer: 1 << 26 });
    const values = output.toString("utf8").split("\0");
    return Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * What dotenv reads, by the rules in its README: KEY=value a line; a value that begins and ends with the same quote (single, double or
 * backtick) may span lines and is taken without them; inside of double quotes \n and \r are expanded; without quotes the value
 * ends at a # and is trimmed; CRLF and CR are line ends.
 * https://github.com/motdotla/dotenv#what-rules-does-the-parsing-engine-follow
 */
export function readAsDotenv(text: string): Readonly<Record<string, string>> {
  const read: Record<string, string> = {};
  const source = text.replace(/\r\n?/g, "\n");
  let at = 0;
  while (at < source.length) {
    const lineEnd = endOf(source, at);
    const start = /^\s*(?:export\s+)?([\w.-]+)\s*=[^\S\n]*/.exec(source.slice(at, lineEnd));
    if (!start) {
      at = lineEnd + 1;
      continue;
    }
    const from = at + start[0].length;
    const quote = source[from] ?? "";
    const close = /["'`]/.test(quote) ? closingQuote(source, from, quote) : -1;
    const end = close < 0 ? lineEnd : endOf(source, close);
    const raw =
      close < 0 ? (source.slice(from, end).split("#")[0] ?? "").trim() : source.slice(from + 1, close);
    read[start[1] ?? ""] =
      quote === '"' && close >= 0 ? raw.replace(/\\n/g, "\n").replace(/\\r/g, "\r") : raw;
    at = end + 1;
  }
  return read;
}

/** The first same quote that is not escaped and behind which the line ends, but for a comment. */
function closingQuote(source: string, open: number, quote: string): number {
  for (let at = open + 1; at < source.length; at += 1) {
    if (source[at] === "\\" && source[at + 1] === quote) at += 1;
    else if (source[at] === quote)
      return /^[^\S\n]*(?:#|$)/.test(source.slice(at + 1, endOf(source, at))) ? at : -1;
  }
  return -1;
}

function endOf(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end < 0 ? source.length : end;
}

/** RFC 4180, section 2. @throws Error where the text is not of that grammar */
function readCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at += 1; ; at += 1) {
        if (at >= text.length) throw new Error("a quoted cell that does not end");
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') {
          cell += '"';
          at += 1;
        } else break;
      }
      at += 1;
    } else {
      while (at < text.length && !/[,\r\n"]/.test(text[at] ?? "")) {
        cell += text[at];
        at += 1;
      }
    }
    rows.at(-1)?.push(cell);
    if (text[at] === ",") at += 1;
    else if (text.startsWith("\r\n", at)) {
      at += 2;
      if (at < text.length) rows.push([]);
    } else if (at < text.length) throw new Error("something behind a cell that is neither a comma nor CRLF");
  }
  return rows;
}

/** The rows by the names in the first. @throws Error when a row is of another length */
export function readCsvRecords(text: string): readonly Readonly<Record<string, string>>[] {
  const [header = [], ...rows] = readCsv(text);
  return rows.map((row) => {
    if (row.length !== header.length)
      throw new Error(`a row of ${row.length} cells under ${header.length} names`);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""]));
  });
}
