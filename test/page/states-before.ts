import { answer } from "./answer.ts";
import { cutOff, guess, hold, type PageState, STOP_AFTER_SOME_WORK, spoil, WRONG_EMAIL } from "./reaching.ts";
import { EMAIL, PASSPHRASE } from "./stack.ts";

/** As much as a sender may have to say. */
const LONG_HEADER = {
  title: "Zugang zur Auftragsdatenbank (Produktion, nur lesend) für den Jahresabschluss",
  sender: "Maximiliane Oberhofer-Schwarzenberger (Acme Logistics Deutschland GmbH & Co. KG)",
  message: [
    "Dear Ana,",
    "this is the login that we talked about on Monday. It replaces the one from spring, which works until Friday at noon.",
    "Before you press the button, please open your password manager: the page shows everything once. If something is unclear, write to database-support@acme-logistics.example, or call me on +49 30 1234567 between nine and five.",
    "Thank you, Maximiliane",
  ].join("\n"),
  context: {
    Repository: "acme-logistics-deutschland/orders-database-quarterly-rotation",
    Run: "17234567890, attempt 2",
    Environment: "production",
    Ansprechpartner: "database-support@acme-logistics.example, +49 30 1234567",
  },
};

/** What a recipient meets before the secret is there. */
export const STATES_BEFORE: readonly PageState[] = [
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
    name: "ready, a long message",
    heading: /sent you access details/,
    reach: async (visitor, stack) => visitor.goTo(await stack.link({ email: EMAIL, header: LONG_HEADER })),
  },
  {
    name: "ready, one try left",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      const link = await stack.link({ email: EMAIL });
      await guess(link, 4);
      await visitor.goTo(link);
    },
  },
  {
    name: "ready, what was stored of it was damaged",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await spoil(visitor.page, true);
      await visitor.page.getByText(/stored .*was damaged/).waitFor();
    },
  },
  {
    name: "an address that is none",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
      await answer(visitor, "ana", PASSPHRASE);
      await visitor.page.getByText("That is not an e-mail address").waitFor();
    },
  },
  {
    name: "a passphrase that is too short",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL, passphrase: PASSPHRASE }));
      await answer(visitor, EMAIL, "correct");
      await visitor.page.locator(".check input").check();
      await visitor.page.getByText("has at least 12 characters").waitFor();
    },
  },
  {
    name: "what shows a secret cannot be fetched",
    heading: /sent you access details/,
    async reach(visitor, stack) {
      await cutOff(visitor, "**/h/module/*");
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await answer(visitor, EMAIL);
      await visitor.page.getByRole("alert").getByText("cannot be reached").waitFor();
    },
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
    name: "a code cannot be asked for",
    heading: "Type the code from your e-mail",
    async reach(visitor, stack) {
      await cutOff(visitor, "**/code");
      await visitor.goTo(await stack.link({ email: EMAIL, mailedCode: true }));
      await answer(visitor, EMAIL);
      await visitor.page.getByText("cannot be reached").waitFor();
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
];
