import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { LANGUAGE_TAGS, type Language } from "@secret-handoff/protocol/languages";
import { type EmailFacts, writeEmail } from "@secret-handoff/sdk";
import { codeMail } from "../../packages/lambda/src/recipient/code-mail.ts";
import { FRONT_SENTENCES } from "../../packages/lambda/src/recipient/front-sentences.ts";

/** What a copy editor of each country looks for, in the page, the front page, the mail with the link and the mail with the code. */

type Told = Exclude<Language, "en">;
const OTHERS = LANGUAGE_TAGS.filter((tag): tag is Told => tag !== "en");

const tableOf = (tag: Told): Record<string, string> =>
  Object.assign(
    {},
    ...["", "-opened"].map((part) =>
      JSON.parse(
        readFileSync(
          new URL(`../../packages/page/src/languages/${tag}${part}.json`, import.meta.url),
          "utf8",
        ),
      ),
    ),
  );

const ORIGIN = "https://handoff.acme.example";

const FACTS: EmailFacts = {
  ...{ from: { name: "Acme", address: "handoff@acme.example" }, to: "ana@vendor.example", company: "Acme" },
  ...{ contact: "Mia Lind", reason: "quarterly rotation", message: "Hello", context: {}, origins: {} },
  link: `${ORIGIN}/h/SlY8E4NKPhhMiveoipXTpg#AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ`,
  ...{ origin: ORIGIN, id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId, flags: 3, mailedCode: true },
  expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
};

const mailIn = (language: Language, facts: Partial<EmailFacts> = {}) =>
  unwrapped(writeEmail({ ...FACTS, ...facts, language }).text);

const encryptedMailIn = (language: Language) =>
  mailIn(language, {
    link: { armoured: "-----BEGIN-----", fingerprints: ["key"], identityFile: "~/key" },
  }).replace(/ {2,}\S.*/g, "");

const codeMailIn = (language: Language) =>
  unwrapped(codeMail({ code: "04273911", language, origin: ORIGIN, company: { name: "Acme" } }).text);

/** Lines as they were before they were wrapped. */
function unwrapped(text: string): string {
  return text.replace(/(?<=\S)\n {0,3}(?=[^\s-]|-----)/g, " ");
}

const PAGES = new Map(OTHERS.map((tag) => [tag, tableOf(tag)]));

function page(tag: Told, sentence: string): string {
  const told = PAGES.get(tag)?.[sentence];
  if (told === undefined) throw new Error(`the page does not say “${sentence}”`);
  return told;
}

/** Each sentence of the pages, and the lines of the mails, without addresses and times of day. */
function everythingIn(tag: Told): readonly string[] {
  const mails = [mailIn(tag), mailIn(tag, { flags: 0 }), encryptedMailIn(tag), codeMailIn(tag)];
  const pages = { ...PAGES.get(tag), ...FRONT_SENTENCES[tag] };
  return [...Object.values(pages), ...mails.flatMap((text) => text.split("\n"))].map((text) =>
    text.replace(/https:\S+|\d\d:\d\d/g, ""),
  );
}

/** Marks as no typesetter of the language sets them. */
const WRONG_MARKS: { readonly [Tag in Told]: RegExp } = {
  de: /“(?=\p{L})|["”]/u,
  fr: /[^\u202f][:;?!»]|«[^\u202f]|[“”"]/u,
  es: /^[^¿]*\?|[“”"]/u,
  "pt-BR": /[«»"]/u,
  it: /[“”"]/u,
  nl: /[“”«»"]/u,
  pl: /[“«»"]/u,
  ja: /[“”"!?,]/u,
  "zh-Hans": /[「」"!?,]/u,
  ar: /\p{Script=Arabic}[,;?]|[“”"]/u,
  he: /[“”"]/u,
};

/** Another form of address than the rest has, or another word for what was handed over: one word each, from the mail to the last screen. */
const WRONG_WORDS: { readonly [Tag in Told]: RegExp } = {
  de: /\b(?:du|dich|dein\w*|Geheimnis\w*|Kennwort\w*)\b/u,
  fr: /(?<!\p{L})(?:tu|toi|ton|tes|secrets?|courriel|phrase de passe)(?!\p{L})/iu,
  es: /(?<!\p{L})(?:tú|tus?|te|ti|secretos?|ordenador|email|e-mail)(?!\p{L})/iu,
  "pt-BR": /(?<!\p{L})(?:tu|teus?|tuas?|segredos?|email)(?!\p{L})/iu,
  it: /(?<!\p{L})(?:tu|tu[oae]i?|ti|segret[oi]|email|importali|salvalo)(?!\p{L})/iu,
  nl: /\b(?:je|jij|jou|jouw|geheim\w*|bewaarde)\b/iu,
  pl: /(?<!\p{L})(?:pan|pani|państw\p{L}*|proszę|sekret\p{L}*|wielowyrazow\p{L}*)(?!\p{L})/iu,
  ja: /あなた|お客様|秘密(?!鍵)|機密|請求|消費/u,
  "zh-Hans": /你|秘密|机密|口令短语|消耗/u,
  ar: /معلومات|سر(?!\p{L})|باسوورد/u,
  he: /שלך|אליך|עבורך|ממך|המידע|סוד(?!\p{L})/u,
};

describe.each(OTHERS)("in %s", (tag) => {
  test("marks stand as the language sets them, and apostrophes are round", () => {
    const wrong = everythingIn(tag).filter(
      (text) => WRONG_MARKS[tag].test(text) || /\p{L}'\p{L}/u.test(text),
    );
    expect(wrong).toEqual([]);
  });

  test("readers are addressed in one form, and what they get has one name", () => {
    expect(everythingIn(tag).flatMap((text) => WRONG_WORDS[tag].exec(text) ?? [])).toEqual([]);
  });

  test("a button has the same name where it is spoken of", () => {
    const quoted = new RegExp(`[“«„‘「״]\u202f?${page(tag, "Reveal")}\u202f?[”»“’」״]`);
    expect(mailIn(tag, { flags: 0 })).toMatch(quoted);
    for (const sentence of [
      "Put it where you need it, then press Done.",
      "Until you have copied or saved all of it, or pressed Done, reloading shows it again, for about two minutes.",
    ])
      expect(page(tag, sentence)).toMatch(new RegExp(`[“«„‘「״]\u202f?${page(tag, "Done")}\u202f?[”»“’」״]`));
    expect(codeMailIn(tag)).toContain(page(tag, "Report this link"));
    const { privacy, imprint } = FRONT_SENTENCES[tag];
    expect([privacy, imprint]).toEqual([page(tag, "Privacy"), page(tag, "Imprint")]);
  });

  test("the passphrase and the code are called the same in the page and in the mails", () => {
    const passphrase = page(tag, "Passphrase").toLowerCase();
    // Hebrew puts the article before the second word: ביטוי הסיסמה.
    const word = tag === "he" ? passphrase.replace(" ", " ה?") : passphrase;
    const mail = mailIn(tag).toLowerCase().replace(/\s+/g, " ");
    for (const text of [mail, page(tag, "Type the passphrase.").toLowerCase()])
      expect(text).toMatch(new RegExp(word));
    expect(codeMailIn(tag).toLowerCase()).toContain(page(tag, "Code").toLowerCase().replace(/^ال/, ""));
  });
});

test("French spaces before marks stay where a mail's lines are wrapped", () => {
  for (let length = 1; length < 72; length += 1) {
    const { text } = writeEmail({ ...FACTS, language: "fr", contact: "x".repeat(length) });
    expect(text).not.toMatch(/\n *[:;?!»]|«\n/);
  }
});

test.each([
  ["de", "10 Minuten"],
  ["pl", "10 minut"],
  ["ar", "10 دقائق"],
  ["he", "10 דקות"],
] as const)("in %s a code is valid for %s", (language, words) => {
  expect(codeMailIn(language)).toContain(words);
});

test("each language's front page names the same values", () => {
  const places = (text: string) => text.match(/\{\w+\}/g);
  for (const tag of OTHERS) {
    for (const [key, text] of Object.entries(FRONT_SENTENCES[tag])) {
      const english = FRONT_SENTENCES.en[key as keyof typeof FRONT_SENTENCES.en];
      expect([tag, key, places(text)]).toEqual([tag, key, places(english)]);
      expect([tag, key, text === english && english.includes(" ")]).toEqual([tag, key, false]);
    }
  }
});
