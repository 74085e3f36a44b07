import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type BuiltPage, buildPage } from "@secret-handoff/page";
import { LANGUAGE_TAGS, languageOf, nameOf, preferredLanguage } from "@secret-handoff/protocol/languages";
import {
  inFull,
  joined,
  keyOf,
  listed,
  readTranslations,
  sentence,
  speak,
  translated,
} from "@secret-handoff/protocol/recipient";
import { ending } from "@secret-handoff/protocol/recipient/wording";
import { report } from "../support/tier.ts";
import { FIRST_LOAD } from "./first-load.ts";
import { sentencesOf } from "./sentences.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** The files of a language, and what stands in them. */
const SENTENCES = { "": sentencesOf(ROOT, "first"), "-opened": sentencesOf(ROOT, "opened") };
const OTHERS = LANGUAGE_TAGS.filter((tag) => tag !== "en");
const tableOf = (tag: string): Record<string, string> =>
  JSON.parse(readFileSync(`${ROOT}packages/page/src/languages/${tag}.json`, "utf8"));
/** As a file of translations holds it. */
const keyed = (tag: string) =>
  Object.fromEntries(Object.entries(tableOf(tag)).map(([told, translation]) => [keyOf(told), translation]));
const placesOf = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();

afterEach(() => speak("en", {}));

test("the page's sentences are found where they are written", () => {
  expect(SENTENCES[""]).toEqual(expect.arrayContaining(["Reveal", "{0} sent you access details", " on {0}"]));
  expect(SENTENCES["-opened"]).toEqual(
    expect.arrayContaining(["Copy", "Hides in {0}", "Save for a password manager"]),
  );
});

describe.each(OTHERS)("in %s", (tag) => {
  const table = { ...tableOf(tag), ...tableOf(`${tag}-opened`) };

  test("no sentence is missing, and none is left over", () => {
    for (const [part, sentences] of Object.entries(SENTENCES))
      expect(Object.keys(tableOf(tag + part)).sort()).toEqual([...sentences].sort());
  });

  test("every sentence has the same places for values, and none is empty", () => {
    for (const [key, told] of Object.entries(table)) {
      expect([key, placesOf(told)]).toEqual([key, placesOf(key)]);
      expect(told.trim()).not.toBe("");
    }
  });

  test("sentences are not left in English", () => {
    const same = Object.entries(table).filter(([key, told]) => key === told && key.split(" ").length > 2);
    expect(same).toEqual([]);
  });
});

test.each(["ja", "zh-Hans"])("in %s marks are as wide as the script, and no space surrounds them", (tag) => {
  const sentences = Object.values({ ...tableOf(tag), ...tableOf(`${tag}-opened`) });
  const script = "[\\u3001-\\u30ff\\u3400-\\u9fff\\uff01-\\uff60]";
  const narrow = new RegExp(
    `${script}[,:;?!(]|[)?!]${script}|[\\u3001-\\u3003\\uff01-\\uff5e] | [\\uff01-\\uff5e]`,
    "u",
  );
  expect(sentences.filter((told) => narrow.test(told))).toEqual([]);
  // A name may be a word of ours, as in "ask the sender": a space round it would stand between two words of the script.
  const named = Object.entries(tableOf(tag)).filter(([told]) =>
    /(?:[Aa]sk|[Tt]ell|alerts|and) \{0\}|^\{0\} sent/.test(told),
  );
  expect(named.length).toBeGreaterThan(5);
  const spaced = tag === "ja" ? sentences : named.map(([, told]) => told);
  expect(spaced.filter((told) => / \{\d\}|\{\d\} /.test(told))).toEqual([]);
  speak("ja", { [keyOf("Copied")]: "コピーしました。" });
  expect(joined(translated("Copied"), "", "残り4回です。", "End.")).toBe("コピーしました。残り4回です。End.");
  expect(joined("One.", "", "Two.")).toBe("One. Two.");
});

test("in Japanese no line ends between “this” and what it names", () => {
  const sentences = Object.values({ ...tableOf("ja"), ...tableOf("ja-opened") }).filter(
    (told) => told.length > 10,
  );
  expect(sentences.filter((told) => /この(?!\u2060)/.test(told))).toEqual([]);
});

test.each([
  [["de-AT", "en"], "de"],
  [["pt-PT"], "pt-BR"],
  [["zh-CN"], "zh-Hans"],
  [["zh-TW", "ja-JP"], "ja"],
  [["zh-Hant-HK"], "en"],
  [["sv", "nb", "FR"], "fr"],
  [["", "he-IL"], "he"],
  [[], "en"],
])("who reads %j is spoken to in %s", (preferred, language) => {
  expect(preferredLanguage(preferred)).toBe(language);
});

test("each language is called by its own name, short enough for the choice in the page's top", () => {
  const names = LANGUAGE_TAGS.map(nameOf);
  expect(names).toEqual(expect.arrayContaining(["English", "português", "简体中文", "עברית"]));
  expect(names.filter((name) => name.length > 10)).toEqual([]);
});

test("a tag of no language finds none", () => {
  expect(["", "e", "english", "x-de", "__proto__"].map(languageOf)).toEqual(Array(5).fill(undefined));
});

describe("a file of translations", () => {
  let page: BuiltPage;
  let root: string;
  beforeAll(async () => {
    page = await buildPage();
    root = /"([\w-]{43})"/.exec(page.html)?.[1] ?? "";
  });

  test("is read by the page that it was built with, and with it makes a first load that stays within its limit", () => {
    const parts = Object.keys(SENTENCES);
    expect(Object.keys(page.languages).sort()).toEqual(
      OTHERS.flatMap((tag) => parts.map((part) => tag + part)).sort(),
    );
    const html = brotliCompressSync(page.html).length;
    for (const tag of OTHERS) {
      const file = page.languages[tag] ?? "";
      expect(readTranslations(file, tag, root)).toEqual(keyed(tag));
      const weight = brotliCompressSync(file).length;
      report(`first load in ${tag}: page ${html} + sentences ${weight} = ${html + weight} bytes with brotli`);
      expect([tag, html + weight <= FIRST_LOAD]).toEqual([tag, true]);
      const opened = `${tag}-opened`;
      expect(readTranslations(page.languages[opened] ?? "", opened, root)).toEqual(keyed(opened));
    }
  });

  test("that differs in one byte, of the way to the root or of the sentences, or is another language's, is refused", () => {
    const file = page.languages.de ?? "";
    for (const at of [0, 50, file.indexOf("\n") + 5, file.length - 3]) {
      const other = file[at] === "a" ? "b" : "a";
      expect(() => readTranslations(file.slice(0, at) + other + file.slice(at + 1), "de", root)).toThrow();
    }
    expect(() => readTranslations("", "de", root)).toThrow();
    for (const other of ["fr", "de-opened"])
      expect(() => readTranslations(page.languages[other] ?? "", "de", root)).toThrow();
  });
});

test("a sentence takes its values, and isolates them where the line runs from right to left", () => {
  const told = () => sentence`${"Mia Lind"} sent you access details`;
  expect(told()).toBe("Mia Lind sent you access details");
  speak("de", keyed("de"));
  expect(told()).toBe("Mia Lind hat Ihnen Zugangsdaten gesendet");
  expect(inFull(Date.UTC(2026, 10, 22, 8, 10) / 1_000, "Europe/Berlin")).toBe(
    "Sonntag, 22. November 2026 um 09:10 MEZ",
  );
  speak("he", keyed("he"));
  expect(told()).toContain("\u2068Mia Lind\u2069");
  // Brackets that begin with a value would run from left to right if the first letter decided.
  const ended = ending({ kind: "ended", state: "expired", changedAt: 1 }, "27 November", "Mia Lind");
  expect(ended[1]).toContain("\u2067 (\u206827 November\u2069)\u2069");
});

test("names have the comma of their language, and none turns the order of those beside it", () => {
  const names = ["host", "כתובת", "port"];
  const told = () => sentence`Not in the file: ${listed(names)}. Copy or download these one by one.`;
  expect(told()).toContain("host, כתובת, port.");
  speak("ja", {});
  expect(told()).toContain("host、כתובת、port.");
  speak("ar", {});
  // The list runs as its sentence does, whatever its first name is written in.
  expect(told()).toContain("\u2067\u2068host\u2069، \u2068כתובת\u2069، \u2068port\u2069\u2069.");
});

test("what nobody translated stands there in English, and a value that reads like a sentence stays what it is", () => {
  speak("de", keyed("de"));
  expect(translated("No such sentence")).toBe("No such sentence");
  expect(translated("__proto__")).toBe("__proto__");
  expect(sentence`If you still need it, ask ${"Copy"} for a new link.`).toBe(
    "Falls Sie die Daten noch brauchen, bitten Sie Copy um einen neuen Link.",
  );
});
