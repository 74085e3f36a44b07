import type { Page } from "playwright-core";
import { startPageStack } from "../test/page/stack.ts";
import { launchBrowser } from "../test/support/browser.ts";
import { median } from "./median.ts";

/** Milliseconds from the navigation. */
export type PageLoad = {
  readonly largestContentfulPaint: number;
  readonly untilReveal: number;
  /** Of the document as it travels. */
  readonly transferred: number;
  readonly requestsBeforeReveal: number;
};

const ROUNDS = 7;
/** Lighthouse's "slow 4G": 150 ms round trip, 1.6 Mbit/s down, 0.75 Mbit/s up. */
const SLOW_4G = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const CPU_SLOWDOWN = 4;

/** Medians of a first visit over slow 4G on a processor four times slower; undefined where no browser is found. */
export async function measurePageLoad(): Promise<PageLoad | undefined> {
  const browser = await launchBrowser();
  if (!browser) return undefined;
  const stack = await startPageStack();
  const [paints, reveals]: [number[], number[]] = [[], []];
  let transferred = 0;
  let requests = 0;
  try {
    for (let round = -1; round < ROUNDS; round += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      const cdp = await context.newCDPSession(page);
      await cdp.send("Network.enable");
      await cdp.send("Network.emulateNetworkConditions", SLOW_4G);
      await cdp.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
      requests = 0;
      page.on("request", () => {
        requests += 1;
      });
      await page.goto(await stack.link());
      await page
        .getByRole("button", { name: /Reveal/ })
        .first()
        .waitFor();
      const measured = await measureIn(page);
      transferred = measured.transferred;
      if (round >= 0) {
        paints.push(measured.paint);
        reveals.push(measured.now);
      }
      await context.close();
    }
  } finally {
    await browser.close();
    await stack.close();
  }
  return {
    largestContentfulPaint: median(paints),
    untilReveal: median(reveals),
    transferred,
    requestsBeforeReveal: requests,
  };
}

function measureIn(page: Page): Promise<{ paint: number; now: number; transferred: number }> {
  return page.evaluate(async () => {
    const now = performance.now();
    const paint = await new Promise<number>((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1)?.startTime ?? Number.NaN)).observe({
        type: "largest-contentful-paint",
        buffered: true,
      });
    });
    const [navigation] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
    return { paint, now, transferred: navigation?.encodedBodySize ?? Number.NaN };
  });
}
