import { expect } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { Visitor } from "../support/browser.ts";
import { startAlteringProxy } from "./altering-proxy.ts";
import { answer } from "./answer.ts";
import type { InBrowser } from "./browser-tests.ts";
import { EMAIL } from "./stack.ts";

/** Calls that came after the oldest browsers the page is for: Safari 15.0, Chromium 92, Firefox 102. */
const NEWER_CALLS = `
  for (const [holder, names] of [
    [Object, ["hasOwn", "groupBy"]],
    [Array.prototype, ["at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"]],
    [Uint8Array.prototype, ["at", "findLast", "toSorted", "toReversed", "with", "toBase64", "toHex", "setFromBase64"]],
    [Uint8Array, ["fromBase64", "fromHex"]],
    [String.prototype, ["at", "isWellFormed", "toWellFormed"]],
    [Array, ["fromAsync"]],
    [Promise, ["withResolvers", "try"]],
    [AbortSignal, ["timeout", "any", "abort"]],
    [URL, ["canParse", "parse"]],
    [Set.prototype, ["union", "intersection", "difference", "isSubsetOf"]],
    [Response, ["json"]],
    [Response.prototype, ["bytes"]],
    [crypto, ["randomUUID"]],
    [Element.prototype, ["checkVisibility", "setHTML", "setHTMLUnsafe"]],
    [globalThis, ["structuredClone", "scheduler", "reportError", "Iterator", "navigation"]],
  ]) for (const name of names) {
    let owner = holder;
    while (owner && !Object.getOwnPropertyDescriptor(owner, name)) owner = Object.getPrototypeOf(owner);
    if (owner) delete owner[name];
  }
`;

/** Changes the page on its way, as a proxy or an extension may. */
async function alterPage({ page }: Visitor, alter: (html: string) => string): Promise<void> {
  await page.route("**/h/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: alter(await response.text()) });
  });
}

/** Answers each later link of the host name in the service's place. */
const HOSTILE_WORKER = `
  self.addEventListener("install", () => self.skipWaiting());
  self.addEventListener("activate", (event) => event.waitUntil(clients.claim()));
  self.addEventListener("fetch", (event) => {
    if (event.request.mode === "navigate")
      event.respondWith(new Response("<h1>Hostile</h1>", { headers: { "content-type": "text/html" } }));
  });
`;
const HOSTILE_PAGE = `<h1>Hostile</h1><script>
  localStorage.setItem("left", "behind");
  navigator.serviceWorker.register("/h/sw.js", { scope: "/" })
    .then(() => navigator.serviceWorker.ready).then(() => { document.title = "stays"; });
</script>`;

const FALLBACK = "This page cannot run in this browser";

export function faultsTests(inBrowser: InBrowser): void {
  inBrowser(
    "a style sheet that an extension puts before the page's own, and takes away again, leaves a secret as it is",
    async ({ stack, visitor }) => {
      // As an extension's, it is not held to the page's policy.
      const ana = await visitor({ bypassCSP: true });
      await ana.goTo(await stack.link());
      const isFirst = await ana.page.evaluate(() => {
        const style = document.createElement("style");
        style.className = "foreign";
        document.documentElement.prepend(style);
        return document.styleSheets[0] === style.sheet;
      });
      expect(isFirst).toBe(true);
      await ana.press("Reveal");
      await ana.sees("Your secret");
      await ana.page.evaluate(() => document.querySelector(".foreign")?.remove());
      const value = ana.page.locator(".value").first();
      expect(await value.evaluate((node) => getComputedStyle(node).whiteSpace)).toBe("break-spaces");
    },
  );

  inBrowser(
    "a service worker that a hostile page has left answers until the browser asks the service for it, and no longer",
    async ({ stack, visitor, expectErrors }) => {
      expectErrors(/bad HTTP response code \(404\)/);
      let isHostile = true;
      const proxy = await startAlteringProxy(stack.stack.url, (answer, path) => {
        if (!isHostile) return answer;
        return path === "/h/sw.js"
          ? {
              status: 200,
              body: HOSTILE_WORKER,
              headers: { "content-type": "text/javascript", "service-worker-allowed": "/" },
            }
          : { status: 200, body: HOSTILE_PAGE, headers: { "content-type": "text/html" } };
      });
      try {
        const ana = await visitor();
        await ana.page.goto(`${proxy.url}/h/AAAAAAAAAAAAAAAAAAAAAA`);
        await ana.page.waitForFunction(() => document.title === "stays");
        isHostile = false;
        // What remains: the worker answers once more, before the browser asks for its update.
        await ana.page.goto(`${proxy.url}/h`);
        await ana.sees("Hostile");
        const update = await ana.page.evaluate(async () =>
          (await navigator.serviceWorker.getRegistration())?.update().then(
            () => "updated",
            () => "refused",
          ),
        );
        expect(update).toBe("refused");
        // The browser clears what is stored beside the answer, not before it.
        await ana.page.waitForFunction(
          async () =>
            localStorage.getItem("left") === null &&
            (await navigator.serviceWorker.getRegistrations()).length === 0,
        );
        await ana.goTo(`${proxy.url}/h`);
        expect(await ana.page.locator("#company").count()).toBe(1);
        const workers = () => navigator.serviceWorker.getRegistrations().then(({ length }) => length);
        expect(await ana.page.evaluate(workers)).toBe(0);
      } finally {
        await proxy.close();
      }
    },
  );

  inBrowser(
    "a script that was changed on its way does not run, and the page says what to do",
    async (given) => {
      given.expectErrors(/Content Security Policy/);
      const ana = await given.visitor();
      await alterPage(ana, (html) => html.replace("</script>\n</body>", "\n</script>\n</body>"));
      await ana.page.goto(await given.stack.link());
      await ana.sees(FALLBACK);
      await ana.page.getByText("Nothing is used up by that.").waitFor({ state: "visible" });
      expect(ana.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
    },
  );

  inBrowser("a browser without a call that the script makes as it starts sees what to do", async (given) => {
    given.expectErrors(/Uint32Array is not defined/);
    const ana = await given.visitor();
    await ana.page.addInitScript("delete window.Uint32Array;");
    await ana.page.goto(await given.stack.link());
    await ana.sees(FALLBACK);
  });

  inBrowser("the words for old browsers do not flash up in the others", async ({ stack, visitor }) => {
    const ana = await visitor();
    await alterPage(ana, (html) => html.replace(/<script>[\s\S]*<\/script>/, ""));
    await ana.page.goto(await stack.link());
    const heading = ana.page.locator("h1");
    expect(await heading.evaluate((node) => getComputedStyle(node).visibility)).toBe("hidden");
    await heading.waitFor({ state: "visible" });
  });

  inBrowser(
    "the whole way needs no call that is newer than the oldest browsers it is for",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.page.addInitScript(NEWER_CALLS);
      await ana.goTo(await stack.link({ email: EMAIL, passphrase: "correct horse battery staple" }));
      await answer(ana, EMAIL, "correct horse battery staple");
      await ana.sees("Your secret");
      await ana.press("Show all");
      await ana.press(/^Spell out: .*password/);
      await ana.press("JSON");
      await ana.press("Bitwarden");
      await ana.press("Done");
      await ana.page.getByText("The sender can see").waitFor();
    },
  );

  inBrowser("a fault of the page's own is told", async (given) => {
    given.expectErrors(/broken for the test/);
    const ana = await given.visitor();
    await ana.page.addInitScript(
      "Intl.DateTimeFormat = function () { throw new Error('broken for the test'); };",
    );
    await ana.page.goto(await given.stack.link());
    await ana.sees("Something went wrong on this page");
  });

  const id = "A".repeat(22);
  const key = "A".repeat(43);
  for (const [kind, spoiled] of [
    ["nothing", ""],
    ["JSON", "{}"],
    ["half a key", "AQAAAAA"],
    ["keys of another length", `${"A".repeat(46)} ${id} AA AA AA`],
    ["a key that has no bytes", `${"A".repeat(46)} ${id} ${"B".repeat(43)} ${key} ${key}`],
    ["too much", `${"A".repeat(46)} ${id} ${key} ${key} ${key} ${key}`],
  ] as const) {
    inBrowser(`a stored entry that holds ${kind} is deleted and told`, async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      const id = /\/h\/([^#]*)/.exec(link)?.[1] ?? "";
      await ana.goTo(link);
      await ana.page.evaluate(
        ([key, text]) => {
          sessionStorage.setItem(`secret-handoff/${key}`, text ?? "");
          localStorage.setItem(`secret-handoff/claim/${key}`, text ?? "");
        },
        [id, spoiled],
      );
      await ana.page.reload();
      await ana.sees(/sent you access details/);
      await ana.page.getByText("What this browser had stored about this link was damaged").waitFor();
      expect(
        await ana.page.evaluate(() => Object.keys(sessionStorage).length + Object.keys(localStorage).length),
      ).toBe(0);
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
    });
  }

  inBrowser("a spoiled entry that held the key says where the key still is", async ({ stack, visitor }) => {
    const ana = await visitor();
    const link = await stack.link({ email: EMAIL });
    await ana.goTo(link);
    await answer(ana, EMAIL);
    await ana.sees("Your secret");
    await ana.page.evaluate(() => {
      for (const key of Object.keys(sessionStorage)) sessionStorage.setItem(key, "{");
    });
    await ana.page.reload();
    await ana.sees("Part of this link is missing");
    await ana.page.getByText("had stored about this link was damaged").waitFor();
    await ana.page.goto("about:blank");
    await ana.goTo(link);
    await ana.sees("You opened this a moment ago");
  });

  inBrowser(
    "a store that refuses at any moment keeps nothing and breaks nothing",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.goTo(await stack.link({ email: EMAIL }));
      await ana.page.evaluate(() => {
        for (const name of ["getItem", "setItem", "removeItem"] as const) {
          Storage.prototype[name] = () => {
            throw new DOMException("full", "QuotaExceededError");
          };
        }
      });
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.press("Done");
      await ana.page.getByText("The sender can see").waitFor();
    },
  );

  inBrowser(
    "where the tab's store is full the key stays in the address, and a reload finds it",
    async (given) => {
      const ana = await given.visitor();
      await ana.page.addInitScript(`
      const { setItem } = Storage.prototype;
      Storage.prototype.setItem = function (key, value) {
        if (value.length > 100) throw new DOMException("full", "QuotaExceededError");
        setItem.call(this, key, value);
      };
    `);
      await ana.goTo(await given.stack.link({ email: EMAIL }));
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      await ana.page.reload();
      await ana.sees("You opened this a moment ago");
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
    },
  );

  inBrowser(
    "the only copy outlives another address in the bar, and the way back out of the cache",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      await ana.goTo(link);
      await answer(ana, EMAIL);
      await ana.press("Copy all");
      await ana.press("Download");
      await ana.page.getByText("Reloading will not show it again").waitFor();
      await ana.page.evaluate((whole) => {
        location.hash = whole.split("#")[1] ?? "";
      }, link);
      await ana.page.waitForFunction(() => location.hash === "");
      await ana.sees("Your secret");
      const left = await ana.page.evaluate(() => {
        window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
        return document.querySelector("main")?.textContent ?? "";
      });
      expect(left).not.toContain("orders_app");
      await ana.page.evaluate(() =>
        window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })),
      );
      await ana.press("Show it again");
      await ana.sees("Your secret");
      expect((await new Recipient(link).status()).body.state).toBe("delivered");
    },
  );
}
