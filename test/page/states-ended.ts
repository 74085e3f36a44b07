import { Recipient } from "@secret-handoff/local";
import { answer } from "./answer.ts";
import { claimed, cutOff, guess, longAgo, open, type PageState, spoil } from "./reaching.ts";
import { EMAIL } from "./stack.ts";

/** What a recipient meets where there is nothing to open, or nothing any more; and what is no screen of the flow. */
export const STATES_ENDED: readonly PageState[] = [
  {
    name: "a link without its key",
    heading: "Part of this link is missing",
    reach: async (visitor, stack) => visitor.goTo((await stack.link()).replace(/#.*/, "")),
  },
  {
    name: "a damaged link, and a paste that is no better",
    heading: "Part of this link is missing",
    async reach(visitor, stack) {
      const link = await stack.link();
      await visitor.goTo(link.slice(0, -3));
      await visitor.page
        .getByLabel("The whole link")
        .fill(link.replace(new URL(link).host, "handoff.example.com"));
      await visitor.press("Open this link");
    },
  },
  {
    name: "a link whose stored key was damaged",
    heading: "Part of this link is missing",
    async reach(visitor, stack) {
      await open(visitor, stack);
      await spoil(visitor.page, false);
      await visitor.page.getByText(/stored .*was damaged/).waitFor();
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
      await guess(link, 5);
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
    name: "reporting a link that is still closed",
    heading: "Report this link",
    async reach(visitor, stack) {
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await visitor.press("Report this link");
    },
  },
  {
    name: "a report that does not get through",
    heading: "Report this link",
    async reach(visitor, stack) {
      await cutOff(visitor, "**/report");
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await visitor.press("Report this link");
      await visitor.page.getByLabel(/type the word/).fill("report");
      await visitor.press("Report it");
      await visitor.page.getByText("cannot be reached").waitFor();
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
    name: "a fault of the page's own",
    heading: "Something went wrong on this page",
    async reach(visitor, stack) {
      await visitor.page.route("**/h/module/opened-screens", (route) => route.fulfill({ body: "" }));
      await visitor.goTo(await stack.link({ email: EMAIL }));
      await answer(visitor, EMAIL);
      await visitor.sees("Something went wrong on this page");
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
