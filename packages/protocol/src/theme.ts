/**
 * The colours of everything a recipient sees: the mail and the page. They live here because this is the one package below both. One
 * accent, the rest greys. Text on its ground reaches 4.5:1 in both schemes (WCAG 2.2, 1.4.3).
 */
export type Palette = {
  readonly ground: string;
  readonly card: string;
  readonly ink: string;
  readonly soft: string;
  readonly line: string;
  /** Borders of controls: 3:1 against the card (WCAG 2.2, 1.4.11). */
  readonly edge: string;
  readonly accent: string;
  readonly tint: string;
  readonly alarm: string;
};

export const LIGHT: Palette = {
  ground: "#f4f5f7",
  card: "#ffffff",
  ink: "#1a2230",
  soft: "#566073",
  line: "#dde1e8",
  edge: "#858f9f",
  accent: "#0b5c56",
  tint: "#eaf4f2",
  alarm: "#a3261b",
};

export const DARK: Palette = {
  ground: "#0f141b",
  card: "#18202a",
  ink: "#e8ecf2",
  soft: "#a3aebe",
  line: "#2c3746",
  edge: "#6f7c8f",
  accent: "#6fd3c7",
  tint: "#16302f",
  alarm: "#ff9d90",
};

/** The mark, a lock: the inside of an `<svg` tag and of its element, whose last tag is left open. */
export const MARK_DRAWING = `viewBox='0 0 32 32'><rect width='32' height='32' rx='8' stroke='none'/><path d='M10 15v-3a6 6 0 0 1 12 0v3m-13 0h14v9H9z' fill='none' stroke-width='2.5' stroke-linejoin='round'`;
