import { expect } from "@jest/globals";
import * as say from "../../packages/page/src/wording-opened.ts";
import { violations } from "./accessible.ts";
import type { InBrowser } from "./browser-tests.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";
import { PAGE_STATES, visitorAt } from "./states.ts";

/** One of each kind of screen; `npm run proof -- page-states` looks at all of them. */
const SAMPLE = [
  "ready, address and passphrase",
  "a wrong code",
  "the secret, shown and spelled out",
  "done",
  "a damaged link, and a paste that is no better",
  "delivered",
];

export function accessibilityTests(inBrowser: InBrowser): void {
  for (const state of PAGE_STATES.filter(({ name }) => SAMPLE.includes(name))) {
    inBrowser(`axe-core finds nothing, light or dark: ${state.name}`, async ({ browser, stack }) => {
      const visitor = await visitorAt(state, browser, stack);
      expect(await violations(visitor.page)).toEqual([]);
      await visitor.close();
    });
  }

  inBrowser(
    "the whole way goes by keyboard, and a new screen begins at its heading",
    async ({ stack, visitor }) => {
      const { page, goTo, sees } = await visitor();
      const focused = () =>
        page.evaluate(() => {
          const at = document.activeElement;
          return at?.getAttribute("aria-label") ?? at?.id ?? at?.textContent ?? "";
        });
      const name = () =>
        page.evaluate(() => {
          const at = document.activeElement;
          return (
            at?.getAttribute("aria-label") || at?.textContent || at?.id || at?.getAttribute("type") || ""
          );
        });
      const walk = async (steps: number) => {
        const seen: string[] = [];
        for (let step = 0; step < steps; step += 1) {
          await page.keyboard.press("Tab");
          seen.push(await name());
        }
        return seen;
      };

      await goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
      expect(await name()).toMatch(/sent you access details$/);
      expect(await walk(1)).toEqual(["email"]);
      await page.keyboard.type("bob@else.example");
      await page.keyboard.press("Enter");
      expect(await focused()).toBe("email");
      await page.keyboard.press("Control+A");
      await page.keyboard.type(EMAIL);
      expect(await walk(1)).toEqual(["passphrase"]);
      await page.keyboard.type(PASSPHRASE);
      expect(await walk(2)).toEqual(["checkbox", "Reveal"]);
      await page.keyboard.press("Enter");
      await sees("Your secret");
      expect(await name()).toBe("Your secret");
      expect(await walk(23)).toEqual([
        "Copy: prod/orders/database, host",
        "Spell out: prod/orders/database, host",
        "Copy: prod/orders/database, username",
        "Spell out: prod/orders/database, username",
        "Copy: prod/orders/database, password",
        "Show: prod/orders/database, password",
        "Spell out: prod/orders/database, password",
        "Copy: prod/orders/api-key",
        "Show: prod/orders/api-key",
        "Spell out: prod/orders/api-key",
        "Download: client.p12",
        "Copy all: Your secret",
        "Show all",
        "Text",
        say.formatEnv,
        "JSON",
        "KeePass (.kdbx)",
        "1Password",
        "Bitwarden",
        "Apple Passwords",
        "KeePassXC (CSV)",
        "Done",
        expect.anything(),
      ]);
      await page.getByRole("button", { name: "Show: prod/orders/database, password" }).focus();
      await page.keyboard.press("Space");
      expect(await name()).toBe("Hide: prod/orders/database, password");
      await page.getByRole("button", { name: "Done" }).focus();
      await page.keyboard.press("Enter");
      await sees("Done");
      expect(await name()).toBe("Done");
    },
  );

  inBrowser("the way to a report and back goes by keyboard", async ({ stack, visitor }) => {
    const { page, goTo, sees } = await visitor();
    await goTo(await stack.link());
    // Past Reveal.
    for (let step = 0; step < 2; step += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await sees("Report this link");
    for (let step = 0; step < 3; step += 1) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await sees(/sent you access details/);
  });

  inBrowser(
    "a wrong answer is announced, and the focus goes to where it is said",
    async ({ stack, visitor }) => {
      const { page, goTo, press } = await visitor();
      await goTo(await stack.link({ email: EMAIL }));
      await page.getByLabel("Your e-mail address").fill("abe@vendor.example");
      await press("Reveal");
      const alert = page.getByRole("alert").filter({ hasText: "4 tries left" });
      await alert.waitFor();
      expect(await alert.evaluate((node) => node === document.activeElement)).toBe(true);
    },
  );
}
