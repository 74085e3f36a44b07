import type { Language } from "@secret-handoff/protocol/languages";
import type { Page } from "playwright-core";

/** Chooses a language as a recipient does, and waits until the page speaks it. */
export async function speakIn(page: Page, language: Language): Promise<void> {
  await page.locator("header select").selectOption(language);
  await page.waitForFunction((tag) => document.documentElement.lang === tag, language);
}
