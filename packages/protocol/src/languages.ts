/** The languages that recipients read in, page and mail, by their tags (BCP 47). */
export const LANGUAGE_TAGS = [
  ...(["en", "de", "fr", "es", "pt-BR", "it"] as const),
  ...(["nl", "pl", "ja", "zh-Hans", "ar", "he"] as const),
];

export type Language = (typeof LANGUAGE_TAGS)[number];

/** The language's name in itself: "Deutsch", "日本語". Without a country, for no language stands here in the forms of two. */
export function nameOf(language: Language): string {
  const tag = language.replace(/-[A-Z]{2}$/, "");
  return new Intl.DisplayNames(language, { type: "language" }).of(tag) ?? language;
}

/** For Intl: English dates are written as in Britain, the day before the month. */
export function localeOf(language: Language): string {
  return language === "en" ? "en-GB" : language;
}

export function isRightToLeft(language: Language): boolean {
  return language === "ar" || language === "he";
}

/**
 * The language that a reader prefers: `de-AT` finds `de`, `zh-CN` and `zh-SG` find `zh-Hans`; who reads Chinese in traditional
 * characters (`zh-TW`, `zh-Hant`) goes on to their next language.
 * @param preferred tags, the best first
 * @returns English where nothing fits
 */
export function preferredLanguage(preferred: readonly string[]): Language {
  return preferred.map(languageOf).find((found) => found) ?? "en";
}

/** @returns undefined for a language that nobody has written sentences in */
export function languageOf(tag: string): Language | undefined {
  const [, base] = /^(\w\w)(?!\w|-(?:hant|tw|hk|mo)\b)/.exec(tag.toLowerCase()) ?? [];
  return LANGUAGE_TAGS.find((known) => known.slice(0, 2) === base);
}

/**
 * Puts values into the places of a sentence, `{name}`. In a line that runs the other way than the value, the value stands in isolation
 * (UAX 9, FSI and PDI), so that a name or an address cannot turn the words round it.
 */
export function fillIn(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return RIGHT_TO_LEFT.test(sentence) || RIGHT_TO_LEFT.test(value) ? `\u2068${value}\u2069` : value;
  });
}

/** Sentences as one text: Japanese and Chinese have no space behind a full stop. Empty ones are left out. */
export function joined(...sentences: readonly string[]): string {
  return sentences
    .filter((text) => text !== "")
    .reduce((before, text) => `${before}${/^$|。$/.test(before) ? "" : " "}${text}`, "");
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
