import * as say from "../wording.ts";
import { element } from "./element.ts";

/** Longer values than this are copied, not read aloud or typed off. */
export const LONGEST_SPELLED = 128;

/** A value sign by sign, each with its kind under it, so that 0 and O, 1, l and I cannot be mixed up. */
export function spelledOut(value: string): HTMLElement {
  return element(
    "ol",
    { class: "spelled" },
    ...[...value].map((sign) =>
      element("li", {}, element("b", {}, shown(sign)), element("small", {}, kindOf(sign))),
    ),
  );
}

/** The value as runs of monospaced text, its digits marked off from its letters. */
export function monospaced(value: string): (HTMLElement | string)[] {
  const runs = value.match(/\d+|\D+/g) ?? [];
  return runs.map((run) => (/^\d/.test(run) ? element("span", { class: "digits" }, run) : run));
}

/** digit, capital, small, space; for what cannot be seen, its code point. */
export function kindOf(sign: string): string {
  if (sign === " ") return say.space;
  if (isInvisible(sign)) return `U+${sign.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}`;
  if (/\p{Nd}/u.test(sign)) return say.digit;
  if (/\p{Lu}/u.test(sign)) return say.capital;
  return /\p{Ll}/u.test(sign) ? say.small : say.sign;
}

function shown(sign: string): string {
  return sign === " " ? "\u2423" : isInvisible(sign) ? "\u25a1" : sign;
}

/** Controls, formats (bidirectional overrides, zero-width joiners), separators, marks: nothing to see by themselves. */
function isInvisible(sign: string): boolean {
  return /[\p{C}\p{Z}\p{M}]/u.test(sign);
}
