import { mkdirSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { jsonFile } from "@secret-handoff/protocol/saving";
import { startAlteringProxy } from "../page/altering-proxy.ts";
import { copyByHand, open, press, reads, sees, until } from "../page/in-tab.ts";
import { EMAIL, ITEMS, PASSPHRASE, type PageStack, startPageStack } from "../page/stack.ts";
import {
  HEADLESS_CHROMIUM,
  SUPPORTED,
  startWanted,
  TOO_OLD,
  type Wanted,
} from "../support/browsers/catalogue.ts";
import type { Tab, TestBrowser } from "../support/browsers/tab.ts";
import { atTier, report } from "../support/tier.ts";

/** Under the reduced counts the system's Chromium stands for the others. */
const BROWSERS = atTier({ cit: 0, proof: 1 }) === 1 ? SUPPORTED : [HEADLESS_CHROMIUM];

/** What happens in each browser, in this order: a column of the table each. */
const STEPS = [
  "open",
  "answers",
  "copy",
  "theirs",
  "by hand",
  "save",
  "hash",
  "asks",
  "2nd tab",
  "discard",
  "back",
  "sleep",
  "done",
  "click",
] as const;

type Row = { readonly version: string; readonly steps: Partial<Record<(typeof STEPS)[number], string>> };

const rows: Row[] = [];
let stack: PageStack;
beforeAll(async () => {
  stack = await startPageStack();
});
afterAll(async () => {
  await stack.close();
  for (const line of tableOf(rows)) report(line);
});

const PASSWORD = "O0l1I|tR'9$vQ~w2";

/** The whole path with an address and a passphrase, and on it all that may lose an opened secret. */
async function wholePath(browser: TestBrowser, done: (step: (typeof STEPS)[number], how?: string) => void) {
  const tab = await browser.newTab();
  const link = await stack.link({ email: EMAIL, passphrase: PASSPHRASE });
  const id = /\/h\/([^#]+)/.exec(link)?.[1] ?? "";
  await tab.goTo(link);
  await sees(tab, "sent you access details");
  done("open");
  await open(tab, EMAIL, PASSPHRASE);
  done("answers");

  await press(tab, "Copy: prod/orders/database, password");
  await until(tab, 'document.querySelector("#clipboard").textContent');
  await hasInClipboard(browser, PASSWORD);
  const promised = await tab.run<boolean>(
    'document.querySelector("#clipboard").textContent.includes("cleared after one minute")',
  );
  // Chromium alone writes to the clipboard later, without a press, and a current one tells of what others have copied.
  const isTold = await tab.run<boolean>('"onclipboardchange" in navigator.clipboard');
  expect([browser.version, promised]).toEqual([
    browser.version,
    browser.version.startsWith("Chromium") && isTold,
  ]);
  done("copy", promised ? "ok, clears" : "ok, button");

  await keepsWhatOthersCopied(browser, tab);
  done("theirs", browser.writeClipboard ? "ok" : "no window");

  await press(tab, "Copy: prod/orders/database, host");
  await hasInClipboard(browser, ITEMS[0]?.fields[0]?.value ?? "");
  await press(tab, "Show all");
  await copyByHand(tab, 2);
  await hasInClipboard(browser, PASSWORD);
  done("by hand");

  await press(tab, "JSON");
  expect(await saved(browser, "secret.json")).toBe(jsonFile(ITEMS));
  done("save");

  await tab.run(`void (location.hash = ${JSON.stringify(link.split("#")[1])})`);
  await until(tab, 'location.hash === ""');
  await sees(tab, "Your secret");
  done("hash");

  expect(await tab.leaveTo("/", browser.canStay ? "stay" : "leave")).toBe(true);
  if (!browser.canStay) await tab.back();
  await seesAgain(tab);
  done("asks", browser.canStay ? "ok" : "ok, by event");

  const second = await browser.newTab();
  await second.goTo(link);
  await sees(second, "You opened this a moment ago");
  await open(second, EMAIL, PASSPHRASE);
  done("2nd tab");

  // A tab that was discarded loads its address anew, with the tab's store as it was.
  await tab.leaveTo(`/h/${id}`, "leave");
  await sees(tab, "Your secret");
  done("discard");

  await tab.leaveTo("/", "leave");
  await until(tab, 'location.pathname === "/"');
  await tab.back();
  done("back", await seesAgain(tab));

  expect((await new Recipient(link).status()).body.state).toBe("claimed");
  await laterBy(tab, 301_000);
  await sees(tab, "The secret is hidden");
  await press(tab, "Show it again");
  await sees(tab, "Your secret");
  done("sleep");

  await press(tab, "Done");
  await reads(tab, "The sender can see that you received it");
  expect((await new Recipient(link).status()).body.state).toBe("delivered");
  done("done");
}

/** Another program copies something: a minute later it is still there, whether or not the page promised to clear the clipboard. */
async function keepsWhatOthersCopied(browser: TestBrowser, tab: Tab): Promise<void> {
  if (!browser.writeClipboard) return;
  // Longer than the page takes a change for its own.
  await pause(1_200);
  await browser.writeClipboard("theirs");
  await reads(tab, "The clipboard may still hold the secret.");
  await laterBy(tab, 61_000);
  await pause(1_200);
  expect(await browser.readClipboard()).toBe("theirs");
  await laterBy(tab, -61_000);
}

/** Moves the page's clock, as a machine's sleep does. */
const laterBy = (tab: Tab, ms: number) =>
  tab.run(`(() => {
    // Firefox runs this beside the page, which has a Date of its own.
    const { Date: clock } = window.wrappedJSObject ?? window;
    const now = clock.now.bind(clock);
    clock.now = () => now() + ${ms};
    document.dispatchEvent(new Event("visibilitychange"));
  })()`);

/** The path of a link that asks for nothing: taken by copying and saving, without Done. */
async function clickPath(browser: TestBrowser, done: (step: (typeof STEPS)[number]) => void) {
  const tab = await browser.newTab();
  const link = await stack.link();
  await tab.goTo(link);
  await press(tab, "Reveal");
  await sees(tab, "Your secret");
  await press(tab, "Copy all");
  await press(tab, "Download: client.p12");
  await reads(tab, "Reloading will not show it again");
  expect((await new Recipient(link).status()).body.state).toBe("delivered");
  expect([...(await savedBytes(browser, "client.p12"))]).toEqual([...(ITEMS[1]?.files?.[0]?.data ?? [])]);
  done("click");
}

/** Back on the page: the secret stands there, or is a press away. @returns how */
async function seesAgain(tab: Tab): Promise<string> {
  await until(
    tab,
    '/^(?:Your secret|The secret is hidden)$/.test(document.querySelector("h1")?.textContent)',
  );
  const wasKept = await tab.run<boolean>('document.querySelector("h1").textContent !== "Your secret"');
  if (wasKept) await press(tab, "Show it again");
  await sees(tab, "Your secret");
  return wasKept ? "ok, kept" : "ok, anew";
}

async function hasInClipboard(browser: TestBrowser, text: string): Promise<void> {
  let found = "";
  for (let tries = 0; tries < 40 && found !== text; tries += 1) {
    await pause(50);
    found = await browser.readClipboard();
  }
  expect(found).toBe(text);
}

/** The bytes of a file that was downloaded, once they are all there. */
async function savedBytes(browser: TestBrowser, name: string): Promise<Buffer> {
  for (let size = -1, tries = 0; tries < 200; tries += 1) {
    const bytes = await readFile(join(browser.downloads, name)).catch(() => Buffer.alloc(0));
    if (bytes.length > 0 && bytes.length === size) return bytes;
    size = bytes.length;
    await pause(50);
  }
  throw new Error(`${name} was not saved`);
}

const saved = async (browser: TestBrowser, name: string) =>
  (await savedBytes(browser, name)).toString("utf8");

describe("the whole path", () => {
  for (const wanted of BROWSERS) {
    test(`in ${wanted.name}: open, answer, copy, save, stay, acknowledge`, async () => {
      const browser = await startWanted(wanted);
      const row: Row = { version: browser?.version ?? `${wanted.name} (not on this machine)`, steps: {} };
      rows.push(row);
      if (!browser) return;
      const done = (step: (typeof STEPS)[number], how = "ok") => {
        row.steps[step] = how;
      };
      try {
        await wholePath(browser, done);
        await clickPath(browser, done);
      } finally {
        await browser.close();
      }
      expect(Object.keys(row.steps)).toEqual(STEPS);
    }, 180_000);
  }
});

const FALLBACK = "This page cannot run in this browser";
const PICTURES = join(tmpdir(), "secret-handoff-engines");

type Alteration = Parameters<typeof startAlteringProxy>[1];
const asItIs: Alteration = (answer) => answer;
const changed: Alteration = (answer) => ({
  ...answer,
  body: answer.body.replace("</script>", "\n</script>"),
});
const blocked: Alteration = (answer) => ({
  ...answer,
  headers: { ...answer.headers, "content-security-policy": "script-src 'none'; style-src 'unsafe-inline'" },
});

/** Where the script cannot run, and why. */
const WITHOUT_SCRIPT: readonly (readonly [why: string, wanted: Wanted, alter: Alteration])[] = [
  ["it is too old", TOO_OLD, asItIs],
  ...SUPPORTED.map((wanted) => ["the script was changed on its way", wanted, changed] as const),
  ...SUPPORTED.map((wanted) => ["the script is blocked", wanted, blocked] as const),
];

describe("where the script cannot run", () => {
  // Under the reduced counts, test/page/faults.browser.ts looks at this in one browser.
  for (const [why, wanted, alter] of BROWSERS === SUPPORTED ? WITHOUT_SCRIPT : []) {
    test(`in ${wanted.name}, because ${why}: the page says that nothing is used up, and what to do`, async () => {
      const browser = await startWanted(wanted);
      if (!browser) return;
      const proxy = await startAlteringProxy(stack.stack.url, alter);
      try {
        const link = await stack.link();
        const tab = await browser.newTab();
        await tab.goTo(link.replace(stack.stack.url, proxy.url));
        await until(tab, 'getComputedStyle(document.querySelector("h1")).visibility === "visible"');
        await sees(tab, FALLBACK);
        await reads(tab, "Nothing is used up by that.");
        await reads(tab, "Open the link in another browser or on another device.");
        expect(proxy.calls).toEqual([]);
        expect((await new Recipient(link).status()).body.state).toBe("open");
        mkdirSync(PICTURES, { recursive: true });
        const picture = join(PICTURES, `${browser.version}, ${why}.png`.replaceAll(" ", "-"));
        writeFileSync(picture, await tab.screenshot());
        report(`${browser.version}, ${why}: told; ${picture}`);
      } finally {
        await browser.close();
        await proxy.close();
      }
    }, 60_000);
  }
});

/** A line for each browser, and the steps it got through. */
function tableOf(table: readonly Row[]): readonly string[] {
  const lines = [
    ["browser", ...STEPS],
    ...table.map(({ version, steps }) => [version, ...STEPS.map((step) => steps[step] ?? "-")]),
  ];
  const widths = lines[0]?.map((_, at) => Math.max(...lines.map((line) => line[at]?.length ?? 0))) ?? [];
  return lines.map((line) =>
    line
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
