import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { buildPage } from "@secret-handoff/page";
import { LANGUAGE_TAGS, languageOf, preferredLanguage } from "@secret-handoff/protocol/languages";
import { inFull, readTranslations, sentence, speak, translated } from "@secret-handoff/protocol/recipient";
import { report } from "../support/tier.ts";
import { sentencesOf } from "./sentences.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const SENTENCES = sentencesOf(ROOT);
const OTHERS = LANGUAGE_TAGS.filter((tag) => tag !== "en");
const tableOf = (tag: string): Record<string, string> =>
  JSON.parse(readFileSync(`${ROOT}packages/page/src/languages/${tag}.json`, "utf8"));
const placesOf = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();

afterEach(() => speak("en", {}));

test("the page's sentences are found where they are written", () => {
  expect(SENTENCES).toEqual(
    expect.arrayContaining(["Reveal the secret", "{0} sent you a secret", "Copy", " on {0}"]),
  );
});

describe.each(OTHERS)("in %s", (tag) => {
  const table = tableOf(tag);

  test("no sentence is missing, and none is left over", () => {
    expect(Object.keys(table).sort()).toEqual([...SENTENCES].sort());
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

test("a tag of no language finds none", () => {
  expect(["", "e", "english", "x-de", "__proto__"].map(languageOf)).toEqual(Array(5).fill(undefined));
});

describe("a file of translations", () => {
  test("is read by the page that it was built with, and weighs little", async () => {
    const { languages, html } = await buildPage();
    expect(Object.keys(languages).sort()).toEqual([...OTHERS].sort());
    const hash = /"([\w-]{43})"/.exec(html)?.[1] ?? "";
    for (const [tag, file] of Object.entries(languages)) {
      expect(readTranslations(file, hash)).toEqual(tableOf(tag));
      const weight = brotliCompressSync(file).length;
      report(`language ${tag}: ${file.length} characters, brotli ${weight}`);
      expect(weight).toBeLessThan(9_000);
    }
  });

  test("that differs in one byte, of the list or of the table, is refused", async () => {
    const { languages, html } = await buildPage();
    const hash = /"([\w-]{43})"/.exec(html)?.[1] ?? "";
    const file = languages.de ?? "";
    for (const at of [0, 50, file.indexOf("\n") + 5, file.length - 3]) {
      const other = file[at] === "a" ? "b" : "a";
      expect(() => readTranslations(file.slice(0, at) + other + file.slice(at + 1), hash)).toThrow();
    }
    expect(() => readTranslations("", hash)).toThrow();
  });
});

test("a sentence takes its values, and isolates them where the line runs from right to left", () => {
  const told = () => sentence`${"Mia Lind"} sent you a secret`;
  expect(told()).toBe("Mia Lind sent you a secret");
  speak("de", tableOf("de"));
  expect(told()).toBe("Mia Lind hat Ihnen Zugangsdaten gesendet");
  expect(inFull(Date.UTC(2026, 10, 22, 8, 10) / 1_000, "Europe/Berlin")).toBe(
    "Sonntag, 22. November 2026 um 09:10 MEZ",
  );
  speak("he", tableOf("he"));
  expect(told()).toContain("\u2068Mia Lind\u2069");
});

test("what nobody translated stands there in English, and a value that reads like a sentence stays what it is", () => {
  speak("de", tableOf("de"));
  expect(translated("No such sentence")).toBe("No such sentence");
  expect(sentence`Ask ${"Copy"} for a new link.`).toBe("Bitten Sie Copy um einen neuen Link.");
});
