import type { Browser, BrowserContextOptions } from "playwright-core";
import { type Visitor, visit } from "../support/browser.ts";
import type { PageState } from "./reaching.ts";
import type { PageStack } from "./stack.ts";
import { STATES_BEFORE } from "./states-before.ts";
import { STATES_ENDED } from "./states-ended.ts";
import { STATES_OPENED } from "./states-opened.ts";

/** Every state that the page can show, in the order in which a recipient may meet them. */
export const PAGE_STATES: readonly PageState[] = [...STATES_BEFORE, ...STATES_OPENED, ...STATES_ENDED];

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
