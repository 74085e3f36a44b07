import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { BrowserContext, Page, Route } from "playwright-core";
import { EMAIL, type PageStack, startPageStack } from "../page/stack.ts";
import { launchBrowser } from "../support/browser.ts";
import { atTier, report, SEED } from "../support/tier.ts";
import { seededRandom } from "./gateway.ts";

const OPENS = atTier({ cit: 6, proof: 500 });
/** Recipients who open their links at the same time, each in a browser context of their own. */
const AT_ONCE = 4;

const browser = await launchBrowser();
const inBrowser = browser ? test : test.skip;

let stack: PageStack;
beforeAll(async () => {
  if (browser) stack = await startPageStack();
});
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

/** One recipient's browser, its current tab, and the handoff that it opens. */
type Opening = {
  readonly context: BrowserContext;
  readonly link: string;
  readonly email: string | undefined;
  tab: Page;
};

/** What goes wrong. Each begins and ends with a tab in which the way to the secret lies open. */
const MISHAPS = {
  async "request dropped"(opening: Opening) {
    await atNextClaim(opening, (route) => route.abort("connectionreset"));
    await opening.tab.getByRole("heading", { name: /connection was lost|Your secret/ }).waitFor();
  },
  async "response dropped"(opening: Opening) {
    await atNextClaim(opening, async (route) => {
      await route.fetch();
      await route.abort("connectionreset");
    });
    await opening.tab.getByRole("heading", { name: /connection was lost|Your secret/ }).waitFor();
  },
  async "tab killed before decrypting"(opening: Opening) {
    await atNextClaim(opening, async (route) => {
      await route.fetch();
    });
    await kill(opening);
  },
  async "tab killed before acknowledging"(opening: Opening) {
    await toTheSecret(opening);
    await kill(opening);
  },
  async "reload before decrypting"(opening: Opening) {
    await atNextClaim(opening, async (route) => {
      await route.fetch();
    });
    await opening.tab.unrouteAll({ behavior: "ignoreErrors" });
    await opening.tab.reload();
  },
  async "reload before acknowledging"(opening: Opening) {
    await toTheSecret(opening);
    await opening.tab.reload();
  },
} satisfies Record<string, (opening: Opening) => Promise<void>>;

type Mishap = keyof typeof MISHAPS;
const NAMES = Object.keys(MISHAPS) as Mishap[];
const mishapAt = (index: number): Mishap => NAMES[index] ?? "request dropped";

/** Lets the page come to its next claim and does this to it, once. */
async function atNextClaim(opening: Opening, act: (route: Route) => Promise<void>): Promise<void> {
  const { tab } = opening;
  const met = new Promise<true>((resolve, reject) => {
    const once = (route: Route) => act(route).then(() => resolve(true), reject);
    void tab.route("**/claim", once, { times: 1 });
  });
  const secret = tab.getByRole("heading", { name: "Your secret" });
  await press(opening);
  // A page that has tried again by itself stands at the secret; from there the way to another claim is a reload.
  while (!(await Promise.race([met, secret.waitFor().then(() => false)]))) {
    await tab.reload();
    await press(opening);
  }
}

/** Answers what is asked, presses what there is to press; nothing where the page goes on by itself. */
async function press({ tab, email }: Opening): Promise<void> {
  const next = tab.getByRole("button", { name: /Reveal|Show it again|Try now|Done/ });
  const opening = tab.getByRole("heading", { name: "Opening" });
  await next.or(opening).first().waitFor();
  const reveal = tab.getByRole("button", { name: /Reveal|Show it again/ });
  if (!(await reveal.isVisible())) return;
  if (email !== undefined) await tab.getByLabel("Your e-mail address").fill(email);
  await reveal.click();
}

async function toTheSecret(opening: Opening): Promise<void> {
  await press(opening);
  await opening.tab.getByRole("heading", { name: "Your secret" }).waitFor();
}

/** The renderer dies without a word, as when the system takes its memory; the recipient opens the mail's link again. */
async function kill(opening: Opening): Promise<void> {
  const dying = opening.tab;
  const crashed = dying.waitForEvent("crash");
  const session = await opening.context.newCDPSession(dying);
  // The command itself is never answered: its process is gone.
  session.send("Page.crash").catch(() => {});
  await crashed;
  await dying.close();
  opening.tab = await opening.context.newPage();
  await opening.tab.goto(opening.link);
}

/** Another browser with the link and the right answers, once somebody has claimed. @returns how it was refused */
async function stranger({ link, email }: Opening): Promise<number | undefined> {
  const other = new Recipient(link);
  if ((await other.status()).body.state === "open") return undefined;
  return (await other.claim(email === undefined ? {} : { email })).status;
}

inBrowser(
  `${OPENS} opens are interrupted up to three times each: the same browser gets its secret, nobody else does`,
  async () => {
    const tally = new Map<Mishap, number>();
    let strangers = 0;
    let next = 0;
    const work = async () => {
      for (let n = next++; n < OPENS; n = next++) {
        const opened = await interrupt(n);
        for (const name of opened.mishaps) tally.set(name, (tally.get(name) ?? 0) + 1);
        strangers += opened.strangersRefused;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const name of NAMES) report(`${name}: ${tally.get(name) ?? 0}`);
    report(
      `${OPENS} opens ended with their secret; ${strangers} claims by strangers were refused, none was not`,
    );
  },
  3_600_000,
);

/** One open from the mail to Done, with its mishaps; each open draws from a seed of its own. */
async function interrupt(
  n: number,
): Promise<{ readonly mishaps: readonly Mishap[]; readonly strangersRefused: number }> {
  if (!browser) throw new Error("this test needs a browser");
  const random = seededRandom(SEED + n);
  const email = random() < 0.7 ? EMAIL : undefined;
  const value = `secret of open ${n}`;
  const link = await stack.link({
    email,
    items: [{ label: "one", fields: [{ name: "value", value, concealed: false }] }],
  });
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const opening: Opening = { context, link, email, tab: await context.newPage() };
  await opening.tab.goto(link);
  // Every mishap comes first equally often, and then any.
  const mishaps = Array.from(
    { length: 1 + Math.floor(random() * atTier({ cit: 2, proof: 3 })) },
    (_, round) => mishapAt(round === 0 ? n % NAMES.length : Math.floor(random() * NAMES.length)),
  );
  let strangersRefused = 0;
  for (const name of mishaps) {
    await MISHAPS[name](opening);
    const answer = await stranger(opening);
    expect([410, undefined]).toContain(answer);
    if (answer === 410) strangersRefused += 1;
  }
  await toTheSecret(opening);
  expect(await opening.tab.locator(".value").textContent()).toBe(value);
  expect(await stranger(opening)).toBe(410);
  await opening.tab.getByRole("button", { name: "Done" }).click();
  await opening.tab.getByText("The sender can see").waitFor();
  expect(await stranger(opening)).toBe(410);
  expect((await new Recipient(link).status()).body.state).toBe("delivered");
  await context.close();
  return { mishaps, strangersRefused: strangersRefused + 2 };
}
