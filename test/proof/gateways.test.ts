import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { parseLink, type SealInput } from "@secret-handoff/protocol";
import { writeEmail } from "@secret-handoff/sdk";
import { EMAIL, PASSPHRASE, type PageStack, startPageStack } from "../page/stack.ts";
import { launchBrowser, type Visitor, visit } from "../support/browser.ts";
import { atTier, report, SEED } from "../support/tier.ts";
import { Gateway, RUBBISH, seededRandom } from "./gateway.ts";

const LINKS = atTier({ cit: 6, proof: 200 });
const WALKS = atTier({ cit: 3, proof: 500 });
const STEPS = 12;
/** Of the ordered pairs of controls, one in so many is pressed. */
const ONE_PAIR_IN = atTier({ cit: 5, proof: 1 });

/** What a link may ask for, where the recipient's address is known. */
const KINDS: readonly Partial<SealInput>[] = [
  { email: EMAIL },
  { email: EMAIL, passphrase: PASSPHRASE },
  { email: EMAIL, mailedCode: true },
];

const browser = await launchBrowser();
const inBrowser = browser ? test : test.skip;
const random = seededRandom(SEED);

let stack: PageStack;
let links: readonly string[];
let visitor: Visitor;
let gateway: Gateway;
beforeAll(async () => {
  if (!browser) return;
  stack = await startPageStack();
  const made: string[] = [];
  for (let n = 0; n < LINKS; n += 1) {
    const expiresAt = stack.clock.now + 86_400;
    made.push(await stack.link({ ...KINDS[n % KINDS.length], expiresAt }));
  }
  links = made;
  visitor = await visit(browser);
  gateway = new Gateway(visitor.page, random);
}, 600_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

const linkAt = (n: number): string => links[n % links.length] ?? "";

/** Nothing consumed, nothing locked, nothing reported, no try spent, no code mailed. */
async function expectUntouched(): Promise<void> {
  const found = await Promise.all(
    links.map(async (link) => {
      const { state, attemptsLeft } = (await new Recipient(link).status()).body;
      return `${state} ${attemptsLeft}`;
    }),
  );
  expect(new Set(found)).toEqual(new Set(["open 5"]));
  expect(stack.stack.mail.inbox.mails).toHaveLength(0);
}

/** The spellings of a link that gateways are known to make, as addresses of the service. */
function mangled(link: string): readonly string[] {
  const [address = "", key = ""] = link.split("#");
  return ["#", "%23", "%2523", "%252523"].map((hash) => `${address}${hash}${key}`);
}

inBrowser(
  `${LINKS} links are fetched beforehand, by HEAD and by GET, in every spelling`,
  async () => {
    for (const link of links) {
      for (const address of mangled(link)) {
        for (const method of ["HEAD", "GET"]) {
          const { status } = await fetch(address, { method });
          expect(status).toBe(200);
        }
      }
    }
    await expectUntouched();
  },
  600_000,
);

inBrowser(
  `${LINKS} links are loaded with scripts running, in every spelling`,
  async () => {
    for (const [n, link] of links.entries()) {
      for (const address of n < atTier({ cit: 1, proof: LINKS }) ? mangled(link) : [link]) {
        await visitor.goTo(address);
        expect(await visitor.heading()).toContain("sent you access details");
      }
    }
    await expectUntouched();
  },
  600_000,
);

inBrowser(
  `every control is pressed, and one in ${ONE_PAIR_IN} of their ordered pairs, on each kind of link`,
  async () => {
    const kinds = links.slice(0, atTier({ cit: 1, proof: KINDS.length }));
    let pairs = 0;
    for (const link of kinds) {
      await visitor.goTo(link);
      const first = (await gateway.controls()).length;
      for (let one = 0; one < first; one += 1) {
        await open(link);
        await pressAt(one);
        const second = (await gateway.controls()).length;
        for (let other = one % ONE_PAIR_IN; other < second; other += ONE_PAIR_IN) {
          await open(link);
          await pressAt(one);
          await pressAt(other);
          pairs += 1;
        }
      }
    }
    report(`${pairs} ordered pairs of controls pressed on ${kinds.length} kinds of link`);
    await expectUntouched();
  },
  600_000,
);

async function open(link: string): Promise<void> {
  // By way of another page, or the browser takes the same address for a jump within the page.
  await visitor.page.goto("about:blank");
  await visitor.goTo(link);
}

async function pressAt(index: number): Promise<void> {
  const control = (await gateway.controls())[index];
  if (control) await gateway.press(control);
}

inBrowser(
  `${WALKS} random walks of ${STEPS} steps: pressing, typing rubbish, submitting`,
  async () => {
    const before = gateway.presses;
    for (let walk = 0; walk < WALKS; walk += 1) {
      await open(linkAt(walk));
      for (let step = 0; step < STEPS; step += 1) await gateway.doSomething();
    }
    report(`${gateway.presses - before} trusted presses in ${WALKS} random walks over ${LINKS} links`);
    await expectUntouched();
  },
  1_800_000,
);

inBrowser(
  "forms are submitted empty and with rubbish",
  async () => {
    const rubbish = RUBBISH.filter((_, n) => n % atTier({ cit: 6, proof: 1 }) === 0);
    for (const link of links.slice(0, atTier({ cit: 1, proof: 6 }))) {
      await open(link);
      await gateway.submitForms(rubbish);
      await open(link);
      await visitor.press("Report this link");
      await gateway.submitForms(rubbish);
    }
    await expectUntouched();
  },
  600_000,
);

inBrowser(
  "the mail itself is opened, and everything in it is pressed",
  async () => {
    for (const link of links.slice(0, atTier({ cit: 1, proof: 60 }))) {
      const html = mailWith(link);
      await visitor.page.goto("about:blank");
      await visitor.page.setContent(html);
      const count = (await gateway.controls()).length;
      expect(count).toBeGreaterThan(0);
      for (let index = 0; index < count; index += 1) {
        await visitor.page.goto("about:blank");
        await visitor.page.setContent(html);
        await pressAt(index);
        for (let step = 0; step < STEPS / 2; step += 1) await gateway.doSomething();
      }
    }
    await expectUntouched();
  },
  600_000,
);

inBrowser("after all of it the recipient opens the link as if nothing had been", async () => {
  if (!browser) return;
  const ana = await visit(browser);
  await ana.goTo(linkAt(0));
  await ana.page.getByLabel("Your e-mail address").fill(EMAIL);
  await ana.press("Reveal");
  await ana.sees("Your secret");
  await ana.close();
});

function mailWith(link: string): string {
  const { id, flags, origin } = parseLink(link);
  return writeEmail({
    from: { address: "ci@acme.example" },
    to: EMAIL,
    company: "Acme",
    contact: "Mia Lind",
    context: {},
    origins: { Workflow: "Rotate" },
    link,
    origin,
    id,
    flags,
    mailedCode: false,
    expiresAt: stack.clock.now + 86_400,
  }).html;
}
