import { sha256 } from "@noble/hashes/sha2.js";
import { encodeBase64url, utf8 } from "../encoding.ts";
import { isRightToLeft, type Language, localeOf } from "../languages.ts";

export { joined } from "../languages.ts";

/**
 * The language in which this page, or this terminal, speaks. The English sentence leads to its translation, as with gettext: so
 * English needs no table, and a sentence that nobody has translated stands there in English. Only our own sentences are ever looked
 * up, never what a sender wrote.
 */
let spoken: Language = "en";
let translations: Translations = {};
/** What was looked up before. */
let known = new Map<string, string>();

/** From the key of an English sentence to its translation, with the same places `{0}`. */
export type Translations = Readonly<Record<string, string>>;

export function speak(language: Language, table: Translations): void {
  spoken = language;
  translations = table;
  known = new Map();
}

/**
 * The key of a sentence in a table: 30 bits of its SHA-256, for the English text of every sentence would double what a language weighs.
 * The build refuses tables in which two sentences have the same.
 */
export function keyOf(sentence: string): string {
  return hashOf(sentence).slice(0, KEY_LENGTH);
}

const KEY_LENGTH = 5;

/**
 * Reads a file of translations: a line with the way from it to the root of a Merkle tree over all files, then a line for each
 * sentence, which begins with its key.
 * @param name the file's, `de` or `de-opened`
 * @param root the root of that tree, by which a page knows the sentences that it was built with
 * @throws Error where a byte of it is not as it was built, or it is another file
 */
export function readTranslations(file: string, name: string, root: string): Translations {
  const [path = "", ...lines] = file.split("\n");
  let hash = hashOf([name, ...lines].join("\n"));
  for (const sibling of path.split(" ")) hash = parentOf(hash, sibling);
  if (hash !== root) throw new Error("these translations were not built with this page");
  return Object.fromEntries(lines.map((line) => [line.slice(0, KEY_LENGTH), line.slice(KEY_LENGTH)]));
}

/** The two in the order of their characters, so that a path needs no sides. No leaf is one: a leaf has a line end. */
export function parentOf(one: string, other: string): string {
  return hashOf([one, other].sort().join(" "));
}

/** base64url of the SHA-256. */
export function hashOf(text: string): string {
  return encodeBase64url(sha256(utf8(text)));
}

export function translated(sentence: string): string {
  const found = known.get(sentence) ?? translations[keyOf(sentence)] ?? sentence;
  known.set(sentence, found);
  return found;
}

/**
 * A sentence with values in it, as a tagged template: its key is that of the template with `{0}`, `{1}` in the places of the values. In a
 * language that runs from right to left each value is isolated (UAX 9), so that a name cannot turn the words round it.
 */
export function sentence(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  const template = parts.reduce((before, after, index) => `${before}{${index - 1}}${after}`);
  return translated(template).replace(/\{(\d)\}/g, (_, place: string) => {
    const value = `${values[Number(place)]}`;
    if (!isRightToLeft(spoken) || value === "") return value;
    // A part of a sentence, such as the time of an ending in brackets, begins with a value of its own: without one, nothing would show its direction.
    return `${/^[^\p{L}\d]*\u2068/u.test(value) ? "\u2067" : "\u2068"}${value}\u2069`;
  });
}

/**
 * Names in a sentence, with the comma of its language. In a language that runs from right to left each is isolated, for a name in another
 * direction would turn the order of those beside it.
 */
export function listed(names: readonly string[]): string {
  const parts = isRightToLeft(spoken) ? names.map((name) => `\u2068${name}\u2069`) : names;
  return parts.join(COMMAS[spoken] ?? ", ");
}

const COMMAS: Readonly<Partial<Record<Language, string>>> = {
  ar: "\u060c ",
  ja: "\u3001",
  "zh-Hans": "\u3001",
};

/** For Intl. */
export function locale(): string {
  return localeOf(spoken);
}

/** Times, in the words that recipients read. */

/**
 * How far the service's clock is ahead of the device's, ms. Devices are wrong by minutes often enough to matter to a lease of two.
 * @param serverTime from the answer's Date header, ms since 1970, cut to whole seconds
 */
export function clockAhead(serverTime: number | undefined, now: number): number {
  return serverTime === undefined ? 0 : serverTime - now;
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
] as const;

/** "Sunday, 22 November 2026 at 09:10 GMT+1". @param at Unix seconds @param timeZone the reader's, unless a test names one */
export function inFull(at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    timeZoneName: "short",
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(at * 1_000);
}

/** "in 23 hours", "in 90 minutes", "in 1 second": rounded down to a unit of which there are at least two. @param seconds at least 0 */
export function fromNow(seconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => seconds >= 2 * length) ?? ["second", 1];
  const text = new Intl.RelativeTimeFormat(locale()).format(Math.floor(seconds / size), unit);
  // Japanese writes no space between a number and what it counts; Intl does.
  return spoken === "ja" ? text.replace(" ", "") : text;
}

/** "4:05". @param ms rounded up to whole seconds, at least 0 */
export function asClock(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
