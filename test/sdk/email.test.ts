import { describe, expect, test } from "@jest/globals";
import type { HandoffId } from "@secret-handoff/protocol";
import { type EmailFacts, writeEmail } from "@secret-handoff/sdk";

const LINK =
  "https://handoff.acme.example/h/SlY8E4NKPhhMiveoipXTpg#AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ";
const facts: EmailFacts = {
  from: { address: "handoff@acme.example" },
  to: "ana@vendor.example",
  contact: "security@acme.example",
  source: "acme/orders",
  reason: "quarterly rotation",
  message: "Hello Ana,\n\nthe old key ends on Friday.",
  context: { Workflow: "Rotate", Run: "https://github.com/acme/orders/actions/runs/7" },
  link: LINK,
  origin: "https://handoff.acme.example",
  id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
  flags: 3,
  mailedCode: true,
  expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
  now: Date.parse("2026-11-21T09:10:00Z") / 1_000,
};
const email = writeEmail(facts);

/** What a person reads in the HTML part. */
function visible(html: string): string {
  return html
    .replace(/<style>.*?<\/style>/gs, "")
    .replace(/<title>.*?<\/title>/gs, "")
    .replace(/<[^>]+>/g, " ")
    .replace(/&amp;/g, "&")
    .replace(/\s+/g, " ");
}

const SENTENCES = [
  "security@acme.example sends you a secret from acme/orders. Reason: quarterly rotation.",
  "The link expires in 24 hours, on Sunday 22 November 2026 at 09:10 UTC.",
  "It opens only once. Decide where you will keep the secret before you press Reveal.",
  "the e-mail address that this mail was sent to",
  "a code that will be mailed to you when you open it",
  "the passphrase, which you receive separately, not by mail",
  "Nobody will ask you for this link. Do not forward it, and paste it only into your browser.",
  "Not expecting this? Do not open it. Ask security@acme.example in a way that you already know.",
  "the old key ends on Friday.",
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

test("the subject names the source and nothing else, and the message id comes from the handoff", () => {
  expect(email.subject).toBe("A secret for you from acme/orders");
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
  expect(plain.text).not.toContain("You will need");
  expect(plain.html).not.toContain("You will need");
});

describe("what the sender wrote cannot pass for more than text:", () => {
  const hostile = `</p><script>alert(1)</script><img src=x onerror=alert(1)> "' & <a href="https://evil.example">x</a>`;
  const { html, text, subject } = writeEmail({
    ...facts,
    message: `${hostile}\nhttps://evil.example/h/x#y`,
    reason: hostile,
    contact: hostile,
    source: `acme/orders\r\nBcc: evil@evil.example`,
    context: { [hostile]: hostile },
  });

  test("no markup of theirs is left in the HTML", () => {
    expect(html).not.toMatch(/<script|<img|<a href|onerror=alert\(1\)>/i);
    expect([...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([LINK, LINK]);
  });

  test("their message is marked as theirs in the text", () => {
    expect(text).toContain("\n> https://evil.example/h/x#y");
  });

  test("a line break cannot add a header", () => {
    expect(subject).toBe("A secret for you from acme/orders Bcc: evil@evil.example");
  });
});
