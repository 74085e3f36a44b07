import { expect } from "@jest/globals";
import type { Visitor } from "../support/browser.ts";
import type { InBrowser } from "./browser-tests.ts";

/** What a copy easily changes: spaces at the edges and in a row, tabs, every line end, what has no width, and a lot of it. */
const VALUES: Readonly<Record<string, string>> = {
  "edge spaces": "  two before, one after ",
  "double spaces": "a  b   c",
  tabs: "\ta\tb\t",
  "line feeds": "\nline\n\nline\n",
  "carriage returns": "a\rb\r",
  CRLF: "a\r\nb\r\n",
  "zero width": "a\u200bb\u200d\ufeffc\u2060",
  "no-break spaces": "\u00a0a\u00a0b\u3000",
  "right to left": "\u202eabc\u202c \u05d0\u05d1 1",
  "look-alikes": "p\u0430ssword \u03bf\uff21",
  "combining marks": "e\u0301 \u00e9 \ufb01",
  astral: "\u{1d11e}\u{1f511}",
  markup: "<b>&amp;</b>",
  "200 KB": "0aB \t".repeat(40_000),
};

const ITEMS = [
  {
    label: "exact",
    fields: Object.entries(VALUES).map(([name, value]) => ({ name, value, concealed: false })),
  },
];

const POLICY = /^Permissions policy violation: The Clipboard API/;

async function atTheSecret(visitor: Visitor, link: string): Promise<void> {
  await visitor.goTo(link);
  await visitor.press("Reveal");
  await visitor.sees("Your secret");
}

const clipboard = ({ page }: Visitor) => page.evaluate(() => navigator.clipboard.readText());

/** Serves the page under a policy that closes the clipboard's own way to it, as a company's proxy may. */
async function closeClipboard({ page }: Visitor): Promise<void> {
  await page.route("**/h/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({
      response,
      headers: { ...response.headers(), "permissions-policy": "clipboard-write=()" },
    });
  });
}

/** Selects a value as a person does, and presses the keys that copy. */
async function copyByHand({ page }: Visitor, name: string, how: "select" | "triple click"): Promise<void> {
  const value = page.locator(".field").filter({ hasText: name }).locator(".value").first();
  if (how === "triple click") await value.click({ clickCount: 3 });
  else await value.evaluate((node) => getSelection()?.selectAllChildren(node));
  await page.keyboard.press("Control+C");
}

export function exactValuesTests(inBrowser: InBrowser): void {
  for (const [way, prepare] of [
    ["the clipboard's own way", async () => {}],
    ["the old way, under a policy that closes the other", closeClipboard],
  ] as const) {
    inBrowser(`Copy copies every byte, by ${way}`, async ({ stack, visitor, expectErrors }) => {
      expectErrors(POLICY);
      const ana = await visitor({ permissions: ["clipboard-read", "clipboard-write"] });
      await prepare(ana);
      await atTheSecret(ana, await stack.link({ items: ITEMS }));
      for (const [name, value] of Object.entries(VALUES)) {
        await ana.page.getByRole("button", { name: `Copy: exact, ${name}`, exact: true }).click();
        await ana.page.getByRole("button", { name: `Copied: exact, ${name}`, exact: true }).waitFor();
        expect(await clipboard(ana)).toBe(value);
      }
      await ana.press("Copy all");
      await ana.page.getByRole("button", { name: "Copied: Your secret" }).first().waitFor();
      expect(await clipboard(ana)).toBe(
        Object.entries(VALUES)
          .map(([name, value]) => `${name}: ${value}`)
          .join("\n"),
      );
    });
  }

  inBrowser("a value that is selected and copied by hand keeps every byte", async ({ stack, visitor }) => {
    const ana = await visitor({ permissions: ["clipboard-read", "clipboard-write"] });
    await atTheSecret(ana, await stack.link({ items: ITEMS }));
    for (const [name, value] of Object.entries(VALUES)) {
      await copyByHand(ana, name, "select");
      expect([name, await clipboard(ana)]).toEqual([name, value]);
    }
    await copyByHand(ana, "double spaces", "triple click");
    expect(await clipboard(ana)).toBe(VALUES["double spaces"]);
  });

  inBrowser(
    "where nothing can be copied the page says so, selects the value, and does not call it taken",
    async ({ stack, visitor, expectErrors }) => {
      expectErrors(POLICY);
      const ana = await visitor({ permissions: ["clipboard-read"] });
      await closeClipboard(ana);
      await ana.page.addInitScript("document.execCommand = () => false;");
      await atTheSecret(
        ana,
        await stack.link({
          items: [{ label: "one", fields: [{ name: "key", value: "s3cret  value", concealed: true }] }],
        }),
      );
      await ana.press("Copy: one, key");
      await ana.page.getByText("does not let the page copy").first().waitFor();
      expect(await ana.page.evaluate(() => getSelection()?.toString())).toBe("s3cret  value");
      expect(await ana.page.getByRole("button", { name: /Copied/ }).count()).toBe(0);
      expect(ana.requests.filter((request) => request.endsWith("/acknowledge"))).toEqual([]);
    },
  );

  inBrowser("what an eye cannot see is marked, and the marks are no part of the text", async (given) => {
    const ana = await given.visitor();
    await atTheSecret(ana, await given.stack.link({ items: ITEMS }));
    const fields = await ana.page.locator(".field").evaluateAll((nodes) =>
      nodes.map((node) => ({
        name: node.querySelector("h3")?.textContent,
        text: node.querySelector(".value")?.textContent,
        marks: [...node.querySelectorAll("[data-mark]")].map((mark) => mark.getAttribute("data-mark")),
      })),
    );
    const marksOf = (name: string) => fields.find((field) => field.name === name)?.marks;
    for (const { name, text } of fields) expect([name, text]).toEqual([name, VALUES[name ?? ""]]);
    expect(marksOf("edge spaces")).toEqual(["\u2423\u2423", "\u2423"]);
    expect(marksOf("double spaces")).toEqual(["\u2423\u2423", "\u2423\u2423\u2423"]);
    expect(marksOf("CRLF")).toEqual(["CR", "\u21b5", "CR", "\u21b5"]);
    expect(marksOf("zero width")).toEqual(["U+200B", "U+200D", "U+FEFF", "U+2060"]);
    expect(marksOf("look-alikes")).toEqual(["", ""]);
    expect(marksOf("markup")).toEqual([]);
  });

  inBrowser(
    "a translator, a spell checker and a password manager are told to leave it alone",
    async (given) => {
      const ana = await given.visitor();
      await ana.goTo(
        await given.stack.link({ email: "ana@vendor.example", passphrase: "correct horse battery" }),
      );
      for (const input of await ana.page.locator("input:not([type=checkbox])").all()) {
        expect([
          await input.getAttribute("spellcheck"),
          await input.getAttribute("autocorrect"),
          await input.getAttribute("autocapitalize"),
          await input.getAttribute("data-1p-ignore"),
          await input.getAttribute("data-lpignore"),
          await input.getAttribute("data-bwignore"),
        ]).toEqual(["false", "off", "none", "", "true", ""]);
      }
      // Chromium offers to keep a password all the same, unless it is told that it serves once.
      expect(await ana.page.locator("#passphrase").getAttribute("autocomplete")).toBe("one-time-code");
      const bob = await given.visitor();
      await atTheSecret(bob, await given.stack.link({ items: ITEMS }));
      const open = await bob.page
        .locator(".value")
        .evaluateAll((nodes) => nodes.filter((node) => !node.closest("[translate=no].notranslate")).length);
      expect(open).toBe(0);
    },
  );

  inBrowser(
    "copying what is not concealed is not taking: every concealed value and every file is",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.goTo(await stack.link());
      await ana.press("Reveal");
      await ana.press("Copy: prod/orders/database, username");
      await ana.press("Copy: prod/orders/database, password");
      await ana.press("Copy: prod/orders/api-key");
      await ana.page.getByText("Until you have copied or saved all of it").waitFor();
      expect(ana.requests.filter((request) => request.endsWith("/acknowledge"))).toEqual([]);
      const told = ana.page.waitForResponse("**/acknowledge");
      await ana.press("Download");
      await told;
      await ana.page.getByText("Reloading will not show it again").waitFor();
    },
  );

  inBrowser("of a long list, what acts on all of it stands at the top too", async ({ stack, visitor }) => {
    const ana = await visitor();
    const fields = Array.from({ length: 30 }, (_, n) => ({ name: `V${n}`, value: `${n}`, concealed: true }));
    await atTheSecret(ana, await stack.link({ items: [{ label: "many", fields }] }));
    const first = ana.page.locator(".row").first();
    expect(await first.getByRole("button").allInnerTexts()).toEqual(["Copy all", "Save as", "Done"]);
    await first.getByRole("button", { name: "Save as" }).click();
    await ana.page.getByRole("button", { name: "JSON" }).waitFor({ state: "visible" });
  });
}
