import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { codeMail } from "@secret-handoff/lambda";
import { isRightToLeft, LANGUAGE_TAGS, type Language } from "@secret-handoff/protocol/languages";
import { asciiMailbox } from "@secret-handoff/protocol/mail-frame";
import { createTransport } from "nodemailer";
import PostalMime from "postal-mime";

const CODE = "04071776";
const ORIGIN = "https://handoff.acme.example";
const COMPANY = { name: "Société Générale d’Énergie", contact: "it@acme.example, +33 1 23 45 67 89" };

const write = (language: Language, company?: typeof COMPANY) =>
  codeMail({ code: CODE, language, origin: ORIGIN, company });

/** The mail as a mail program reads it: written by one library, read by another. */
async function read(language: Language, company?: typeof COMPANY) {
  const { fromName, ...content } = write(language, company);
  const transport = createTransport({ streamTransport: true, buffer: true });
  const { message } = await transport.sendMail({
    from: { name: fromName ?? "", address: "handoff@acme.example" },
    to: "ana@vendor.example",
    ...content,
  });
  return new PostalMime().parse(message as Buffer);
}

const reportOn = (language: Language): string =>
  language === "en"
    ? "Report this link"
    : JSON.parse(
        readFileSync(new URL(`../../packages/page/src/languages/${language}.json`, import.meta.url), "utf8"),
      )["Report this link"];

test.each(LANGUAGE_TAGS)("the code's mail is whole in %s, after a parser has read it", async (language) => {
  for (const company of [COMPANY, undefined]) {
    const written = write(language, company);
    const mail = await read(language, company);
    expect(mail.subject).toBe(written.subject);
    expect(mail.from?.name).toBe(company?.name ?? "");
    expect(mail.text?.replaceAll("\r\n", "\n").trimEnd()).toBe(written.text.trimEnd());
    expect(mail.html?.replaceAll("\r\n", "\n").trimEnd()).toBe(written.html.trimEnd());
    // A line of its own, below a sentence: a locked telephone shows that.
    expect(written.text.split("\n").indexOf(CODE)).toBeGreaterThan(0);
    expect(written.html.split(CODE)).toHaveLength(2);
    expect(written.html.slice(0, written.html.indexOf("<h1"))).not.toContain(CODE);
    expect(written.subject).not.toContain(CODE);
    expect(written.subject + written.text + written.html).not.toMatch(/handoff(?!\.acme)|undefined|[{}]\w/i);
    const unwrapped = written.text.replace(/\s+/g, " ");
    expect(unwrapped).toContain(reportOn(language));
    expect(written.text).toContain(`${ORIGIN}/`);
    // Mail programs take what stands right behind an address for a part of it.
    expect(written.text).toMatch(/https:\/\/handoff\.acme\.example\/[\s\u2069]/);
    if (language === "ja") expect(written.text).toContain("有効期間は10分です");
    expect(written.html.includes('nowrap;">+33 1 23 45 67 89</span>')).toBe(company !== undefined);
    expect(written.subject.includes(COMPANY.name)).toBe(company !== undefined);
    expect(unwrapped.includes("+33 1 23 45 67 89")).toBe(company !== undefined);
  }
});

test("each language says everything in its own words, and runs the way it is read", () => {
  const subjects = LANGUAGE_TAGS.map((language) => write(language).text);
  expect(new Set(subjects).size).toBe(LANGUAGE_TAGS.length);
  for (const language of LANGUAGE_TAGS) {
    const { html } = write(language, COMPANY);
    expect(html).toContain(`<html lang="${language}" dir="${isRightToLeft(language) ? "rtl" : "ltr"}">`);
    // The code reads from left to right everywhere, and stands where lines begin.
    expect(html).toMatch(
      new RegExp(`<p dir="ltr"[^>]*text-align:${isRightToLeft(language) ? "right" : "left"};[^>]*>${CODE}<`),
    );
  }
});

test("a company's markup is text, and its name reaches an API that takes ASCII whole", async () => {
  const company = { ...COMPANY, name: '"Müller" & <b>Söhne</b>, 株式会社のながいなまえ' };
  expect(write("de", company).html).not.toContain("<b>");
  for (const name of [company.name, 'A "quoted", name', "株式会社"]) {
    const from = asciiMailbox({ name, address: "a@acme.example" });
    expect(from).toMatch(/^[\x20-\x7e]+$/);
    expect(from.split(" ").filter((word) => word.startsWith("=?") && word.length > 75)).toEqual([]);
    const mail = await new PostalMime().parse(`From: ${from}\r\nSubject: x\r\n\r\nx`);
    expect(mail.from).toMatchObject({ name, address: "a@acme.example" });
  }
});
