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

/** A company's accent colour on the page's grounds, measured as WCAG 2.2 does. */

/** WCAG 2.2, 1.4.3, for text of any size. */
export const LEAST_CONTRAST = 4.5;

/** An accent, and the tint that is made of it. */
export type Accent = Pick<Palette, "accent" | "tint">;

export type Scheme = "light" | "dark";
const PALETTES: Readonly<Record<Scheme, Palette>> = { light: LIGHT, dark: DARK };
/** How much of the accent is in the tint. */
const TINTED: Readonly<Record<Scheme, number>> = { light: 0.08, dark: 0.12 };

export const COLOUR = /^#[\da-f]{6}$/;

export function accentOf(accent: string, scheme: Scheme): Accent {
  return { accent, tint: mixed(accent, PALETTES[scheme].card, TINTED[scheme]) };
}

/** The least contrast that a colour has as text on this scheme's grounds; what is written on a button of the colour has that of the card. */
export function leastContrast(accent: string, scheme: Scheme): number {
  const { ground, card } = PALETTES[scheme];
  const { tint } = accentOf(accent, scheme);
  return Math.min(...[ground, card, tint].map((on) => contrast(accent, on)));
}

/** The colour itself where its contrast is enough, or else the same hue with as little more or less light as it takes. */
export function nearestPassing(colour: string, scheme: Scheme): string {
  const towards = scheme === "light" ? "#000000" : "#ffffff";
  for (let part = 0; part <= 100; part += 1) {
    const candidate = mixed(towards, colour, part / 100);
    if (leastContrast(candidate, scheme) >= LEAST_CONTRAST) return candidate;
  }
  throw new Error("black or white has enough contrast on every ground");
}

/** WCAG 2.2, contrast ratio. */
export function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((value) => {
    const channel = value / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** @param part how much of the first, 0 to 1 */
function mixed(first: string, second: string, part: number): string {
  const others = channels(second);
  const both = channels(first).map((value, at) => Math.round(value * part + (others[at] ?? 0) * (1 - part)));
  return `#${both.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

function channels(colour: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}
