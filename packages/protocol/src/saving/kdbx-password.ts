import type { RandomBytes } from "../seal.ts";

/** Characters that no one mixes up, read aloud or typed off: 31. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A password for a file: four groups of five characters, 99 bits. */
export function filePassword(random: RandomBytes): string {
  let text = "";
  while (text.length < GROUPS * GROUP_LENGTH) {
    // Of 256 values the last 8 are dropped, so that each character is as likely as the others.
    for (const byte of random(32)) if (byte < 248) text += ALPHABET[byte % ALPHABET.length];
  }
  return Array.from({ length: GROUPS }, (_, index) =>
    text.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH),
  ).join("-");
}
