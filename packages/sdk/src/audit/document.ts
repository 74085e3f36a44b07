import { escapeHtml } from "@secret-handoff/protocol/markup";
import { plainLine } from "@secret-handoff/protocol/shown-text";
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
  /** An SVG element, the same for a narrow screen, and what both show. */
  | { readonly svg: string; readonly narrow: string; readonly alt: string };

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
    if ("svg" in block) return `<figure>${block.svg}${block.narrow}</figure>`;
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
const SHORT_CELL = 32;

/** Columns of text that still stand beside each other on a telephone. */
const FEW_COLUMNS = 2;

/**
 * How a table gives way on a narrow screen: a small one fits, one of numbers scrolls in its own box with its first column held, and of one
 * of texts each row becomes a list of its cells, each under its column's name.
 */
function shapeOf(columns: number, numbers: number): "small" | "grid" | "list" {
  if (columns <= FEW_COLUMNS) return "small";
  return numbers === columns - 1 ? "grid" : "list";
}

function htmlTable({
  head,
  rows,
  numbers = [],
  hasTotal = false,
}: Extract<Block, { head: unknown }>): string {
  const shape = shapeOf(head.length, numbers.length);
  // A row that is shown as a list is no row to a screen reader, unless it says so.
  const role = (name: string) => (shape === "list" ? ` role="${name}"` : "");
  const cell = (value: string | number, column: number) => {
    const text = String(value);
    const isWord = text.length <= SHORT_CELL && /^\S*$|^\d[\d-]* [\d:]+$/.test(text);
    const kind = numbers.includes(column) ? "n" : isWord ? "s" : "";
    const name = shape === "list" ? ` data-name="${escapeHtml(head[column] ?? "")}"` : "";
    return `<td${role("cell")}${kind === "" ? "" : ` class="${kind}"`}${name}>${htmlText(text)}</td>`;
  };
  const heads = head.map(
    (name, column) =>
      `<th${role("columnheader")} scope="col"${numbers.includes(column) ? ' class="n"' : ""}>${htmlText(name)}</th>`,
  );
  const lines = rows.map((cells, index) => {
    const isTotal = hasTotal && index === rows.length - 1;
    return `<tr${role("row")}${isTotal ? ' class="total"' : ""}>${cells.map(cell).join("")}</tr>`;
  });
  const kind = `table ${shape}${rows.length <= SHORT_TABLE ? " short" : ""}`;
  const scrolls =
    shape === "grid" ? ` tabindex="0" role="region" aria-label="${escapeHtml(head[0] ?? "")}"` : "";
  const [groups, table] = [role("rowgroup"), role("table")];
  return `<div class="${kind}"${scrolls}><table${table}><thead${groups}><tr${role("row")}>${heads.join("")}</tr></thead><tbody${groups}>${lines.join("\n")}</tbody></table></div>`;
}

/** On one line: a job that prints the document shows no line that begins as a workflow command does. */
export function htmlText(text: string): string {
  return escapeHtml(plainLine(text));
}

/**
 * Light and dark on a screen; on paper light, across, with numbered pages and each table's head on every one of them. A box that scrolls
 * has a shadow on the side where there is more: two shadows that stay, under two covers that move with the table.
 */
const STYLE = `
:root { color-scheme: light dark; --text: #1c2330; --soft: #566073; --faint: #d8dde6; --strong: #8a94a6; --page: #fff; --shadow: #0006; }
@media screen and (prefers-color-scheme: dark) { :root { --text: #e4e8ef; --soft: #a3aebe; --faint: #333c4a; --strong: #77849a; --page: #14181f; --shadow: #fff8; } }
html { font: 15px/1.45 system-ui, sans-serif; color: var(--text); background: var(--page); }
body { margin: 0; }
main { max-width: 84rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0 0 1rem; text-wrap: balance; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
p { max-width: 46rem; text-wrap: pretty; overflow-wrap: anywhere; }
p:has(+ .table) { break-after: avoid; }
.table { margin: .5rem 0 1rem; }
.short { break-inside: avoid; }
table { border-collapse: collapse; width: 100%; font-size: .8rem; }
.small table { width: auto; min-width: min(24rem, 100%); }
.grid table { width: auto; min-width: min(50rem, 100%); }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--faint); }
th:first-child, td:first-child { padding-left: 0; }
th { border-bottom: 2px solid var(--strong); white-space: nowrap; }
td { overflow-wrap: anywhere; }
.s { white-space: nowrap; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.total td { font-weight: 600; border-bottom: 0; border-top: 2px solid var(--strong); }
tr { break-inside: avoid; }
thead { display: table-header-group; }
figure { margin: 1rem -8px; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
figure .narrow { display: none; }
@media screen and (max-width: 64rem) {
  figure .wide { display: none; }
  figure .narrow { display: block; }
  .grid { overflow-x: auto; background: linear-gradient(90deg, var(--page) 40%, transparent) 0 0 / 2.5rem 100% no-repeat local,
    linear-gradient(270deg, var(--page) 40%, transparent) 100% 0 / 2.5rem 100% no-repeat local,
    radial-gradient(farthest-side at 0 50%, var(--shadow), transparent) 0 0 / .8rem 100% no-repeat scroll,
    radial-gradient(farthest-side at 100% 50%, var(--shadow), transparent) 100% 0 / .8rem 100% no-repeat scroll; }
  .grid :is(th, td):first-child { position: sticky; left: 0; background: var(--page); }
  .list thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .list table, .list tbody, .list tr { display: block; }
  .list tr { padding: .6rem 0; border-bottom: 1px solid var(--faint); }
  .list tr:first-child { border-top: 2px solid var(--strong); }
  .list td { display: grid; grid-template-columns: 6.5rem 1fr; gap: .75rem; padding: .15rem 0; border: 0; text-align: left; white-space: normal; }
  .list td::before { content: attr(data-name); color: var(--soft); }
  .list td:empty { display: none; }
}
@page { size: A4 landscape; margin: 14mm 14mm 16mm; @bottom-right { content: counter(page) " / " counter(pages); font: 8pt system-ui, sans-serif; } }
@media print {
  :root { color-scheme: light; }
  html { font-size: 9pt; }
  main { margin: 0; padding: 0; max-width: none; }
  table { font-size: 7.5pt; }
  th, td { padding: .2rem .5rem; }
  tr:nth-child(-n + 2) { break-after: avoid; }
  tr:nth-last-child(-n + 2) { break-before: avoid; }
}
`;
