import { expect } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { Visitor } from "../support/browser.ts";
import { answer } from "./answer.ts";
import type { InBrowser } from "./browser-tests.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";

const LOST = /^Failed to load resource: net::ERR_/;
const stateOf = async (link: string) => (await new Recipient(link).status()).body.state;
const posts = ({ requests }: Visitor, call: string) =>
  requests.filter((request) => request.endsWith(`/${call}`));

export function resilienceTests(inBrowser: InBrowser): void {
  inBrowser("a double click on Reveal claims once", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
    await ana.page.getByLabel("Your e-mail address").fill(EMAIL);
    await ana.page.getByLabel("Passphrase", { exact: true }).fill(PASSPHRASE);
    await ana.page.getByRole("button", { name: "Reveal" }).dblclick();
    await ana.sees("Your secret");
    expect(posts(ana, "claim")).toHaveLength(1);
  });

  inBrowser("a claim whose answer was lost is made again, and is the same claim", async (given) => {
    const { stack, visitor, expectErrors } = given;
    expectErrors(LOST);
    const ana = await visitor();
    const link = await stack.link({ email: EMAIL });
    const bodies: string[] = [];
    await ana.page.route("**/claim", async (route) => {
      bodies.push(route.request().postData() ?? "");
      if (bodies.length > 1) return route.continue();
      await route.fetch();
      return route.abort("connectionreset");
    });
    await ana.goTo(link);
    await answer(ana, EMAIL);
    await ana.sees("The connection was lost");
    expect(await stateOf(link)).toBe("claimed");
    await ana.press("Try now");
    await ana.sees("Your secret");
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
  });

  inBrowser(
    "after a claim whose answer was lost a reload does not say that nothing was opened, and goes on by itself",
    async (given) => {
      given.expectErrors(LOST);
      given.expectErrors(/status of 503/);
      const ana = await given.visitor();
      await ana.goTo(await given.stack.link({ email: EMAIL }));
      await ana.page.route("**/claim", async (route) => {
        await route.fetch();
        await route.abort();
      });
      await answer(ana, EMAIL);
      await ana.sees("The connection was lost");
      await ana.page.unroute("**/claim");
      let isDown = true;
      await ana.page.route("**/status", (route) =>
        isDown ? route.fulfill({ status: 503 }) : route.continue(),
      );
      await ana.page.clock.install();
      await ana.page.reload();
      await ana.sees("The connection was lost");
      expect(await ana.page.locator("main").textContent()).not.toMatch(/nothing/i);
      isDown = false;
      await ana.page.clock.runFor("00:02");
      await ana.sees("Your secret");
    },
  );

  inBrowser("an outage is waited out without a press", async ({ stack, visitor, expectErrors }) => {
    expectErrors(LOST);
    const ana = await visitor();
    await ana.page.route("**/claim", (route) => route.abort("connectionreset"));
    await ana.goTo(await stack.link({ email: EMAIL }));
    await answer(ana, EMAIL);
    await ana.sees("The connection was lost");
    await ana.page.unroute("**/claim");
    await ana.sees("Your secret");
  });

  inBrowser("nothing is claimed before all is there that shows a secret", async (given) => {
    const { stack, visitor, expectErrors } = given;
    expectErrors(LOST);
    const ana = await visitor();
    const link = await stack.link({ email: EMAIL, passphrase: PASSPHRASE });
    await ana.goTo(link);
    await ana.page.context().setOffline(true);
    await answer(ana, EMAIL, PASSPHRASE);
    await ana.page.getByText("The service cannot be reached. Try again.").waitFor();
    expect([posts(ana, "claim").length, await stateOf(link)]).toEqual([0, "open"]);
    await ana.page.context().setOffline(false);
    // What was changed on its way, or belongs to another version, does not run.
    for (const name of ["opened-screens", "passphrase-key"]) {
      await ana.page.route(`**/h/module/${name}`, async (route) => {
        const response = await route.fetch();
        await route.fulfill({ response, body: `${await response.text()};document.title="changed"` });
      });
      await answer(ana, EMAIL, PASSPHRASE);
      await ana.sees("Something went wrong on this page");
      expect(await ana.page.title()).not.toBe("changed");
      expect([posts(ana, "claim").length, await stateOf(link)]).toEqual([0, "open"]);
      await ana.page.unroute(`**/h/module/${name}`);
      await ana.page.reload();
      await ana.sees(/sent you access details/);
    }
    await answer(ana, EMAIL, PASSPHRASE);
    await ana.sees("Your secret");
  });

  inBrowser(
    "a tab that was closed in between: the same browser opens the link again and gets its secret",
    async (given) => {
      const ana = await given.visitor();
      const link = await given.stack.link({ email: EMAIL });
      await ana.goTo(link);
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      const tab = await ana.page.context().newPage();
      await ana.page.close();
      await tab.goto(link);
      // One wrong character is no other browser.
      for (const address of [EMAIL.replace("a", "aa"), EMAIL]) {
        await tab.getByRole("heading", { name: "You opened this a moment ago" }).waitFor();
        await tab.getByLabel("Your e-mail address").fill(address);
        if (address === EMAIL) break;
        await tab.getByRole("button", { name: "Show it again" }).click();
        await tab.getByText("That is not right. Check what you typed.").waitFor();
      }
      await tab.getByRole("button", { name: "Show it again" }).click();
      await tab.getByRole("heading", { name: "Your secret" }).waitFor();
    },
  );

  inBrowser(
    "two tabs of one browser are one browser: the second is not told that a stranger was there",
    async (given) => {
      const ana = await given.visitor();
      const link = await given.stack.link({ email: EMAIL });
      await ana.goTo(link);
      const second = await ana.page.context().newPage();
      await second.goto(link);
      await second.getByRole("button", { name: "Reveal" }).waitFor();
      const lookedAgain = second.waitForResponse("**/status");
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await lookedAgain;
      await second.getByLabel("Your e-mail address").fill(EMAIL);
      await second.getByRole("button", { name: /Reveal|Show it again/ }).click();
      await second.getByRole("heading", { name: "Your secret" }).waitFor();
    },
  );

  inBrowser(
    "what the page fetches comes from no cache, and an opened secret does not wait for a language that does not come",
    async ({ stack, visitor }) => {
      const ana = await visitor({ locale: "de-DE" });
      await ana.page.addInitScript(`
        const { fetch } = globalThis;
        globalThis.fetched = [];
        globalThis.fetch = (input, init) => { fetched.push(init?.cache); return fetch(input, init); };
      `);
      await ana.goTo(await stack.link());
      await ana.page.locator("form button").click();
      await ana.page.locator(".field").first().waitFor();
      const fetched = await ana.page.evaluate<string[]>("fetched");
      expect(fetched.length).toBeGreaterThan(4);
      expect(new Set(fetched)).toEqual(new Set(["no-store"]));
      await ana.page.clock.install();
      const stalled = ana.page.waitForRequest("**/h/language/de-opened");
      await ana.page.route("**/h/language/de-opened", () => {});
      await ana.page.reload();
      await stalled;
      await ana.page.clock.runFor("00:16");
      await ana.sees("Your secret");
    },
  );

  inBrowser(
    "where a stranger has opened it, no tab of this browser is told that it was opened here",
    async (given) => {
      const ana = await given.visitor();
      const link = await given.stack.link();
      const tabs = [ana.page, await ana.page.context().newPage()] as const;
      const held: (() => Promise<void>)[] = [];
      const holdNext = (tab: (typeof tabs)[number], call: string) =>
        new Promise<void>((resolve) => {
          void tab.route(
            `**/${call}`,
            async (route) => {
              const response = await route.fetch();
              held.push(() => route.fulfill({ response }));
              resolve();
            },
            { times: 1 },
          );
        });
      for (const tab of tabs) {
        await tab.addInitScript(
          `addEventListener("storage", (event) => { if (!globalThis.hears) event.stopImmediatePropagation(); }, true);`,
        );
        await tab.goto(link);
        await tab.getByRole("button", { name: "Reveal" }).waitFor();
      }
      expect((await new Recipient(link).claim()).status).toBe(200);
      for (const tab of tabs) {
        const isHeld = holdNext(tab, "claim");
        await tab.getByRole("button", { name: "Reveal" }).click();
        await isHeld;
      }
      for (const tab of tabs) await tab.evaluate("globalThis.hears = true");
      // The first finds the second's claim in the browser's store and asks again; meanwhile that one is refused, too.
      const asksAgain = holdNext(tabs[0], "status");
      await held[0]?.();
      await asksAgain;
      await held[1]?.();
      const opened = { name: "This link was already opened" };
      await tabs[1].getByRole("heading", opened).waitFor();
      await held[2]?.();
      await tabs[0].getByRole("heading", opened).waitFor();
    },
  );

  for (const [order, isLoserFirst] of [
    ["before", true],
    ["after", false],
  ] as const) {
    inBrowser(
      `of two tabs that claim at once, the one that lost ${order} the other had its answer reads again, too`,
      async (given) => {
        const ana = await given.visitor();
        const link = await given.stack.link({ email: EMAIL });
        const tabs = [ana.page, await ana.page.context().newPage()] as const;
        const held: (() => Promise<void>)[] = [];
        for (const tab of tabs) {
          // Until the answers come no tab hears of the other: so close together do they claim.
          await tab.addInitScript(
            `addEventListener("storage", (event) => { if (!globalThis.hears) event.stopImmediatePropagation(); }, true);`,
          );
          await tab.goto(link);
          await tab.getByLabel("Your e-mail address").fill(EMAIL);
        }
        for (const tab of tabs) {
          // The service is asked in the order of the tabs; each answer is held.
          const answered = new Promise<void>((resolve) => {
            void tab.route("**/claim", async (route) => {
              const response = await route.fetch();
              held.push(() => route.fulfill({ response }));
              resolve();
            });
          });
          await tab.getByRole("button", { name: "Reveal" }).click();
          await answered;
        }
        for (const tab of tabs) await tab.evaluate("globalThis.hears = true");
        for (const index of isLoserFirst ? [1, 0] : [0, 1]) {
          await held[index]?.();
          await tabs[index]?.locator("h1:not(:text('Opening'))").waitFor();
        }
        await tabs[0].getByRole("heading", { name: "Your secret" }).waitFor();
        await tabs[1].getByRole("heading", { name: "You opened this a moment ago" }).waitFor();
      },
    );
  }

  inBrowser(
    "with sessionStorage and localStorage refused a reload still shows the secret",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.page.addInitScript(`
    for (const name of ["sessionStorage", "localStorage"]) {
      Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
    }
  `);
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.page.reload();
      await ana.sees("Your secret");
      await ana.press("Done");
      await ana.page.getByText("The sender can see").waitFor();
      await ana.page.reload();
      await ana.sees("You have received this");
    },
  );

  inBrowser(
    "leaving the page hides the secret, and coming back out of the cache after the lease still has it",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.page.clock.install();
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.press("Show all");
      const left = await ana.page.evaluate(() => {
        window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        return document.body.textContent ?? "";
      });
      expect(left).not.toContain("orders_app");
      expect(left).not.toContain("sk_live");
      await ana.page.clock.pauseAt(Date.now() + 200_000);
      await ana.page.evaluate(() =>
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })),
      );
      await ana.press("Show it again");
      await ana.sees("Your secret");
      expect(await ana.page.locator("main").textContent()).not.toContain("sk_live");
    },
  );

  inBrowser(
    "a link that is put into the address bar of an open page is followed",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link();
      await ana.goTo(link.slice(0, -1));
      await ana.sees("Part of this link is missing");
      await ana.page.evaluate((whole) => {
        location.href = whole;
      }, link);
      await ana.sees(/sent you access details/);
    },
  );

  inBrowser(
    "if the recipient does nothing it is acknowledged before the lease ends, and not earlier",
    async (given) => {
      const { stack, visitor } = given;
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      await ana.page.clock.install();
      await ana.goTo(link);
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.page.clock.runFor("01:40");
      expect(await stateOf(link)).toBe("claimed");
      const told = ana.page.waitForResponse("**/acknowledge");
      await ana.page.clock.runFor("00:06");
      await told;
      expect(await stateOf(link)).toBe("delivered");
    },
  );

  inBrowser("whoever leaves with the only copy is asked first", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link({ email: EMAIL }));
    await answer(ana, EMAIL);
    await ana.press(/^Download/);
    await ana.press("Copy all");
    await ana.page.getByText("Reloading will not show it again").waitFor();
    const asked = ana.page.waitForEvent("dialog");
    void ana.page.close({ runBeforeUnload: true });
    const dialog = await asked;
    expect(dialog.type()).toBe("beforeunload");
    await dialog.dismiss();
    await ana.sees("Your secret");
  });

  inBrowser(
    "after five minutes the secret is hidden, and after a quarter of an hour forgotten",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.page.clock.install();
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.press("Show all");
      await ana.press("JSON");
      await ana.press("Download");
      await ana.page.getByText("Reloading will not show it again").waitFor();
      await ana.press("Five more minutes");
      await ana.page.clock.fastForward("04:59");
      await ana.sees("Your secret");
      await ana.page.clock.fastForward("00:03");
      await ana.sees("The secret is hidden");
      expect(await ana.page.locator("body").textContent()).not.toContain("orders_app");
      await ana.press("Show it again");
      await ana.sees("Your secret");
      expect(await ana.page.locator("main").textContent()).not.toContain("sk_live");
      await ana.page.clock.fastForward("05:01");
      await ana.sees("The secret is hidden");
      await ana.page.clock.fastForward("15:01");
      await ana.sees("This page has forgotten the secret");
    },
  );

  inBrowser(
    "what was copied is in the clipboard, and out of it after a minute",
    async ({ stack, visitor }) => {
      const ana = await visitor({ permissions: ["clipboard-read", "clipboard-write"] });
      await ana.page.clock.install();
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.press("Copy: prod/orders/database, password");
      await ana.page.getByText("The clipboard is cleared after one minute").waitFor();
      const clipboard = () => ana.page.evaluate(() => navigator.clipboard.readText());
      expect(await clipboard()).toBe("O0l1I|tR'9$vQ~w2");
      await ana.page.clock.runFor("01:01");
      await ana.page.getByText("Clipboard cleared.").first().waitFor();
      expect(await clipboard()).toBe("");
    },
  );

  inBrowser(
    "without the modern clipboard it copies the old way, and says what it cannot do",
    async ({ stack, visitor }) => {
      const ana = await visitor({ permissions: ["clipboard-read"] });
      await ana.page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined });");
      await ana.goTo(await stack.link());
      await ana.press("Reveal");
      await ana.press("Copy: prod/orders/api-key");
      await ana.page.getByText("may still hold the secret").first().waitFor();
    },
  );

  inBrowser("on paper there are the values that are shown, and no buttons", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link());
    await ana.press("Reveal");
    await ana.press("Show: prod/orders/database, password");
    await ana.page.emulateMedia({ media: "print" });
    expect(await ana.page.locator("button:visible").count()).toBe(0);
    await ana.page.getByText("orders_app").waitFor({ state: "visible" });
  });

  inBrowser("inside of another app the page warns before Reveal", async ({ stack, visitor }) => {
    const ana = await visitor({
      userAgent:
        "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36",
    });
    await ana.goTo(await stack.link());
    await ana.page.getByRole("heading", { name: "You are inside another app" }).waitFor();
  });

  inBrowser(
    "a wrong answer binds nothing: whoever opens it meanwhile is not taken for this browser",
    async (given) => {
      const ana = await given.visitor();
      const link = await given.stack.link({ email: EMAIL });
      await ana.goTo(link);
      await answer(ana, "abe@vendor.example");
      await ana.page.getByText("4 tries left").waitFor();
      expect((await new Recipient(link).claim({ email: EMAIL })).status).toBe(200);
      await ana.page.reload();
      await ana.sees("This link was already opened");
    },
  );

  inBrowser(
    "a report takes two steps and a word, burns the secret and is told to the sender",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL, passphrase: PASSPHRASE });
      await ana.goTo(link);
      const typed = { "#email": "ana@vendor", "#passphrase": "not yet all of it" };
      for (const [field, text] of Object.entries(typed)) await ana.page.locator(field).fill(text);
      await ana.press("Report this link");
      await ana.press("Go back");
      for (const [field, text] of Object.entries(typed))
        expect(await ana.page.locator(field).inputValue()).toBe(text);
      await ana.press("Report this link");
      await ana.press("Report it");
      await ana.page.getByLabel(/type the word/).fill("yes");
      await ana.press("Report it");
      expect(await stateOf(link)).toBe("open");
      await ana.page.getByLabel(/type the word/).fill("report");
      await ana.press("Report it");
      await ana.sees("Reported");
      expect(await stateOf(link)).toBe("reported");
    },
  );

  inBrowser("after delivery somebody else's opening can still be reported", async ({ stack, visitor }) => {
    const [bob, ana] = [await visitor(), await visitor()];
    const link = await stack.link({ email: EMAIL });
    await bob.goTo(link);
    await answer(bob, EMAIL);
    await bob.press("Done");
    await bob.page.getByText("The sender can see").waitFor();
    await ana.goTo(link);
    await ana.sees("This secret was already received");
    await ana.press("It wasn't me");
    await ana.page.getByLabel(/type the word/).fill("report");
    await ana.press("Report it");
    await ana.sees("Reported");
    expect(await stateOf(link)).toBe("reported");
  });
}
