import { readFileSync } from "node:fs";
import { expect } from "@jest/globals";
import type { Language } from "@secret-handoff/protocol/languages";
import * as say from "../../packages/page/src/wording-managers.ts";
import { answer } from "./answer.ts";
import type { InBrowser } from "./browser-tests.ts";
import { speakIn } from "./languages.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";

/** A sentence of ours as a language says it. */
function inLanguage(tag: Language, sentence: string): string {
  for (const part of ["", "-opened"]) {
    const file = new URL(`../../packages/page/src/languages/${tag}${part}.json`, import.meta.url);
    const told = JSON.parse(readFileSync(file, "utf8"))[sentence];
    if (told !== undefined) return told;
  }
  throw new Error(`nothing says in ${tag}: ${sentence}`);
}

export function languagesTests(inBrowser: InBrowser): void {
  inBrowser(
    "speaks the browser's language, and another when asked, and keeps what was typed",
    async ({ stack, visitor }) => {
      const ana = await visitor({ locale: "de-AT" });
      await ana.goTo(await stack.link({ email: EMAIL }));
      await ana.sees(/hat Ihnen Zugangsdaten gesendet/);
      await ana.page.getByLabel("Ihre E-Mail-Adresse").fill(EMAIL);
      await ana.page.getByLabel("Sprache").selectOption("he");
      await ana.sees(/פרטי גישה עבורכם/);
      expect(
        await ana.page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]),
      ).toEqual(["he", "rtl"]);
      expect(await ana.page.locator("#email").inputValue()).toBe(EMAIL);
      await ana.page.locator("select").selectOption("en");
      await ana.sees(/sent you access details/);
      expect(
        ana.requests
          .filter((request) => request.includes("/h/language/"))
          .map((request) => request.slice(-2)),
      ).toEqual(["de", "he"]);
    },
  );

  inBrowser(
    "a language whose file comes after the secret was opened takes no words away again",
    async ({ stack, visitor }) => {
      const ana = await visitor({ locale: "de-DE" });
      let answerFirst = () => {};
      let asked = 0;
      await ana.page.route("**/h/language/de", async (route) => {
        asked += 1;
        if (asked === 1)
          await new Promise<void>((resolve) => {
            answerFirst = resolve;
          });
        await route.continue();
      });
      await ana.page.goto(await stack.link());
      await ana.press("Reveal");
      await ana.sees(inLanguage("de", "Your secret"));
      answerFirst();
      await ana.page.waitForFunction(() => document.documentElement.lang === "de");
      expect(await ana.heading()).toBe(inLanguage("de", "Your secret"));
    },
  );

  inBrowser("takes no sentence that was not built with it", async ({ stack, visitor }) => {
    const ana = await visitor({ locale: "de-DE" });
    const altered = ana.page.waitForResponse("**/h/language/de");
    await ana.page.route("**/h/language/de", async (route) => {
      const response = await route.fetch();
      await route.fulfill({
        response,
        body: (await response.text()).replace("Anzeigen", "Passwort mailen"),
      });
    });
    await ana.goTo(await stack.link());
    await (await altered).finished();
    await ana.page.waitForFunction(() => document.querySelector("select")?.value === "en");
    await ana.sees(/sent you access details/);
    // Told once it was chosen, in the language that stands there, until another one speaks.
    const told = ana.page.locator("header [role=alert]");
    expect(await told.textContent()).toBe("");
    await ana.page.locator("select").selectOption("de");
    await told.getByText(say.languageFailed).waitFor();
    await speakIn(ana.page, "fr");
    expect(await told.textContent()).toBe("");
    await ana.page.locator("select").selectOption("de");
    await told.getByText(inLanguage("fr", say.languageFailed)).waitFor();
  });

  inBrowser(
    "before a secret is opened another language changes the words, and nothing else",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const { page } = ana;
      const de = (sentence: string) => inLanguage("de", sentence);
      const focus = () => page.evaluate(() => document.activeElement?.tagName);
      const link = await stack.link({ email: EMAIL, passphrase: PASSPHRASE });
      await ana.goTo(link.slice(0, -3));
      const elsewhere = link.replace(new URL(link).host, "other.example");
      await page.locator("textarea").fill(elsewhere);
      await ana.press(say.openThis);
      await page.locator("#link-error").getByText(say.whyDamaged.elsewhere).waitFor();
      await page.locator("select").focus();
      await speakIn(page, "de");
      await page.locator("#link-error").getByText(de(say.whyDamaged.elsewhere)).waitFor();
      expect(await page.locator("textarea").inputValue()).toBe(elsewhere);
      expect([await focus(), await page.title()]).toEqual([
        "SELECT",
        `${de(say.partMissing)} - ${say.product}`,
      ]);

      await page.locator("textarea").fill(link);
      await ana.press(de(say.openThis));
      await page.locator("#email").fill("abe@vendor.example");
      await page.locator("#passphrase").fill(PASSPHRASE);
      await page.locator(".check input").check();
      await page.locator("summary").click();
      await ana.press(de(say.reveal));
      await page.getByRole("alert").getByText(de("{0} tries left.").replace("{0}", "4")).waitFor();
      await page.locator("#passphrase").fill(`${PASSPHRASE}, unsent`);
      await page.locator(".check input").check();
      await page.locator("summary").click();
      await page.locator("select").focus();
      await speakIn(page, "fr");
      await page
        .getByRole("alert")
        .getByText(inLanguage("fr", "{0} tries left.").replace("{0}", "4"))
        .waitFor();
      expect(await page.locator("#passphrase").inputValue()).toBe(`${PASSPHRASE}, unsent`);
      expect(await page.locator("#passphrase").getAttribute("type")).toBe("text");
      expect(await page.locator(".check input").isChecked()).toBe(true);
      expect(await page.locator("details").getAttribute("open")).toBeNull();
      expect(await focus()).toBe("SELECT");
    },
  );

  inBrowser(
    "an opened secret stays as it was laid out, in another language too",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const { page } = ana;
      const de = (sentence: string) => inLanguage("de", sentence);
      const showAll = page.locator(".item + .row button").nth(1);
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.press("Show: prod/orders/database, password");
      expect(await showAll.textContent()).toBe(say.showAll);
      await ana.press("Spell out: prod/orders/api-key");
      expect(await showAll.textContent()).toBe(say.hideAll);
      await ana.press("Text");
      await ana.press("KeePass (.kdbx)");
      await page.locator("#file-password").fill("short");
      await ana.press("Save the file");
      await page.locator("#file-password-error").getByText(say.passwordShort).waitFor();
      await page.locator("#announcer").evaluate((node) => {
        node.textContent = "Copied";
      });
      await page.locator("select").focus();
      await page.evaluate(() => scrollTo(0, 200));

      await speakIn(page, "de");
      await page.locator("#file-password-error").getByText(de(say.passwordShort)).waitFor();
      await page.getByText(de("{0} went to your downloads.").replace("{0}", "secret.txt")).waitFor();
      expect(await page.locator("#file-password").inputValue()).toBe("short");
      expect(await page.locator(".spelled small").first().textContent()).toBe(de(say.small));
      expect(await page.locator(".exact").nth(2).textContent()).toBe("O0l1I|tR'9$vQ~w2");
      expect(await page.locator("#announcer").textContent()).toBe("");
      expect(await page.evaluate(() => [document.activeElement?.tagName, scrollY])).toEqual(["SELECT", 200]);
      expect(await showAll.textContent()).toBe(de(say.hideAll));
      await ana.press(de(say.hideAll));
      expect(await page.locator(".masked").count()).toBe(2);
      await ana.press(`${de(say.show)}: prod/orders/database, password`);
      expect(await showAll.textContent()).toBe(de(say.showAll));
    },
  );

  inBrowser(
    "the language that was chosen last is spoken, however long the one before takes",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await ana.page.route("**/h/language/fr", async (route) => {
        await released;
        await route.continue();
      });
      await ana.goTo(await stack.link());
      const late = ana.page.waitForResponse("**/h/language/fr");
      await ana.page.locator("select").selectOption("fr");
      await speakIn(ana.page, "de");
      release();
      await (await late).finished();
      await ana.page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
      await ana.sees(/hat Ihnen Zugangsdaten gesendet/);
      expect(await ana.page.evaluate(() => document.documentElement.lang)).toBe("de");
    },
  );
}
