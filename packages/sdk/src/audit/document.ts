/** A report as blocks, of which Markdown and HTML are made. Texts are plain: each format escapes for itself. */
export type Block =
  | { readonly heading: string }
  | { readonly text: string }
  | {
      readonly head: readonly string[];
      readonly rows: readonly (readonly (string | number)[])[];
      readonly numbers?: readonly number[];
    }
  /** An SVG element, and what it shows. */
  | { readonly svg: string; readonly alt: string };

export type Report = { readonly title: string; readonly blocks: readonly Block[] };

/** @param chart where the report's chart lies as a file, as seen from the Markdown; left out without it */
export function toMarkdown({ title, blocks }: Report, chart?: string): string {
  const parts = blocks.flatMap((block) => {
    if ("heading" in block) return [`## ${markdownText(block.heading)}`];
    if ("text" in block) return [markdownText(block.text)];
    if ("svg" in block) return chart === undefined ? [] : [`![${markdownText(block.alt)}](${chart})`];
    const { head, rows, numbers = [] } = block;
    const line = (cells: readonly (string | number)[]) =>
      `| ${cells.map((cell) => markdownText(String(cell))).join(" | ")} |`;
    const rule = `|${head.map((_, column) => (numbers.includes(column) ? "---:" : "---")).join("|")}|`;
    return [[line(head), rule, ...rows.map(line)].join("\n")];
  });
  return `# ${markdownText(title)}\n\n${parts.join("\n\n")}\n`;
}

/** Names in events are somebody else's text: nothing in them becomes a link, an image, a mention, HTML or another cell. */
function markdownText(text: string): string {
  return text
    .replaceAll(/[\\`*_{}[\]<>|#~]/g, (character) => `\\${character}`)
    .replaceAll("@", "@\u200b")
    .replaceAll(/\s+/g, " ");
}

/** A page of its own that prints: no script, nothing from elsewhere. */
export function toHtml({ title, blocks }: Report): string {
  const body = blocks.map((block) => {
    if ("heading" in block) return `<h2>${htmlText(block.heading)}</h2>`;
    if ("text" in block) return `<p>${htmlText(block.text)}</p>`;
    if ("svg" in block) return `<figure>${block.svg}</figure>`;
    const { head, rows, numbers = [] } = block;
    const cell = (tag: string, value: string | number, column: number) =>
      `<${tag}${numbers.includes(column) ? ' class="n"' : ""}>${htmlText(String(value))}</${tag}>`;
    const row = (tag: string, cells: readonly (string | number)[]) =>
      `<tr>${cells.map((value, column) => cell(tag, value, column)).join("")}</tr>`;
    return `<table><thead>${row("th", head)}</thead><tbody>${rows.map((cells) => row("td", cells)).join("\n")}</tbody></table>`;
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
`;
}

function htmlText(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

const STYLE = `
:root { color-scheme: light; font: 15px/1.45 system-ui, sans-serif; color: #1c2330; background: #fff; }
main { max-width: 62rem; margin: 2rem auto; padding: 0 1.25rem; }
h1 { font-size: 1.6rem; margin: 0 0 1rem; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; break-after: avoid; }
p { max-width: 46rem; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0 1rem; font-size: .87rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid #d8dde6; overflow-wrap: anywhere; }
th { border-bottom: 2px solid #8a94a6; overflow-wrap: normal; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
tr { break-inside: avoid; }
thead { display: table-header-group; }
figure { margin: 1rem 0; break-inside: avoid; }
figure svg { max-width: 100%; height: auto; }
@page { size: A4; margin: 16mm 14mm; }
@media print { :root { font-size: 10pt; } main { margin: 0; padding: 0; max-width: none; } }
`;
