import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Item } from "@secret-handoff/protocol";
import { asText, envFile, jsonFile } from "@secret-handoff/protocol/saving";
import { bitwardenFile, csvFile } from "@secret-handoff/protocol/saving/managers";
import { importBitwarden, importCsv } from "../page/importers.ts";
import { copyByHand, press, sees, until } from "../page/in-tab.ts";
import { readWithShell } from "../page/readers.ts";
import { type PageStack, startPageStack } from "../page/stack.ts";
import { HEADLESS_CHROMIUM, SUPPORTED, startWanted } from "../support/browsers/catalogue.ts";
import type { Tab, TestBrowser } from "../support/browsers/tab.ts";
import { atTier, report, SEED } from "../support/tier.ts";
import { seededBytes } from "./seeded-bytes.ts";

/** Under the reduced counts the system's Chromium stands for the others. */
const BROWSERS = atTier({ cit: 0, proof: 1 }) === 1 ? SUPPORTED : [HEADLESS_CHROMIUM];

/** What a copy, a file or a translator easily changes. */
const PARTS = [
  ...[" ", "  ", "\t", "\n", "\r", "\r\n", "\n\n", "\u00a0", "\u3000", "\u2028", "\v", "\f", "\u0001"],
  ...["\u200b", "\u200d", "\ufeff", "\u2060", "\u00ad", "\u202e", "\u202c", "\u2066", "\u2069", "\u200f"],
  ...[
    "\u05d0\u05d1\u05d2",
    "\u0627\u0644\u0633\u0631",
    "p\u0430ss",
    "\u03bf\uff21",
    "e\u0301",
    "\u00e9",
    "\ufb01",
  ],
  ...["\u{1d11e}", "\u{1f511}", "\u{1f469}\u200d\u{1f4bb}", "<b>&amp;</b>", '"', "'", "`", "$HOME", "$(id)"],
  ...["\\", "\\n", "=1+1", "+1", "-1", "@a", ",", ";", "#", "%", "0O", "l1I|", "password", "Hello world"],
];

/** @returns as many different values, each of one to six parts; the last has 200 KB */
function makeValues(count: number): readonly string[] {
  const random = seededBytes(SEED);
  const below = (limit: number) => new DataView(random(4).buffer).getUint32(0) % limit;
  const values = new Set<string>(PARTS.slice(0, count - 1));
  while (values.size < count - 1) {
    values.add(Array.from({ length: 1 + below(6) }, () => PARTS[below(PARTS.length)] ?? "").join(""));
  }
  return [...values, "0aB  ".repeat(40_000)];
}

const VALUES = makeValues(atTier({ cit: 16, proof: 400 }));
const nameOf = (index: number) => `V${index}`;
const ITEMS: readonly Item[] = [
  {
    label: "exact",
    fields: [
      ...VALUES.map((value, index) => ({ name: nameOf(index), value, concealed: true })),
      // A long list, whose other values are dull.
      ...Array.from({ length: atTier({ cit: 4, proof: 100 }) }, (_, index) => ({
        name: `W${index}`,
        value: `dull ${index}`,
        concealed: true,
      })),
    ],
  },
];

let stack: PageStack;
beforeAll(async () => {
  stack = await startPageStack();
});
const rows: string[] = [];
afterAll(async () => {
  await stack.close();
  for (const row of rows) report(row);
});

/** What the clipboard holds, once it is this text; else what it holds at last. */
async function clipboardOnce(browser: TestBrowser, text: string): Promise<string> {
  let found = "";
  for (let tries = 0; tries < 60; tries += 1) {
    found = await browser.readClipboard().catch(() => "");
    if (found === text) break;
    await pause(25);
  }
  return found;
}

/** The values that came otherwise, each with what came. */
async function differing(
  copyOne: (at: number) => Promise<string>,
  asCopied: (text: string) => string = (text) => text,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  for (const [at, value] of VALUES.entries()) {
    const found = await copyOne(at);
    if (found !== asCopied(value)) {
      wrong.push(`${JSON.stringify(value.slice(0, 60))} came as ${JSON.stringify(found.slice(0, 60))}`);
    }
  }
  return wrong;
}

async function saved(browser: TestBrowser, name: string, size: number): Promise<string> {
  for (let tries = 0; tries < 100; tries += 1) {
    const bytes = await readFile(join(browser.downloads, name)).catch(() => Buffer.alloc(0));
    if (bytes.length >= size) return bytes.toString("utf8");
    await pause(50);
  }
  throw new Error(`${name} was not saved whole`);
}

/**
 * Carries the style for paper over to the screen, and gives what is drawn then of each value: the text, and what is cut off or added.
 * Not every browser lets a test choose the medium.
 */
const DRAWN_ON_PAPER = `(() => {
  const onScreen = (rules) => {
    for (const rule of rules) {
      if (rule.media && rule.media.mediaText === "print") rule.media.mediaText = "all";
      if (rule.cssRules) onScreen(rule.cssRules);
    }
  };
  for (const sheet of document.styleSheets) onScreen(sheet.cssRules);
  return [...document.querySelectorAll(".field .value")].map((box) => ({
    text: box.textContent,
    drawn: box.innerText,
    cut: box.scrollHeight > box.clientHeight + 2,
    added: [...box.querySelectorAll("[data-mark]")].some((mark) => getComputedStyle(mark, "::before").content !== "none"),
  }));
})()`;

/** A translator that honours \`translate\`: what it is offered; all of it is then changed. */
const TRANSLATE = `(() => {
  const isClosed = (element) => element.closest("[translate=no], .notranslate, script, style") !== null;
  const offered = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) if (!isClosed(walker.currentNode.parentElement)) nodes.push(walker.currentNode);
  for (const node of nodes) {
    offered.push(node.data);
    const font = document.createElement("font");
    font.textContent = "\\u00e9" + node.data.toUpperCase();
    node.replaceWith(font);
  }
  for (const input of document.querySelectorAll("input, textarea")) if (!isClosed(input)) offered.push(input.value);
  return offered;
})()`;

async function takeEveryWay(browser: TestBrowser, tab: Tab): Promise<Readonly<Record<string, number>>> {
  const equal: Record<string, number> = {};
  const all = async (way: string, ...how: Parameters<typeof differing>) => {
    expect([way, await differing(...how)]).toEqual([way, []]);
    equal[way] = VALUES.length;
  };
  const { asCopied } = browser;
  const valueAt = (at: number) => asCopied(VALUES[at] ?? "");
  await all(
    "Copy",
    async (at) => {
      await tab.click(`document.querySelectorAll(".field")[${at}].querySelector("button.strong")`);
      return clipboardOnce(browser, valueAt(at));
    },
    asCopied,
  );
  await press(tab, "Show all");
  await all(
    "by hand",
    async (at) => {
      await copyByHand(tab, at);
      return clipboardOnce(browser, valueAt(at));
    },
    asCopied,
  );
  await press(tab, "Copy all");
  const together = asCopied(asText(ITEMS));
  expect((await clipboardOnce(browser, together)) === together).toBe(true);
  equal["Copy all"] = VALUES.length;

  const { text: env } = envFile(ITEMS);
  for (const [button, name, text] of [
    [".env", "secret.env", env],
    ["JSON", "secret.json", jsonFile(ITEMS)],
    ["1Password", "secret-1password.csv", csvFile(ITEMS, "1password").text],
    ["Bitwarden", "secret-bitwarden.json", bitwardenFile(ITEMS).text],
  ] as const) {
    await press(tab, button);
    expect([name, (await saved(browser, name, Buffer.byteLength(text))) === text]).toEqual([name, true]);
    equal[name] = VALUES.length;
  }

  const offered = await tab.run<readonly string[]>(TRANSLATE);
  expect(offered.length).toBeGreaterThan(10);
  const shown = offered.join("\n");
  expect(VALUES.filter((value) => value.length > 8 && shown.includes(value))).toEqual([]);
  expect(await tab.run('[...document.querySelectorAll(".value")].map((box) => box.textContent)')).toEqual(
    ITEMS[0]?.fields.map(({ value }) => value),
  );
  await tab.click('document.querySelectorAll(".field")[1].querySelector("button.strong")');
  expect(await clipboardOnce(browser, valueAt(1))).toBe(valueAt(1));
  equal["after a translator"] = VALUES.length;

  const drawn =
    await tab.run<
      readonly {
        readonly text: string;
        readonly drawn: string;
        readonly cut: boolean;
        readonly added: boolean;
      }[]
    >(DRAWN_ON_PAPER);
  // Firefox leaves what only turns the direction out of innerText. It has no ink.
  const inked = (text: string) => text.replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "");
  await all("on paper", async (at) => {
    const box = drawn[at];
    if (!box || box.cut || box.added || inked(box.text) !== inked(box.drawn)) {
      return JSON.stringify(box).slice(0, 200);
    }
    return box.text;
  });
  return equal;
}

describe("a value is exactly a value", () => {
  for (const wanted of BROWSERS) {
    test(`in ${wanted.name}, whichever way it is taken`, async () => {
      const browser = await startWanted(wanted);
      if (!browser) return;
      try {
        const tab = await browser.newTab();
        await tab.goTo(await stack.link({ items: ITEMS }));
        await press(tab, "Reveal");
        await sees(tab, "Your secret");
        await until(tab, `document.querySelectorAll(".field").length === ${ITEMS[0]?.fields.length}`);
        const equal = await takeEveryWay(browser, tab);
        rows.push(
          `${browser.version}: ${Object.entries(equal)
            .map(([way, count]) => `${way} ${count}`)
            .join(", ")}`,
        );
      } finally {
        await browser.close();
      }
    }, 400_000);
  }

  test("and every saved file gives it back to a reader that was not made with it", () => {
    const fields = ITEMS[0]?.fields ?? [];
    const names = fields.map(({ name }) => name);
    const byName = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
    const variables = names.map((name) => `EXACT_${name}`);
    expect(Object.values(readWithShell(envFile(ITEMS).text, variables))).toEqual(Object.values(byName));
    expect(JSON.parse(jsonFile(ITEMS))).toEqual({ exact: byName });
    const { text, moved, leftOut } = csvFile(ITEMS, "1password");
    const logins = importCsv("1password", text);
    const lost = fields
      .filter(({ name }) => !leftOut.includes(name))
      .filter(
        ({ name, value }) =>
          !logins.some(({ notes, password }) =>
            moved.includes(name) ? notes.endsWith(`${name}: ${value}`) : password === value,
          ),
      );
    expect(lost.map(({ name }) => name)).toEqual([]);
    const bitwarden = bitwardenFile(ITEMS);
    const [login] = importBitwarden(bitwarden.text);
    const imported = new Set([login?.password, ...Object.values(login?.fields ?? {})]);
    const missing = fields.filter(({ value }) => !imported.has(value)).map(({ name }) => name);
    expect(missing).toEqual(bitwarden.leftOut);
    report(
      `${VALUES.length} values in ${fields.length} fields, read back from .env, JSON, 1Password's CSV and Bitwarden's JSON`,
    );
  });
});
