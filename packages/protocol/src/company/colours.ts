import { DARK, LIGHT, type Palette } from "../theme.ts";

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
