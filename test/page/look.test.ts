import { expect, test } from "@jest/globals";
import { DARK, LIGHT, type Palette } from "@secret-handoff/page";
import type { HandoffId } from "@secret-handoff/protocol";
import { writeEmail } from "@secret-handoff/sdk";

const { html } = writeEmail({
  from: { address: "handoff@acme.example" },
  to: "ana@vendor.example",
  contact: "security@acme.example",
  source: "acme/orders",
  message: "Hello Ana",
  context: { Workflow: "Rotate" },
  link: "https://handoff.acme.example/h/SlY8E4NKPhhMiveoipXTpg#AQKI8myX8if3TWMIqZOXW6lPitRjDsEHBRgqlMtP6mphIfUQ",
  origin: "https://handoff.acme.example",
  id: "SlY8E4NKPhhMiveoipXTpg" as HandoffId,
  flags: 3,
  mailedCode: true,
  expiresAt: Date.parse("2026-11-22T09:10:00Z") / 1_000,
  now: Date.parse("2026-11-21T09:10:00Z") / 1_000,
});
const [dark = ""] = /@media \(prefers-color-scheme: dark\).*?(?=<\/style>)/s.exec(html) ?? [];
const light = html.replace(dark, "");

/** The colour that an element of this class has, as its property. */
const inLight = (name: string, property: string) =>
  new RegExp(`class="[^"]*\\b${name}\\b[^"]*"[^>]*[";]${property}:[^;"]*(#[0-9a-f]{6})`).exec(light)?.[1];
const inDark = (name: string, property: string) =>
  new RegExp(`\\.${name} \\{[^}]*\\b${property}: (#[0-9a-f]{6})`).exec(dark)?.[1];

test.each<[keyof Palette, string, string, string]>([
  ["ground", "ground", "background", "background"],
  ["card", "card", "background", "background"],
  ["line", "card", "border", "border-color"],
  ["ink", "ink", "color", "color"],
  ["soft", "soft", "color", "color"],
  ["accent", "button", "background", "background"],
  ["accent", "link", "color", "color"],
  ["accent", "quote", "border-left", "border-color"],
])("the mail has the page's colour of %s, light and dark: .%s", (role, name, property, darkProperty) => {
  expect([inLight(name, property), inDark(name, darkProperty)]).toEqual([LIGHT[role], DARK[role]]);
});

test("the mail has no colour that the page has not", () => {
  const coloursOf = (text: string) => new Set(text.match(/(?<!&)#[0-9a-f]{6}\b/gi));
  const own = (text: string, palette: Palette) =>
    [...coloursOf(text)].filter((colour) => !Object.values(palette).includes(colour));
  expect([own(light, LIGHT), own(dark, DARK)]).toEqual([[], []]);
});
