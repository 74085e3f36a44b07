import { htmlText } from "./document.ts";
import { ENDINGS, type Ending, type HandoffHistory } from "./summary.ts";

/** What went well is green, what was ended grey, what needs a look warm. Each part also has its number, for whoever sees no colours. */
const COLOURS: Readonly<Record<Ending, string>> = {
  delivered: "#1f6f5c",
  unconfirmed: "#5aa38f",
  claimed: "#9ccfbf",
  open: "#c9d3e3",
  expired: "#e0b04a",
  revoked: "#667289",
  superseded: "#b9c0cc",
  locked: "#bd5129",
  reported: "#8c1d2c",
};
/** Parts that are dark, with white numbers on them. */
const DARK: ReadonlySet<Ending> = new Set(["delivered", "revoked", "locked", "reported"]);

/** Where the parts of a chart stand, in pixels. */
type Layout = {
  readonly width: number;
  /** Room for a class's name before its bar; 0 puts the name above it. */
  readonly label: number;
  readonly count: number;
  readonly row: number;
  readonly legend: number;
};
const LAYOUTS = {
  wide: { width: 760, label: 190, count: 50, row: 30, legend: 150 },
  narrow: { width: 336, label: 0, count: 34, row: 46, legend: 112 },
} as const satisfies Readonly<Record<string, Layout>>;
const MARGIN = 8;
const BAR = 20;

/**
 * Handoffs by class as bars, each divided by how they ended: an SVG element.
 * @param size narrow for a telephone's screen, where a wide one would be scaled until nobody can read it
 */
export function endingsChart(
  handoffs: readonly HandoffHistory[],
  size: keyof typeof LAYOUTS = "wide",
): string {
  const { width, label, count: room, row, legend: entry } = LAYOUTS[size];
  const classes = [...new Set(handoffs.map((handoff) => handoff.class))].sort();
  const most = Math.max(
    1,
    ...classes.map((name) => handoffs.filter((handoff) => handoff.class === name).length),
  );
  const shown = ENDINGS.filter((ending) => handoffs.some((handoff) => handoff.ending === ending));
  const perLine = Math.floor(width / entry);
  const top = Math.ceil(Math.max(1, shown.length) / perLine) * 22 + 12;
  const scale = (width - label - room) / most;
  const legend = shown.map((ending, index) => {
    const x = (index % perLine) * entry;
    const y = Math.floor(index / perLine) * 22;
    return `<rect x="${x}" y="${y + 4}" width="12" height="12" fill="${COLOURS[ending]}"/><text x="${x + 18}" y="${y + 14}">${ending}</text>`;
  });
  const bars = classes.map((name, index) => {
    const own = handoffs.filter((handoff) => handoff.class === name);
    const line = top + index * row;
    const y = label === 0 ? line + row - BAR - 6 : line;
    let x = label;
    const parts = shown.map((ending) => {
      const count = own.filter((handoff) => handoff.ending === ending).length;
      const width = count * scale;
      const bar = count === 0 ? "" : part({ x, y, width, count, ending, name });
      x += width;
      return bar;
    });
    const place = label === 0 ? `x="0" y="${y - 6}"` : `x="${label - 8}" y="${y + 15}" text-anchor="end"`;
    return `<text ${place}>${htmlText(short(name))}</text>${parts.join("")}<text x="${round(x + 6)}" y="${y + 15}">${own.length}</text>`;
  });
  const height = top + Math.max(1, classes.length) * row;
  const empty = classes.length === 0 ? `<text x="0" y="${top}">No handoff in this period.</text>` : "";
  const [wide, high] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const paper = `x="${-MARGIN}" y="${-MARGIN}" width="${wide}" height="${high}"`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${wide} ${high}" width="${wide}" height="${high}" role="img" aria-label="Handoffs by class and ending" font-family="system-ui, sans-serif" font-size="13" class="endings ${size}">${CHART_STYLE}<rect class="paper" ${paper}/>${legend.join("")}${bars.join("")}${empty}</svg>`;
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
  const rect = `<rect x="${round(x)}" y="${y}" width="${round(wide)}" height="${BAR}" fill="${COLOURS[ending]}">${title}</rect>`;
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
