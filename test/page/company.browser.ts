import { expect } from "@jest/globals";
import { companyOf, fillBlock } from "@secret-handoff/protocol/company";
import { LANGUAGE_TAGS } from "@secret-handoff/protocol/languages";
import type { Page } from "playwright-core";
import { violations } from "./accessible.ts";
import type { InBrowser } from "./browser-tests.ts";
import { COMPANY } from "./company.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";

/** Serves the page as a deployment with a company does. */
async function withCompany(page: Page): Promise<void> {
  await page.route(/\/h\/[\w-]{22}$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: fillBlock(await response.text(), companyOf(COMPANY)) });
  });
}

/** Where something ends on the screen, CSS pixels from its top. */
const bottomOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((node) => node.getBoundingClientRect().bottom);

export function companyTests(inBrowser: InBrowser): void {
  inBrowser(
    "the company comes first, in its colours, and can be called; the product has a line at the end",
    async ({ stack, visitor }) => {
      const { page, goTo } = await visitor();
      await withCompany(page);
      await goTo(await stack.link({ email: EMAIL }));
      expect(await page.locator("header").textContent()).toMatch(/^Acme Logistics/);
      expect(await page.title()).toMatch(/ - Acme Logistics$/);
      const { width, height } = (await page.locator("header svg").boundingBox()) ?? {};
      expect([width, height]).toEqual([32, 32]);
      const links = page.locator("footer a");
      expect(await links.evaluateAll((nodes) => nodes.map((node) => node.getAttribute("href")))).toEqual([
        "mailto:security@acme.example",
        "tel:+49301234567",
        COMPANY.privacyUrl,
        COMPANY.imprintUrl,
      ]);
      expect(await page.locator("footer").textContent()).toContain("Secret handoff.");
      const button = page.locator("button.main");
      const colour = () => button.evaluate((node) => getComputedStyle(node).backgroundColor);
      await page.emulateMedia({ colorScheme: "light" });
      expect(await colour()).toBe("rgb(138, 58, 12)");
      await page.emulateMedia({ colorScheme: "dark" });
      expect(await colour()).not.toBe("rgb(138, 58, 12)");
      expect(await violations(page)).toEqual([]);
    },
  );

  inBrowser(
    "what it is, from whom, what to do and the button are on a phone's first screen, in every language",
    async ({ stack, visitor }) => {
      const link = await stack.link({ email: EMAIL, passphrase: PASSPHRASE });
      const { page, goTo } = await visitor({ viewport: { width: 390, height: 664 } });
      await withCompany(page);
      await goTo(link);
      for (const tag of LANGUAGE_TAGS) {
        await page.locator("select").selectOption(tag);
        await page.waitForFunction((language) => document.documentElement.lang === language, tag);
        const [button, once] = [
          await bottomOf(page, "button.main"),
          await bottomOf(page, "form > p:last-child"),
        ];
        // With the browser's bars 664 px are left of a phone's 844.
        // Nor does who did not expect it have to look for the way to a report. What the sender says makes the trust, and stands below.
        const report = await bottomOf(page, "dl + .row");
        expect([tag, button <= 664, once <= 844, report <= 844]).toEqual([tag, true, true, true]);
        expect(await page.locator("details[open] dl, details[open] blockquote").count()).toBeGreaterThan(0);
        expect(await page.locator("details[open] button").count()).toBe(0);
      }
    },
  );
}
