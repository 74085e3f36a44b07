import { describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { type EmailFacts, writeEmail } from "@secret-handoff/sdk";

const LINK =
  "https://handoff.acme.example/h/SlY8E4NKPhhMiveoipXTpg#AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ";
const facts: EmailFacts = {
  from: { name: "Acme Security", address: "handoff@acme.example" },
  to: "ana@vendor.example",
  company: "Acme Security",
  contact: "Mia Lind, +49 30 1234567",
  title: "Login for the orders database",
  reason: "quarterly rotation",
  message: "Hello Ana,\n\nthe old key ends on Friday.",
  context: { Environment: "production" },
  origins: { Repository: "acme/orders", Run: "https://github.com/acme/orders/actions/runs/7" },
  link: LINK,
  origin: "https://handoff.acme.example",
  id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
  flags: 3,
  mailedCode: true,
  expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
};
const email = writeEmail(facts);

/** What a person reads in the HTML part. */
function visible(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/gs, "")
    .replace(/<title>.*?<\/title>/gs, "")
    .replace(/<\/?span[^>]*>/g, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
}

const SENTENCES = [
  "Mia Lind (Acme Security) is sending you access details",
  "What it is for: quarterly rotation",
  "the old key ends on Friday.",
  "Nothing is used up until you say so there.",
  "The page shows who sent this and what it is for.",
  "the e-mail address that this message was sent to, then a code of eight digits",
  "the passphrase, which you receive another way",
  "It is shown only once, so choose beforehand where you will keep it.",
  "The link expires on Sunday, 22 November 2026 at 09:10 UTC.",
  "Questions? Ask Mia Lind, +49 30 1234567.",
  "The link leads to handoff.acme.example and opens only once.",
  "You did not expect this? Ask Mia Lind, +49 30 1234567, in a way that you already know",
];

test.each(SENTENCES)("both parts say: %s", (sentence) => {
  expect(email.text.replace(/\s+/g, " ")).toContain(sentence);
  expect(visible(email.html)).toContain(sentence);
});

test("the link stands on a line of its own in the text, whole and once", () => {
  expect(email.text.split("\n").filter((line) => line === LINK)).toHaveLength(1);
  expect(email.text.split(LINK)).toHaveLength(2);
});

test("the whole URL is visible in the HTML, besides the button", () => {
  expect(visible(email.html).split(LINK)).toHaveLength(2);
  expect(email.html.split(`href="${LINK}"`)).toHaveLength(3);
});

test("no line of text but the link is longer than 72 columns", () => {
  expect(email.text.split("\n").filter((line) => line.length > 72)).toEqual([LINK]);
});

test("title and company lead, in the subject too, and repository and run come last", () => {
  expect(email.subject).toBe("Login for the orders database, from Acme Security");
  for (const part of [email.text, visible(email.html)]) {
    expect(part.indexOf("Mia Lind")).toBeLessThan(part.indexOf(LINK));
    expect(part.indexOf("acme/orders")).toBeGreaterThan(part.indexOf("Questions?"));
  }
});

test.each([
  ["platform@acme.example", "Acme Security is sending"],
  ["platform@acme.example, +49 30 1234567", "Acme Security is sending"],
  ["Mia Lind, platform@acme.example", "Mia Lind (Acme Security) is sending"],
  ["Mia Lind <mia@acme.example>, tel. +49 30 1234567", "Mia Lind (Acme Security) is sending"],
  ["Mia Lind, 030 1234567 or mia@acme.example", "Mia Lind, 030 1234567 (Acme Security) is sending"],
  ["Acme Security", "Acme Security is sending"],
])("of the contact %j only a name is the sender, and all of it can be asked", (contact, expected) => {
  const { text } = writeEmail({ ...facts, contact });
  const words = text.replace(/\s+/g, " ");
  expect(words).toContain(`${expected} you access details`);
  expect(words).toContain(`Questions? Ask ${contact}.`);
});

test("a mail without title, contact, reason or origins is whole, and asks the company", () => {
  const { title: _, contact: __, reason: ___, message: ____, ...bare } = facts;
  const { subject, text } = writeEmail({ ...bare, context: {}, origins: {} });
  expect(subject).toBe("Access details for you, from Acme Security");
  expect(text).toContain("Questions? Ask Acme Security.");
  expect(text).not.toMatch(/undefined|\{\w+\}|\n\n\n/);
});

test("nothing in it presses or frightens", () => {
  expect(email.text + visible(email.html)).not.toMatch(
    /urgent|immediate|warning|alert|suspicious|verify|suspend|act now|important|!/i,
  );
});

test("the recipient's zone counts where it is known", () => {
  const { text } = writeEmail({ ...facts, timeZone: "Asia/Tokyo" });
  expect(text).toContain("Sunday, 22 November 2026 at 18:10 GMT+9");
});

test.each([
  ["en", "22 November 2026"],
  ["de", "22. November 2026"],
  ["es", "22 de noviembre de 2026"],
  ["ja", "2026年11月22日"],
] as const)("in %s a line of the HTML does not end within %s", (language, day) => {
  expect(writeEmail({ ...facts, language }).html).toContain(
    `<span style="white-space:nowrap;">${day}</span>`,
  );
});

test("the message id comes from the handoff", () => {
  expect(email.messageId).toBe("SlY8E4NKPhhMiveoipXTpg@handoff.acme.example");
});

test("the HTML loads nothing and links nowhere but to the handoff", () => {
  expect(email.html).not.toMatch(/<(img|script|link|iframe|object|embed|form|video|audio|svg)\b/i);
  expect(email.html).not.toMatch(/url\(|@import|srcset|src=/i);
  expect([...email.html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([LINK, LINK]);
  expect([...email.html.matchAll(/<a /g)]).toHaveLength([...email.html.matchAll(/<a ses:no-track /g)].length);
});

test("only what is needed is asked for", () => {
  const plain = writeEmail({ ...facts, flags: 0, mailedCode: false });
  expect(plain.text).toContain("You press Reveal.");
  expect(plain.text).not.toMatch(/You type|passphrase|code/);
});

describe("what the sender wrote cannot pass for more than text:", () => {
  const hostile = `</p><script>alert(1)</script><img src=x onerror=alert(1)> "' & <a href="https://evil.example">x</a>`;
  const { html, text, subject } = writeEmail({
    ...facts,
    message: `${hostile}\nhttps://evil.example/h/x#y`,
    reason: hostile,
    contact: hostile,
    company: `Acme\r\nBcc: evil@evil.example`,
    context: { [hostile]: hostile },
    origins: { [hostile]: hostile },
  });

  test("no markup of theirs is left in the HTML", () => {
    expect(html).not.toMatch(/<script|<img|<a href|onerror=alert\(1\)>/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([LINK, LINK]);
  });

  test("their message is marked as theirs in the text", () => {
    expect(text).toContain("\n> https://evil.example/h/x#y");
  });

  test("a line break cannot add a header", () => {
    expect(subject).toBe("Login for the orders database, from Acme Bcc: evil@evil.example");
  });
});

describe.each(LANGUAGE_TAGS)("in %s", (language) => {
  const told = writeEmail({ ...facts, language });

  test("every value stands in its sentence, and no place is left open", () => {
    const text = told.text.replace(/\s+/g, " ");
    for (const value of ["Mia Lind", "Acme Security", "quarterly rotation", "handoff.acme.example", "2026"]) {
      expect(told.html).toContain(value);
      expect(language === "ar" && value === "2026" ? "2026" : text).toContain(value);
    }
    expect(told.text + told.html).not.toMatch(/\{\w+\}|undefined/);
  });

  test("an encrypted link stands in the place of the link, with how to read it, and nowhere is the link", () => {
    const armoured = "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n";
    const link = { armoured, fingerprints: ["SHA256:one", "SHA256:two"], identityFile: "~/.ssh/id_rsa" };
    const { text, html } = writeEmail({ ...facts, language, link });
    expect(text).toContain(`\n\n${armoured}\n`);
    for (const part of [text, visible(html)]) {
      for (const value of ["SHA256:one, SHA256:two", "link.age", "open --identity ~/.ssh/id_rsa"]) {
        expect(part.replace(/\s+/g, " ")).toContain(value);
      }
      expect(part).not.toMatch(/\{\w+\}|undefined|\/h\/SlY8/);
    }
    expect(html).not.toContain("href=");
  });

  test("the link stands whole on a line of its own, and behind no address there is a mark", () => {
    expect(told.text.split("\n").filter((line) => line === LINK)).toHaveLength(1);
    expect(told.text).not.toMatch(/https:\/\/handoff\.acme\.example\/[.,;:!?。、،)]/);
    expect(told.html).toMatch(
      new RegExp(`<html lang="${language}" dir="${/^(ar|he)$/.test(language) ? "rtl" : "ltr"}">`),
    );
  });
});

test("the company's colours take the place of ours, in light and in dark", () => {
  const { html } = writeEmail({ ...facts, accents: { light: "#7a2048", dark: "#f3a6c0" } });
  expect(html).toContain("background:#7a2048;");
  expect(html).toContain(".button { background: #f3a6c0 !important;");
  expect(email.html).not.toContain("#7a2048");
});
