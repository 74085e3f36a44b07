import { WORDS } from "../wording.ts";
import { element } from "./element.ts";

/** Longer values than this are copied, not read aloud or typed off. */
export const LONGEST_SPELLED = 128;

/** A value sign by sign, each with its kind under it, so that 0 and O, 1, l and I cannot be mixed up. */
export function spelledOut(value: string): HTMLOListElement {
  return element(
    "ol",
    { class: "spelled" },
    ...[...value].map((sign) =>
      element("li", {}, element("b", {}, shown(sign)), " ", element("small", {}, kindOf(sign))),
    ),
  );
}

/** The value as one run of monospaced text, its digits marked off from its letters. */
export function monospaced(value: string): DocumentFragment {
  const run = document.createDocumentFragment();
  for (const part of value.match(/\d+|\D+/g) ?? []) {
    run.append(/^\d/.test(part) ? element("span", { class: "digits" }, part) : part);
  }
  return run;
}

/** digit, capital, small, space, or for what cannot be seen its code point. */
export function kindOf(sign: string): string {
  const { space, digit, capital, small, other } = WORDS.spelled;
  if (sign === " ") return space;
  if (isInvisible(sign)) return codePoint(sign);
  if (/\p{Nd}/u.test(sign)) return digit;
  if (/\p{Lu}/u.test(sign)) return capital;
  if (/\p{Ll}/u.test(sign)) return small;
  return other;
}

function shown(sign: string): string {
  return sign === " " ? "\u2423" : isInvisible(sign) ? "\u25a1" : sign;
}

/** Controls, formats (bidirectional overrides, zero-width joiners), separators, marks: nothing to see by themselves. */
function isInvisible(sign: string): boolean {
  return /[\p{C}\p{Z}\p{M}]/u.test(sign);
}

function codePoint(sign: string): string {
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
