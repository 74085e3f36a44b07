import { escapeHtml } from "@secret-handoff/protocol/markup";
import { escapeMarkdown, markdownTable } from "../markdown.ts";

/** A report as blocks, of which Markdown and HTML are made. Texts are plain: each format escapes for itself. */
export type Block =
  | { readonly heading: string }
  | { readonly text: string }
  | {
      readonly head: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
      readonly numbers?: readonly number[];
      /** The last row sums up the others. */
      readonly hasTotal?: boolean;
    }
  /** An SVG element, and what it shows. */
  | { readonly svg: string; readonly alt: string };

export type Report = { readonly title: string; readonly blocks: readonly Block[] };

/** @param chart where the report's chart lies as a file, as seen from the Markdown; left out without it */
export function toMarkdown({ title, blocks }: Report, chart?: string): string {
  const parts = blocks.flatMap((block) => {
    if ("heading" in block) return [`## ${escapeMarkdown(block.heading)}`];
    if ("text" in block) return [escapeMarkdown(block.text)];
    if ("svg" in block) return chart === undefined ? [] : [`![${escapeMarkdown(block.alt)}](${chart})`];
    const { head, rows, numbers } = block;
    const cells = (row: readonly (string | number)[]) => row.map((cell) => escapeMarkdown(String(cell)));
    return [markdownTable(cells(head), rows.map(cells), numbers)];
  });
  return `# ${escapeMarkdown(title)}\n\n${parts.join("\n\n")}\n`;
}

/** A page of its own that prints: no script, nothing from elsewhere, and nothing that a job which shows it would take for a command. */
export function toHtml({ title, blocks }: Report): string {
  const body = blocks.map((block) => {
    if ("heading" in block) return `<h2>${htmlText(block.heading)}</h2>`;
    if ("text" in block) return `<p>${htmlText(block.text)}</p>`;
    if ("svg" in block) return `<figure>${block.svg}</figure>`;
    return htmlTable(block);
  });
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${htmlText(title)}</title>
<style>${STYLE}</style>
<main>
<h1>${htmlText(title).replace(/\d{4}-\d\d-\d\d/g, '<span class="s">$&</span>')}</h1>
${body.join("\n")}
</main>
</html>
`.replaceAll("##[", "##&#91;");
}

/** Rows of a table that is better moved to the next page than divided. */
const SHORT_TABLE = 12;
/** Characters of a word, a name or a moment that stays on one line; what is longer breaks anywhere. */
const SHORT_CELL = 24;

function htmlTable({
  head,
  rows,
  numbers = [],
  hasTotal = false,
}: Extract<Block, { head: unknown }>): string {
  const cell = (value: string | number, column: number) => {
    const text = String(value);
    const isWord = text.length <= SHORT_CELL && /^\S*$|^\d[\d-]* [\d:]+$/.test(text);
    const kind = numbers.includes(column) ? "n" : isWord ? "s" : "";
    return `<td${kind === "" ? "" : ` class="${kind}"`}>${htmlText(text)}</td>`;
  };
  const heads = head.map(
    (name, column) => `<th scope="col"${numbers.includes(column) ? ' class="n"' : ""}>${htmlText(name)}</th>`,
  );
  const lines = rows.map((cells, index) => {
    const isTotal = hasTotal && index === rows.length - 1;
    return `<tr${isTotal ? ' class="total"' : ""}>${cells.map(cell).join("")}</tr>`;
  });
  const kind = rows.length <= SHORT_TABLE ? "table short" : "table";
  return `<div class="${kind}"><table><thead><tr>${heads.join("")}</tr></thead><tbody>${lines.join("\n")}</tbody></table></div>`;
}

/** On one line: a job that prints the document shows no line that begins as a workflow command does. */
export function htmlText(text: string): string {
  return escapeHtml(text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " "));
}

/** Light and dark on a screen; on paper light, across, with numbered pages and each table's head on every one of them. */
const STYLE = `
:root { color-scheme: light dark; --text: #1c2330; --faint: #d8dde6; --strong: #8a94a6; --page: #fff; }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e4e8ef; --faint: #333c4a; --strong: #77849a; --page: #14181f; } }
html { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); }
body { margin: 0; }
main { max-width: 84rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
p { max-width: 46rem; }
p:has(+ .table) { break-after: avoid; }
.table { overflow-x: auto; margin: .5rem 0 1rem; }
.short { break-inside: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--faint); }
th:first-child, td:first-child { padding-left: 0; }
th { border-bottom: 2px solid var(--strong); white-space: nowrap; }
td { min-width: 9rem; overflow-wrap: anywhere; }
.s { min-width: 0; white-space: nowrap; }
.n { min-width: 0; text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.total td { font-weight: 600; border-bottom: 0; border-top: 2px solid var(--strong); }
tr { break-inside: avoid; }
thead { display: table-header-group; }
figure { margin: 1rem 0; break-inside: avoid; overflow-x: auto; }
figure svg { max-width: 100%; min-width: 36rem; height: auto; }
@page { size: A4 landscape; margin: 14mm 14mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; } }
@media print {
  :root { color-scheme: light; }
  html { font-size: 9pt; }
  main { margin: 0; padding: 0; max-width: none; }
  .table, figure { overflow: visible; }
  table { font-size: 7pt; }
  th, td { padding: .2rem .5rem; }
  td { min-width: 0; }
}
`;
