import { expect } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { answer } from "./answer.ts";
import type { InBrowser } from "./browser-tests.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";

const PASSWORD = "O0l1I|tR'9$vQ~w2";
const WRONG_EMAIL = "abe@vendor.example";

export function openingTests(inBrowser: InBrowser): void {
  inBrowser(
    "whatever a sender calls itself, the page's words and its buttons stay where they are",
    async (given) => {
      const ana = await given.visitor({ viewport: { width: 390, height: 844 } });
      const marks = "\u0301\u0316".repeat(100);
      const header = {
        sender: `Acme\u202e \u2067${marks}${"x".repeat(1_000)}`,
        title: `${marks}${"long ".repeat(300)}end`,
      };
      await ana.goTo(await given.stack.link({ email: EMAIL, header }));
      const heading = await ana.heading();
      expect(heading).toMatch(/^Acme \p{M}{4}x{80,100}\u2026 sent you access details$/u);
      for (const name of ["Reveal", "Report this link"]) {
        const box = await ana.page.getByRole("button", { name }).boundingBox();
        expect([name, (box?.y ?? 999) < 844]).toEqual([name, true]);
      }
      // No box of its own scrolls, which in Safari no key would: what is cut over the button stands whole below it.
      const title = ana.page.locator(".title");
      expect(await title.evaluate((node) => [getComputedStyle(node).overflowY, node.clientHeight])).toEqual([
        "hidden",
        144,
      ]);
      await ana.page.locator("summary").click();
      expect(await ana.page.locator("blockquote").textContent()).toMatch(/long end$/);
      await ana.press("Report this link");
      expect(await ana.page.evaluate(() => document.querySelector("main")?.scrollWidth)).toBeLessThanOrEqual(
        390,
      );
      const [asked = ""] = await ana.page.locator("main p").allTextContents();
      expect(asked).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    },
  );

  inBrowser(
    "the first load is one request, under the policy that the page was built for",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link();
      const response = await ana.page.goto(link);
      await ana.sees(/sent you access details/);
      expect(response?.headers()["content-security-policy"]).toContain("require-trusted-types-for 'script'");
      const [first, ...later] = ana.requests;
      expect(first).toBe(`GET ${link.replace(/#.*/, "")}`);
      expect(later).toEqual([`POST ${link.replace(/\/h\/([^#]*).*/, "/v1/handoffs/$1/status")}`]);
      // What it fetches later no browser runs by its address; and an unknown name is a path like any other.
      const typeOf = async (name: string) => {
        const answered = await ana.page.request.get(new URL(`/h/module/${name}`, link).href);
        return [answered.headers()["content-type"], answered.headers()["x-content-type-options"]];
      };
      expect(await typeOf("opened-screens")).toEqual(["text/plain; charset=utf-8", "nosniff"]);
      expect(await typeOf("constructor")).toEqual(["text/html; charset=utf-8", "nosniff"]);
    },
  );

  inBrowser("loading the page again and again claims nothing", async ({ stack, visitor }) => {
    const link = await stack.link();
    const ana = await visitor();
    for (let round = 0; round < 3; round += 1) await ana.goTo(link);
    expect((await new Recipient(link).status()).body.state).toBe("open");
  });

  inBrowser(
    "opens with the right address, however it is typed, and shows every value masked",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.goTo(await stack.link({ email: EMAIL }));
      await answer(ana, "  Ana@VENDOR.example ");
      await ana.sees("Your secret");
      const text = await ana.page.locator("main").textContent();
      expect(text).toContain("orders_app");
      expect(text).not.toContain(PASSWORD);
      await ana.press("Show: prod/orders/database, password");
      expect(await ana.page.locator("main").textContent()).toContain(PASSWORD);
      await ana.press("Hide: prod/orders/database, password");
      expect(await ana.page.locator("main").textContent()).not.toContain(PASSWORD);
    },
  );

  inBrowser("spelled out, each sign says what it is", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link());
    await ana.press("Reveal");
    await ana.press("Spell out: prod/orders/database, password");
    const signs = await ana.page.locator(".spelled li").allInnerTexts();
    expect(signs.slice(0, 6).map((sign) => sign.replace(/\s+/g, " "))).toEqual([
      "O capital",
      "0 digit",
      "l small",
      "1 digit",
      "I capital",
      "| symbol",
    ]);
  });

  inBrowser(
    "a wrong address spends one try and says how many are left; the right one then opens",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      await ana.goTo(link);
      await answer(ana, WRONG_EMAIL);
      await ana.page.getByText("4 tries left").waitFor();
      expect((await new Recipient(link).status()).body.attemptsLeft).toBe(4);
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
    },
  );

  inBrowser("an address that does not fit the hint spends no try", async ({ stack, visitor }) => {
    const ana = await visitor();
    const link = await stack.link({ email: EMAIL });
    await ana.goTo(link);
    for (const typed of ["", "ana", "bob@vendor.example", "ana@else.example"]) await answer(ana, typed);
    await ana.page.getByText("No try was used up").waitFor();
    expect((await new Recipient(link).status()).body.attemptsLeft).toBe(5);
  });

  inBrowser("the fifth wrong answer locks", async ({ stack, visitor }) => {
    const ana = await visitor();
    const link = await stack.link({ email: EMAIL });
    await ana.goTo(link);
    for (const left of [4, 3, 2]) {
      await answer(ana, WRONG_EMAIL);
      await ana.page.getByText(`${left} tries left`).waitFor();
    }
    await answer(ana, WRONG_EMAIL);
    await ana.page.getByText("One try left").waitFor();
    await answer(ana, WRONG_EMAIL);
    await ana.sees("This link is locked");
  });

  inBrowser("opens with address and passphrase, typed sloppily", async ({ stack, visitor }) => {
    const ana = await visitor();
    await ana.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
    await answer(ana, EMAIL, "wrong battery horse staple");
    await ana.page.getByText("4 tries left").waitFor();
    await answer(ana, EMAIL, "  correct horse\tbattery  staple ");
    await ana.sees("Your secret");
  });

  inBrowser("opens with the code that is mailed to the address", async ({ stack, visitor }) => {
    const ana = await visitor();
    const before = stack.stack.mail.inbox.mails.length;
    await ana.goTo(await stack.link({ email: EMAIL, mailedCode: true }));
    // As a translator in the browser does: the words on the page stay ours in this test.
    await ana.page.evaluate(() => document.documentElement.setAttribute("lang", "zh-CN"));
    await answer(ana, EMAIL);
    await ana.page.getByText("Code requested").waitFor();
    await ana.page.getByLabel("Code").fill("0000 0000");
    await ana.press("Reveal");
    await ana.page.getByText("That code is wrong").waitFor();
    const mail = stack.stack.mail.inbox.mails[before];
    expect(mail?.subject).toContain("验证码");
    await ana.page.getByLabel("Code").fill(/^\d{8}$/m.exec(mail?.text ?? "")?.[0] ?? "");
    await ana.press("Reveal");
    await ana.sees("Your secret");
  });

  inBrowser(
    "the key leaves the visible address at the reveal, and no request ever carries it",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      const key = link.split("#")[1] ?? "";
      await ana.goTo(link);
      expect(ana.page.url()).toContain(key);
      await answer(ana, EMAIL);
      await ana.sees("Your secret");
      expect(ana.page.url()).toBe(link.replace(/#.*/, ""));
      expect(ana.requests.filter((request) => request.includes(key))).toEqual([]);
    },
  );

  inBrowser(
    "a reload before anything was taken shows the secret again, without a question",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      await ana.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
      await answer(ana, EMAIL, PASSPHRASE);
      await ana.sees("Your secret");
      for (let round = 0; round < 2; round += 1) {
        await ana.page.reload();
        await ana.sees("Your secret");
      }
    },
  );

  inBrowser(
    "after it was taken a reload shows nothing, and nothing is left in the browser's stores",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link({ email: EMAIL });
      await ana.goTo(link);
      await answer(ana, EMAIL);
      const told = ana.page.waitForResponse("**/acknowledge");
      await ana.press("JSON");
      await ana.press("Download");
      await told;
      await ana.page.waitForFunction(() => localStorage.length === 0);
      const stored = await ana.page.evaluate(() =>
        JSON.stringify([{ ...sessionStorage }, { ...localStorage }]),
      );
      const id = /\/h\/([^#]*)/.exec(link)?.[1] ?? "";
      expect(JSON.parse(stored)).toEqual([{ [`secret-handoff/${id}`]: "finished" }, {}]);
      await ana.page.reload();
      await ana.sees("You have received this");
    },
  );

  inBrowser("a second browser is refused, and told when it was opened", async ({ stack, visitor }) => {
    const [ana, bob] = [await visitor(), await visitor()];
    const link = await stack.link({ email: EMAIL });
    await ana.goTo(link);
    await answer(ana, EMAIL);
    await ana.sees("Your secret");
    await bob.goTo(link);
    await bob.sees("This link was already opened");
    expect(await bob.page.locator("main").textContent()).toMatch(/on \w+, \d+\s\w+ \d{4} at \d\d:\d\d\sCET/);
  });

  inBrowser(
    "a second browser that was quicker to the page but slower to Reveal is refused too",
    async ({ stack, visitor }) => {
      const [ana, bob] = [await visitor(), await visitor()];
      const link = await stack.link();
      await ana.goTo(link);
      await bob.goTo(link);
      await bob.press("Reveal");
      await bob.sees("Your secret");
      await ana.press("Reveal");
      await ana.sees("This link was already opened");
    },
  );

  inBrowser("%23 and %2523 links are mended, and the address is put right", async ({ stack, visitor }) => {
    for (const mangled of ["%23", "%2523"]) {
      const ana = await visitor();
      const link = await stack.link();
      await ana.goTo(link.replace("#", mangled));
      await ana.sees(/sent you access details/);
      expect(ana.page.url()).toBe(link);
      await ana.press("Reveal");
      await ana.sees("Your secret");
    }
  });

  inBrowser(
    "a link of a newer kind is not called damaged, and nothing is sent",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      // The version is the key's first byte, and 0x02 begins with Ag.
      await ana.goTo((await stack.link()).replace(/#../, "#Ag"));
      await ana.sees("This link needs a newer page");
      expect(ana.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
    },
  );

  inBrowser(
    "a damaged link is told before anything is sent, and mended by pasting the whole of it",
    async ({ stack, visitor }) => {
      const ana = await visitor();
      const link = await stack.link();
      await ana.goTo(link.slice(0, -2));
      await ana.sees("Part of this link is missing");
      expect(ana.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
      await ana.page.getByLabel("The whole link").fill(link.slice(0, -1));
      await ana.press("Open this link");
      await ana.page.getByText("Some characters are missing or changed").first().waitFor();
      expect(ana.requests.filter((request) => request.startsWith("POST"))).toEqual([]);
      await ana.page.getByLabel("The whole link").fill(`<${link}>`);
      await ana.press("Open this link");
      await ana.sees(/sent you access details/);
      expect(ana.page.url()).toBe(link);
    },
  );

  inBrowser("a link without its key takes the key alone", async ({ stack, visitor }) => {
    const ana = await visitor();
    const [address = "", key = ""] = (await stack.link()).split("#");
    await ana.goTo(address);
    await ana.page.getByLabel("The whole link").fill(key);
    await ana.press("Open this link");
    await ana.sees(/sent you access details/);
  });

  inBrowser("what the sender wrote is text, whatever it looks like", async ({ stack, visitor }) => {
    const ana = await visitor();
    const markup = '<img src=x onerror="alert(1)"><script>alert(2)</script>';
    await ana.goTo(
      await stack.link({
        header: { title: markup, message: markup, sender: markup, context: { [markup]: markup } },
        items: [{ label: markup, fields: [{ name: markup, value: markup, concealed: false }] }],
      }),
    );
    expect(await ana.heading()).toBe(`${markup} sent you access details`);
    await ana.press("Reveal");
    await ana.sees("Your secret");
    expect(await ana.page.locator(".value").textContent()).toBe(markup);
    expect(await ana.page.locator("main img, main script").count()).toBe(0);
  });
}
