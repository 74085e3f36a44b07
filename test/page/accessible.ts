import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/**
 * What axe-core holds against the page as it stands, in both colour schemes: WCAG 2.2 A and AA, and axe's best practices.
 * @returns one line a violation
 */
export async function violations(page: Page): Promise<readonly string[]> {
  const found: string[] = [];
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const lines = await page.evaluate(async () => {
      const { axe: checker } = globalThis as unknown as { axe: typeof import("axe-core") };
      const { violations } = await checker.run({ resultTypes: ["violations"] });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
    });
    found.push(...lines.map((line) => `${colorScheme}: ${line}`));
  }
  return found;
}

/** By how much the page is wider than its window, CSS pixels; 0 when nothing has to be scrolled sideways (WCAG 2.2, 1.4.10). */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}
