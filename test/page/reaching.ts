import { Recipient } from "@secret-handoff/local";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { Visitor } from "../support/browser.ts";
import { answer } from "./answer.ts";
import { EMAIL, type PageStack } from "./stack.ts";

/** How a visitor comes to a state of the page: the steps that several states begin with. */

export type PageState = {
  readonly name: string;
  /** The heading by which it is recognised. */
  readonly heading: string | RegExp;
  readonly context?: BrowserContextOptions;
  reach(visitor: Visitor, stack: PageStack): Promise<void>;
};

/** An address that fits the hint and is not the right one. */
export const WRONG_EMAIL = "abe@vendor.example";

/** Lets no answer of this call come back until the page is left. */
export async function hold({ page }: Visitor, call: string): Promise<void> {
  await page.route(`**/v1/handoffs/*/${call}`, () => {});
}

/** Lets no request that fits get through. */
export async function cutOff({ page }: Visitor, requests: string): Promise<void> {
  await page.route(requests, (route) => route.abort());
}

/** For the page: long work gives way every 10 ms, and after some of it nobody gives the way back. */
export const STOP_AFTER_SOME_WORK = `
  let left = 20;
  Object.defineProperty(scheduler, "yield", {
    value: () => new Promise((resolve) => { left -= 1; if (left > 0) setTimeout(resolve, 0); }),
  });
`;

/** Opens a link to the usual secret, or to these items. */
export async function open(
  visitor: Visitor,
  stack: PageStack,
  input?: Parameters<PageStack["link"]>[0],
): Promise<string> {
  const link = await stack.link({ email: EMAIL, ...input });
  await visitor.goTo(link);
  await answer(visitor, EMAIL);
  await visitor.sees("Your secret");
  return link;
}

/** Spoils what this tab keeps of a link, and its browser where `everywhere`. */
export async function spoil(page: Page, everywhere: boolean): Promise<void> {
  await page.evaluate((both) => {
    const id = location.pathname.split("/").at(-1) ?? "";
    sessionStorage.setItem(`secret-handoff/${id}`, "{");
    if (both) localStorage.setItem(`secret-handoff/claim/${id}`, "{");
  }, everywhere);
  await page.reload();
}

/** A handoff that lies `seconds` back, and what was done to it then. */
export async function longAgo(
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

export async function claimed(stack: PageStack): Promise<string> {
  const link = await stack.link({ email: EMAIL });
  await new Recipient(link).claim({ email: EMAIL });
  return link;
}

/** Answers wrongly, in another browser. */
export async function guess(link: string, times: number): Promise<void> {
  const stranger = new Recipient(link);
  for (let round = 0; round < times; round += 1) await stranger.claim({ email: WRONG_EMAIL });
}
