import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase64url, utf8 } from "../encoding.ts";
import { isRightToLeft, type Language, localeOf } from "../languages.ts";

/**
 * The language in which this page, or this terminal, speaks. The English sentence is the key to its translation, as with gettext: so
 * English needs no table, and a sentence that nobody has translated stands there in English. Only our own sentences are ever looked
 * up, never what a sender wrote.
 */
let spoken: Language = "en";
let translations: Readonly<Record<string, string>> = {};

/** @param table from an English sentence to its translation, with the same places `{0}` */
export function speak(language: Language, table: Readonly<Record<string, string>>): void {
  spoken = language;
  translations = table;
}

/**
 * Reads a file of translations: a line with the hashes of all of them, and the table of one.
 * @param listHash base64url of the SHA-256 of that line
 * @throws Error where a byte of it is not as it was built
 */
export function readTranslations(file: string, listHash: string): Readonly<Record<string, string>> {
  const [hashes = "", table = ""] = file.split("\n");
  if (hashOf(hashes) !== listHash || !hashes.includes(hashOf(table)))
    throw new Error("these translations were not built with this page");
  return JSON.parse(table);
}

function hashOf(text: string): string {
  return encodeBase64url(sha256(utf8(text)));
}

export function translated(sentence: string): string {
  return translations[sentence] ?? sentence;
}

/**
 * A sentence with values in it, as a tagged template: its key is the template with `{0}`, `{1}` in the places of the values. In a
 * language that runs from right to left each value is isolated (UAX 9), so that a name cannot turn the words round it.
 */
export function sentence(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const key = parts.reduce((before, after, index) => `${before}{${index - 1}}${after}`);
  return translated(key).replace(/\{(\d)\}/g, (_, place: string) => {
    const value = `${values[Number(place)]}`;
    return isRightToLeft(spoken) && value !== "" ? `\u2068${value}\u2069` : value;
  });
}

/** For Intl. */
export function locale(): string {
  return localeOf(spoken);
}
