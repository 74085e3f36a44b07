import { setTimeout as pause } from "node:timers/promises";
import type { Tab } from "../support/browsers/tab.ts";

/** What a recipient does and sees, in a browser that Playwright cannot drive. */

/** Longer than any step takes, the seconds of a passphrase on a busy machine among them, ms. */
const PATIENCE = 40_000;

/** Waits until an expression is true in the page. @throws Error with the heading that stands there when it never is */
export async function until(tab: Tab, expression: string): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!(await tab.run<boolean>(`Boolean(${expression})`).catch(() => false))) {
    if (Date.now() > end) {
      const heading = await tab.run<string>("document.querySelector('h1')?.textContent ?? ''");
      throw new Error(`never came true, under "${heading}": ${expression}`);
    }
    await pause(50);
  }
}

export const sees = (tab: Tab, heading: string): Promise<void> =>
  until(tab, `document.querySelector("h1")?.textContent.includes(${JSON.stringify(heading)})`);

export const reads = (tab: Tab, text: string): Promise<void> =>
  until(tab, `document.body.textContent.includes(${JSON.stringify(text)})`);

/** The expression for a button, by the beginning of what a screen reader says. */
export const button = (name: string): string =>
  `[...document.querySelectorAll("button")].find((button) => (button.getAttribute("aria-label") ?? button.textContent).startsWith(${JSON.stringify(name)}))`;

/** Presses a button as soon as it is there. */
export async function press(tab: Tab, name: string): Promise<void> {
  await until(tab, button(name));
  await tab.click(button(name));
}

/** Types the answers that a link asks for, and reveals. */
export async function open(tab: Tab, email: string, passphrase?: string): Promise<void> {
  await until(tab, 'document.querySelector("#email")');
  await tab.type('document.querySelector("#email")', email);
  if (passphrase !== undefined) await tab.type('document.querySelector("#passphrase")', passphrase);
  await tab.click('document.querySelector("button.main")');
  await sees(tab, "Your secret");
}

/** Selects a value as a whole, and presses the keys that copy. @param at the number of the value, from 0 */
export async function copyByHand(tab: Tab, at: number): Promise<void> {
  await tab.run(`getSelection().selectAllChildren(document.querySelectorAll(".value")[${at}])`);
  await tab.pressCopy();
}
