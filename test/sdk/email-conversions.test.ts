import { describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import { type EmailFacts, writeEmail } from "@secret-handoff/sdk";
import MailComposer from "nodemailer/lib/mail-composer";
import PostalMime from "postal-mime";

/** What happens to a mail between its sender and the eye of a recipient. The link has to come through whole. */

const KEYS = [
  "AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ",
  "AQ--__8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6m-_hIfU-w",
];
const ORIGINS = ["https://handoff.acme.example", "https://secret-handoff.corp-it.example:8443"];

/** Every language, and then other contacts, texts and levels. */
const MAILS: readonly EmailFacts[] = Array.from({ length: 20 }, (_, index) => {
  const origin = ORIGINS[index % 2] ?? "";
  const language = LANGUAGE_TAGS[index % LANGUAGE_TAGS.length] ?? "en";
  return {
    from: { name: "Acme Sécurité", address: "handoff@acme.example" },
    to: "ana@vendor.example",
    company: "Acme = Sécurité",
    mailedCode: index % 4 === 3,
    link: `${origin}/h/SlY8E4NKPhhMiveoipXTpg#${KEYS[(index >> 1) % 2]}`,
    origin,
    id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
    language,
    flags: (index % 4) as EmailFacts["flags"],
    expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
    context: { Environment: "production = 1" },
    origins: index % 3 === 0 ? {} : { Run: "https://github.com/acme/orders/actions/runs/7" },
    ...(index % 2 === 0 ? { contact: "Mia Lind, https://acme.example/help" } : {}),
    ...(index % 5 === 0
      ? {}
      : { title: "Zugang für Größe 中文", message: "Hello Ana,\n\n  it is =3D ready. ".repeat(9) }),
  };
});

/** The raw mail, its parts in one encoding. */
function compose(
  { text, html, subject }: ReturnType<typeof writeEmail>,
  encoding: "quoted-printable" | "base64",
) {
  return new MailComposer({
    from: "a@acme.example",
    to: "ana@vendor.example",
    subject,
    text,
    html,
    textEncoding: encoding,
  })
    .compile()
    .build();
}

/** RFC 3676, section 4: lines end softly behind a space, at 72 columns; stuffed where they begin with a space, `>` or `From `. */
function asFlowed(text: string): string {
  const stuffed = (line: string) => (/^(?: |>|From )/.test(line) ? ` ${line}` : line);
  const lines = text.split("\n").flatMap((line) => {
    if (line === "-- ") return [line];
    const soft: string[] = [];
    let rest = line.trimEnd();
    while (rest.length > 72) {
      const space = rest.lastIndexOf(" ", 71);
      if (space <= 0) break;
      soft.push(rest.slice(0, space + 1));
      rest = rest.slice(space + 1);
    }
    return [...soft, rest];
  });
  return [
    "Subject: x",
    "MIME-Version: 1.0",
    'Content-Type: text/plain; charset="utf-8"; format=flowed',
    "Content-Transfer-Encoding: 8bit",
    "",
    ...lines.map(stuffed),
  ].join("\r\n");
}

/** The HTML part alone: a program that shows no HTML makes its own text of it. */
const htmlOnly = (html: string) =>
  `Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n${Buffer.from(html).toString("base64").replace(/.{76}/g, "$&\r\n")}`;

/** Tags away, entities read, white space joined, and lines broken at 72 columns wherever there is a space, as terminals' readers do. */
function htmlToText(html: string): string {
  const text = html
    .replace(/<(style|title|head)\b.*?<\/\1>/gs, "")
    .replace(/<(?:br|\/p|\/div|\/tr|\/h\d|\/table)\b[^>]*>/g, "\n")
    .replace(/<[^>]+>/g, "")
    .replace(
      /&(amp|lt|gt|quot|#39|nbsp);/g,
      (_, name) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[String(name)] ?? " ",
    );
  return text
    .split("\n")
    .map((line) =>
      line
        .replace(/\s+/g, " ")
        .trim()
        .replace(/(.{1,72})(?: |$)/g, "$1\n"),
    )
    .join("");
}

/** What mail programs make a link of in plain text: up to white space or a bracket, without what closes a sentence. */
const linksIn = (text: string) =>
  [...text.matchAll(/https:\/\/[^\s<>"]+/g)].map(([found]) => found.replace(/[.,;:!?)\]'_-]+$/, ""));

describe("the link comes through whole, where a program looks for it", () => {
  test.each(MAILS.map((facts, index) => [index + 1, facts] as const))("mail %i", async (_, facts) => {
    const email = writeEmail(facts);
    const { link } = facts;
    for (const encoding of ["quoted-printable", "base64"] as const) {
      const parsed = await PostalMime.parse(await compose(email, encoding));
      expect(linksIn(parsed.text ?? "")).toContain(link);
      expect([...(parsed.html ?? "").matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
        link,
        link,
      ]);
    }
    const flowed = await PostalMime.parse(asFlowed(email.text));
    expect(linksIn(flowed.text ?? "")).toContain(link);
    const { html = "" } = await PostalMime.parse(htmlOnly(email.html));
    expect(linksIn(htmlToText(html))).toContain(link);
    // Nothing else in it that a program takes for a link leads to the handoff.
    expect(linksIn(email.text).filter((found) => found.includes("/h/"))).toEqual([link]);
  });
});
