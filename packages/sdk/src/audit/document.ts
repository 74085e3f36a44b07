import { escapeHtml } from "@secret-handoff/protocol/markup";
import { ENDINGS, type Ending, type HandoffHistory } from "./summary.ts";

/**
 * Text inside a Markdown table cell, a list item, a heading or a paragraph of one line: nothing in it is markup, HTML, an image, a mention, a
 * reference or a new cell, nor what GitHub makes a link of by itself (an address that begins with a scheme or with www).
 *
 * GitHub looks for mentions and references (@team, #12, GH-12) in what was rendered, where a backslash and an entity are gone: an empty
 * comment keeps their parts apart (https://github.com/github/cmark-gfm/issues/181).
 */
export function escapeMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")
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
    const { head, rows, numbers = [] } = block;
    const line = (cells: readonly (string | number)[]) =>
      `| ${cells.map((cell) => escapeMarkdown(String(cell))).join(" | ")} |`;
    const rule = `|${head.map((_, column) => (numbers.includes(column) ? "---:" : "---")).join("|")}|`;
    return [[line(head), rule, ...rows.map(line)].join("\n")];
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
<h1>${htmlText(title)}</h1>
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
function htmlText(text: string): string {
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

/** What went well is green, what was ended grey, what needs a look warm. Each part also has its number, for whoever sees no colours. */
const COLOURS: Readonly<Record<Ending, string>> = {
  delivered: "#1f6f5c",
  unconfirmed: "#5aa38f",
  claimed: "#9ccfbf",
  open: "#c9d3e3",
  expired: "#e0b04a",
  revoked: "#77839a",
  superseded: "#b9c0cc",
  locked: "#c4572d",
  reported: "#8c1d2c",
};
/** Parts that are dark, with white numbers on them. */
const DARK: ReadonlySet<Ending> = new Set(["delivered", "revoked", "locked", "reported"]);

const WIDTH = 760;
const LABEL = 190;
const COUNT = 50;
const ROW = 30;
const LEGEND = 150;
const MARGIN = 8;

/** Handoffs by class as bars, each divided by how they ended: an SVG element. */
export function endingsChart(handoffs: readonly HandoffHistory[]): string {
  const classes = [...new Set(handoffs.map((handoff) => handoff.class))].sort();
  const most = Math.max(
    1,
    ...classes.map((name) => handoffs.filter((handoff) => handoff.class === name).length),
  );
  const shown = ENDINGS.filter((ending) => handoffs.some((handoff) => handoff.ending === ending));
  const perLine = Math.floor(WIDTH / LEGEND);
  const top = Math.ceil(Math.max(1, shown.length) / perLine) * 22 + 12;
  const scale = (WIDTH - LABEL - COUNT) / most;
  const legend = shown.map((ending, index) => {
    const x = (index % perLine) * LEGEND;
    const y = Math.floor(index / perLine) * 22;
    return `<rect x="${x}" y="${y + 4}" width="12" height="12" fill="${COLOURS[ending]}"/><text x="${x + 18}" y="${y + 14}">${ending}</text>`;
  });
  const bars = classes.map((name, row) => {
    const own = handoffs.filter((handoff) => handoff.class === name);
    const y = top + row * ROW;
    let x = LABEL;
    const parts = shown.map((ending) => {
      const count = own.filter((handoff) => handoff.ending === ending).length;
      const width = count * scale;
      const bar = count === 0 ? "" : part({ x, y, width, count, ending, name });
      x += width;
      return bar;
    });
    const label = `<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${htmlText(short(name))}</text>`;
    return `${label}${parts.join("")}<text x="${round(x + 6)}" y="${y + 15}">${own.length}</text>`;
  });
  const height = top + Math.max(1, classes.length) * ROW;
  const empty = classes.length === 0 ? `<text x="0" y="${top}">No handoff in this period.</text>` : "";
  const [wide, high] = [WIDTH + 2 * MARGIN, height + 2 * MARGIN];
  const place = `x="${-MARGIN}" y="${-MARGIN}" width="${wide}" height="${high}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="Handoffs by class and ending" font-family="system-ui, sans-serif" font-size="13" class="endings">${CHART_STYLE}<rect class="paper" ${place}/>${legend.join("")}${bars.join("")}${empty}</svg>`;
}

/** Dark on light or light on dark, as the report's page is; on paper dark on light. The chart may be a file of its own, on any ground. */
const CHART_STYLE =
  "<style>.endings{fill:#1c2330}.endings .paper{fill:#fff}.endings .on-dark{fill:#fff}.endings .on-light{fill:#1c2330}@media screen and (prefers-color-scheme:dark){.endings{fill:#e4e8ef}.endings .paper{fill:#14181f}}</style>";
/** Between two parts. */
const GAP = 1;
/** Width of a digit. */
const DIGIT = 8;

type Part = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly count: number;
  readonly ending: Ending;
  readonly name: string;
};

function part({ x, y, width, count, ending, name }: Part): string {
  const title = `<title>${htmlText(short(name))}: ${count} ${ending}</title>`;
  const wide = Math.max(width - GAP, GAP);
  const rect = `<rect x="${round(x)}" y="${y}" width="${round(wide)}" height="20" fill="${COLOURS[ending]}">${title}</rect>`;
  // A part that is too narrow for its number has it in the table alone.
  if (wide < String(count).length * DIGIT + 4) return rect;
  const on = DARK.has(ending) ? "on-dark" : "on-light";
  return `${rect}<text class="${on}" x="${round(x + wide / 2)}" y="${y + 15}" text-anchor="middle">${count}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Of a name what fits beside the bars. */
function short(name: string): string {
  return name.length > 24 ? `${name.slice(0, 23)}…` : name;
}
