/** The languages that recipients read in, page and mail, each under its tag (BCP 47), and its name in itself. */
export const LANGUAGES = {
  en: "English",
  de: "Deutsch",
  fr: "Français",
  es: "Español",
  "pt-BR": "Português",
  it: "Italiano",
  nl: "Nederlands",
  pl: "Polski",
  ja: "日本語",
  "zh-Hans": "简体中文",
  ar: "العربية",
  he: "עברית",
} as const;

export type Language = keyof typeof LANGUAGES;

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
  for (const tag of preferred) {
    const found = languageOf(tag);
    if (found) return found;
  }
  return "en";
}

/** @returns undefined for a language that nobody has written sentences in */
export function languageOf(tag: string): Language | undefined {
  const [base = "", ...rest] = tag.toLowerCase().split(/[-_]/);
  if (base === "zh") return /^(hant|tw|hk|mo)$/.test(rest[0] ?? "") ? undefined : "zh-Hans";
  if (base === "pt") return "pt-BR";
  // Java and old Android write Hebrew so.
  const now = base === "iw" ? "he" : base;
  return (Object.keys(LANGUAGES) as Language[]).find((language) => language === now);
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

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
