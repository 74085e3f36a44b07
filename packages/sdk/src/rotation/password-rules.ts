import { SenderError } from "../sender-error.ts";

/** Kinds of characters a password can be made of. */
export const CHARACTER_CLASSES = ["lowercase", "uppercase", "digits", "punctuation"] as const;
export type CharacterClass = (typeof CHARACTER_CLASSES)[number];

/** What a generated password looks like. Each class it is made of occurs at least once. */
export type PasswordRules = {
  /** Characters. */
  readonly length: number;
  readonly classes: readonly CharacterClass[];
  /** Characters that it must not hold. */
  readonly exclude: string;
};

export const SHORTEST_PASSWORD = 16;
/** GetRandomPassword makes none longer (Secrets Manager API reference). */
export const LONGEST_PASSWORD = 4_096;
/** Fewer different characters than this make even a long password guessable. */
const FEWEST_CHARACTERS = 10;

/** As GetRandomPassword has them. */
const CHARACTERS: Readonly<Record<CharacterClass, string>> = {
  lowercase: "abcdefghijklmnopqrstuvwxyz",
  uppercase: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  digits: "0123456789",
  punctuation: "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
};

/**
 * Rules for a strong password.
 * @param length digits
 * @param classes names of character classes, separated by commas or white space
 * @throws SenderError `input`
 */
export function parsePasswordRules(length: string, classes: string, exclude: string): PasswordRules {
  const characters = /^\d{1,4}$/.test(length) ? Number(length) : 0;
  if (characters < SHORTEST_PASSWORD || characters > LONGEST_PASSWORD) {
    throw new SenderError(
      "input",
      `password-length must be a number from ${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD}.`,
    );
  }
  const named = classes.split(/[\s,]+/).filter((word) => word !== "");
  const chosen = CHARACTER_CLASSES.filter((known) => named.includes(known));
  const strangers = named.filter((word) => !CHARACTER_CLASSES.some((known) => known === word));
  const left = chosen.flatMap((name) => [...CHARACTERS[name]]).filter((one) => !exclude.includes(one));
  if (strangers.length > 0 || chosen.length === 0 || left.length < FEWEST_CHARACTERS) {
    throw new SenderError(
      "input",
      `password-characters and password-exclude must leave at least ${FEWEST_CHARACTERS} characters. Choose from ${CHARACTER_CLASSES.join(", ")}.`,
    );
  }
  return { length: characters, classes: chosen, exclude };
}
