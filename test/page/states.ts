import { Recipient } from "@secret-handoff/local";
import type { SealInput } from "@secret-handoff/protocol";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { type Visitor, visit } from "../support/browser.ts";
import { answer } from "./answer.ts";
import { EMAIL, PASSPHRASE, type PageStack } from "./stack.ts";

/** How a visitor comes to a state of the page. */
export type PageState = {
  readonly name: string;
  /** The heading by which it is recognised. */
  readonly heading: string | RegExp;
  readonly context?: BrowserContextOptions;
  reach(visitor: Visitor, stack: PageStack): Promise<void>;
  /** What the page forgets when it says everything anew in another language, done again. */
  again?(page: Page): Promise<void>;
};

/** An address that fits the hint and is not the right one. */
const WRONG_EMAIL = "abe@vendor.example";

/** Lets no answer of this call come back until the page is left. */
async function hold({ page }: Visitor, call: string): Promise<void> {
  await page.route(`**/v1/handoffs/*/${call}`, () => {});
}

/** For the page: scrypt gives way every 10 ms, and after some of its work nobody gives the way back. */
const STOP_AFTER_SOME_WORK = `
  let left = 20;
  Object.defineProperty(scheduler, "yield", {
    value: () => new Promise((resolve) => { left -= 1; if (left > 0) setTimeout(resolve, 0); }),
  });
`;

async function open(visitor: Visitor, stack: PageStack): Promise<void> {
  await visitor.goTo(await stack.link({ email: EMAIL }));
  await answer(visitor, EMAIL);
  await visitor.sees("Your secret");
}

/** A handoff that lies `seconds` back, and what was done to it then. */
async function longAgo(
  stack: PageStack,
  seconds: number,
  what: (recipient: Recipient) => Promise<unknown> = async () => {},
): Promise<string> {
  stack.clock.offset = -seconds;
  try {
    const link = await stack.link({ email: EMAIL });
    await what(new Recipient(link));
    return link;
  } finally {
    stack.clock.offset = 0;
  }
}

async function claimed(stack: PageStack): Promise<string> {
  const link = await stack.link({ email: EMAIL });
  await new Recipient(link).claim({ email: EMAIL });
  return link;
}

/** What some format or other cannot hold as it is: a NUL, a quoted value, a formula, a placeholder, line ends of Windows, a file. */
const HARD_TO_SAVE: SealInput["items"] = [
  {
    label: "prod/orders/legacy",
    fields: [
      { name: "username", value: "orders_app", concealed: false },
      { name: "with NUL", value: "half\0rest", concealed: true },
      { name: "quoted", value: 'it\'s "$5"  ', concealed: true },
      { name: "formula", value: '=HYPERLINK("https://example.com")', concealed: true },
      { name: "placeholder", value: "{PASSWORD}", concealed: true },
      { name: "key", value: "-----BEGIN KEY-----\r\nMIIB\r\n-----END KEY-----\r\n", concealed: true },
    ],
    files: [{ name: "client.p12", mediaType: "application/x-pkcs12", data: new Uint8Array(700) }],
  },
];

/** Shows the values and saves them, by the places of the buttons: they have other names in every language. */
async function saveHard(page: Page): Promise<void> {
  const parts = page.locator(".part");
  await page.locator(".item + .row button").nth(1).click();
  await parts.nth(0).getByRole("button").nth(1).click();
  await parts.nth(1).getByRole("button").nth(4).click();
  await page.waitForFunction(() => document.querySelectorAll('.part [role="status"]:not(:empty)').length > 1);
}

async function openKeePass(page: Page): Promise<void> {
  await page.locator(".part").nth(1).getByRole("button").first().click();
  await page.locator("#file-password").fill("too short");
  await page.locator(".part form button.main").click();
  await page.locator("#file-password-error:not(:empty)").waitFor();
}

/** Every state that the page can show, in the order in which a recipient may meet them. */
export const PAGE_STATES: readonly PageState[] = [
  {
    name: "looking at the link",
    heading: "Checking your link",
    async reach(visitor, stack) {
      await hold(visitor, "status");
      await visitor.page.goto(await stack.link());
    },
  },
  {
    name: "ready, without questions",
    heading: /sent you access details/,
    reach: async (visitor, stack) => visitor.goTo(await stack.link()),
  },
  {
    name: "ready, address and passphrase",
    heading: /sent you access details/,
    reach: async (visitor, stack) => visitor.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE })),
  },
  {
    name: "ready, address with a mailed code",
    heading: /sent you access details/,
    reach: async (visitor, stack) => visitor.goTo(await stack.link({ email: EMAIL, mailedCode: true })),
  },
  {
    name: "ready, nothing told",
    heading: "Access details for you",
    reach: async (visitor, stack) => visitor.goTo(await stack.link({ header: {} })),
  },
  {
    name: "ready, inside another app",
    heading: /sent you access details/,
    context: {
      userAgent:
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
    },
    reach: async (visitor, stack) => visitor.goTo(await stack.link({ email: EMAIL })),
  },
  {
    name: "another address than the one it was sent to",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await answer(visitor, "bob@else.example");
    },
  },
  {
    name: "a wrong answer",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await answer(visitor, WRONG_EMAIL);
      await visitor.page.getByText("4 tries left").waitFor();
    },
  },
  {
    name: "the passphrase is checked",
    heading: "Opening",
    async reach(visitor, stack) {
      await visitor.page.addInitScript(STOP_AFTER_SOME_WORK);
      await visitor.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
      await answer(visitor, EMAIL, PASSPHRASE);
      await visitor.sees("Opening");
      await visitor.page.waitForFunction(() => (document.querySelector("progress")?.value ?? 0) > 0.05);
    },
  },
  {
    name: "opening",
    heading: "Opening",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await hold(visitor, "claim");
      await answer(visitor, EMAIL);
      await visitor.sees("Opening");
    },
  },
  {
    name: "the connection was lost",
    heading: "The connection was lost",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await visitor.page.route("**/claim", (route) => route.abort());
      await answer(visitor, EMAIL);
      await visitor.sees("The connection was lost");
    },
  },
  {
    name: "a code was mailed",
    heading: "Type the code from your e-mail",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL, mailedCode: true }));
      await answer(visitor, EMAIL);
      await visitor.page.getByText("Code requested").waitFor();
    },
  },
  {
    name: "a wrong code",
    heading: "Type the code from your e-mail",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL, mailedCode: true }));
      await answer(visitor, EMAIL);
      await visitor.page.getByText("Code requested").waitFor();
      await visitor.page.getByLabel("Code").fill("0000 0000");
      await visitor.press("Reveal");
      await visitor.page.getByText("That code is wrong").waitFor();
    },
  },
  { name: "the secret, masked", heading: "Your secret", reach: open },
  {
    name: "the secret, shown and spelled out",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("Show all");
      await visitor.press(/^Spell out: .*password/);
    },
    async again(page) {
      await page.locator(".item button[aria-pressed]").nth(2).click();
      await page.locator(".item button[aria-pressed]").nth(3).click();
      await page.locator(".item button[aria-pressed]").nth(3).click();
    },
  },
  {
    name: "the secret, taken",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("JSON");
      await visitor.press("Download");
      await visitor.page.getByText("Reloading will not show it again").waitFor();
    },
  },
  {
    name: "the secret, copied",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press(/^Copy: .*password/);
      await visitor.page.locator("#clipboard").getByText("clipboard").first().waitFor();
    },
  },
  {
    name: "the secret, saved, and what files cannot hold",
    heading: "Your secret",
    reach: async (visitor, stack) => {
      await visitor.goTo(await stack.link({ email: EMAIL, items: HARD_TO_SAVE }));
      await answer(visitor, EMAIL);
      await visitor.sees("Your secret");
      await saveHard(visitor.page);
    },
    again: saveHard,
  },
  {
    name: "the secret, a file for KeePass",
    heading: "Your secret",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await openKeePass(visitor.page);
    },
    again: openKeePass,
  },
  {
    name: "the secret is covered",
    heading: "The secret is hidden",
    async reach(visitor, stack) {
      await visitor.page.clock.install();
      await open(visitor, stack);
      await visitor.page.clock.fastForward("05:01");
      await visitor.sees("The secret is hidden");
    },
  },
  {
    name: "done",
    heading: "Done",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("Done");
      await visitor.page.getByText("The sender can see").waitFor();
    },
  },
  {
    name: "opened here, tab closed",
    heading: "You opened this a moment ago",
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      await visitor.goTo(link);
      await answer(visitor, EMAIL);
      await visitor.sees("Your secret");
      await visitor.page.evaluate(() => sessionStorage.clear());
      await visitor.page.goto("about:blank");
      await visitor.goTo(link);
    },
  },
  {
    name: "a link without its key",
    heading: "Part of this link is missing",
    reach: async (visitor, stack) => visitor.goTo((await stack.link()).replace(/#.*/, "")),
  },
  {
    name: "a damaged link, and a paste that is no better",
    heading: "Part of this link is missing",
    async reach(visitor, stack) {
      await visitor.goTo((await stack.link()).slice(0, -3));
      await visitor.page.getByLabel("The whole link").fill("https://handoff.example.com/h/");
      await visitor.press("Open this link");
    },
  },
  {
    name: "a link of a newer kind",
    heading: "This link needs a newer page",
    // The version is the key's first byte, and 0x02 begins with Ag.
    reach: async (visitor, stack) => visitor.goTo((await stack.link()).replace(/#../, "#Ag")),
  },
  {
    name: "the service cannot be reached",
    heading: "The service cannot be reached",
    async reach(visitor, stack) {
      await visitor.page.route("**/status", (route) => route.abort());
      await visitor.goTo(await stack.link());
    },
  },
  {
    name: "nothing at this link",
    heading: "There is nothing at this link",
    async reach(visitor, stack) {
      const sealed = await stack.sender.seal({ email: EMAIL });
      await visitor.goTo(sealed.link);
    },
  },
  {
    name: "expired",
    heading: "This link has expired",
    reach: async (visitor, stack) => visitor.goTo(await longAgo(stack, 7_200)),
  },
  {
    name: "opened already",
    heading: "This link was already opened",
    reach: async (visitor, stack) => visitor.goTo(await claimed(stack)),
  },
  {
    name: "delivered",
    heading: "This secret was already received",
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      const recipient = new Recipient(link);
      const claim = await recipient.claim({ email: EMAIL });
      const { receipt } = await recipient.open(claim, { email: EMAIL });
      await recipient.acknowledge(receipt);
      await visitor.goTo(link);
    },
  },
  {
    name: "opened, not confirmed",
    heading: "This link was already opened",
    reach: async (visitor, stack) =>
      visitor.goTo(await longAgo(stack, 600, (recipient) => recipient.claim({ email: EMAIL }))),
  },
  {
    name: "withdrawn",
    heading: "The sender has withdrawn this link",
    async reach(visitor, stack) {
      const { id, link } = await stack.sender.handOver({ header: { sender: "Mia Lind (Acme Logistics)" } });
      await stack.sender.call("DELETE", `/v1/sender/handoffs/${id}`);
      await visitor.goTo(link);
    },
  },
  {
    name: "superseded",
    heading: "A newer link has replaced this one",
    async reach(visitor, stack) {
      const subject = {
        secret: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-${crypto.randomUUID()}`,
        recipient: EMAIL,
      };
      const version = (age: number) => ({
        ...subject,
        versionId: crypto.randomUUID(),
        versionCreatedAt: stack.clock.now - age,
      });
      const older = await stack.sender.handOver({ email: EMAIL }, { subject: version(60) });
      await stack.sender.handOver({ email: EMAIL }, { subject: version(30) });
      await visitor.goTo(older.link);
    },
  },
  {
    name: "locked",
    heading: "This link is locked",
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      const stranger = new Recipient(link);
      for (let round = 0; round < 5; round += 1) await stranger.claim({ email: WRONG_EMAIL });
      await visitor.goTo(link);
    },
  },
  {
    name: "reported by somebody",
    heading: "This link was reported",
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      await new Recipient(link).report();
      await visitor.goTo(link);
    },
  },
  {
    name: "reporting",
    heading: "Report this link",
    async reach(visitor, stack) {
      await visitor.goTo(await claimed(stack));
      await visitor.press("It wasn't me");
      await visitor.press("Report it");
    },
  },
  {
    name: "reported",
    heading: "Reported",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await visitor.press("Report this link");
      await visitor.page.getByLabel(/type the word/).fill("report");
      await visitor.press("Report it");
      await visitor.sees("Reported");
    },
  },
  {
    name: "taken in this tab, reloaded",
    heading: "You have received this",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await visitor.press("Done");
      await visitor.page.getByText("The sender can see").waitFor();
      await visitor.page.reload();
      await visitor.sees("You have received this");
    },
  },
  {
    name: "something that does not belong to the link",
    heading: "This cannot be opened",
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      await visitor.page.route("**/claim", async (route) => {
        const response = await route.fetch();
        const body = await response.json();
        await route.fulfill({ response, json: { ...body, expiresAt: body.expiresAt + 1 } });
      });
      await visitor.goTo(link);
      await answer(visitor, EMAIL);
      await visitor.sees("This cannot be opened");
    },
  },
  {
    name: "no JavaScript",
    heading: "This page cannot run in this browser",
    context: { javaScriptEnabled: false },
    async reach(visitor, stack) {
      await visitor.page.goto(await stack.link());
    },
  },
];

/** A new visitor in this state. */
export async function visitorAt(
  state: PageState,
  browser: Browser,
  stack: PageStack,
  context: BrowserContextOptions = {},
): Promise<Visitor> {
  const visitor = await visit(browser, { ...context, ...state.context });
  await state.reach(visitor, stack);
  await visitor.sees(state.heading);
  return visitor;
}
