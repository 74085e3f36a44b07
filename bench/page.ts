import { startPageStack } from "../test/page/stack.ts";
import { launchBrowser } from "../test/support/browser.ts";
import { median } from "./load.ts";
/** What a recipient waits for on a slow phone, ms since the link was pressed. */
export type FirstLoad = {
  readonly largestContentfulPaint: number;
  /** Until Reveal stands there and answers to a press. */
  readonly revealReady: number;
  /** Bytes of the document as it came over the wire. */
  readonly transferred: number;
};

/** Lighthouse's "slow 4G": 150 ms there and back, 1.6 Mbit/s down, 0.75 up; and a processor four times slower. */
const NETWORK = { offline: false, latency: 150, downloadThroughput: 204_800, uploadThroughput: 96_000 };
const SLOWDOWN = 4;

type Watched = { readonly seen: { readonly paint: number; readonly ready: number } };

/** Runs in the page from its first moment on. */
const WATCH = `
  globalThis.seen = { paint: 0, ready: 0 };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  new MutationObserver(() => {
    if (seen.ready > 0 || !document.querySelector("form button")) return;
    requestAnimationFrame(() => setTimeout(() => { seen.ready ||= performance.now(); }));
  }).observe(document, { childList: true, subtree: true });
`;

/**
 * Loads a link `rounds` times in fresh browsers over a slow line.
 * @returns the median of each figure; undefined, and says why, where there is no browser
 */
export async function measureFirstLoad(rounds = 5): Promise<FirstLoad | undefined> {
  const browser = await launchBrowser();
  if (!browser) return undefined;
  const stack = await startPageStack();
  try {
    const loads: FirstLoad[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
      const page = await context.newPage();
      const session = await context.newCDPSession(page);
      await session.send("Network.enable");
      await session.send("Network.emulateNetworkConditions", NETWORK);
      await session.send("Emulation.setCPUThrottlingRate", { rate: SLOWDOWN });
      await page.addInitScript(WATCH);
      await page.goto(await stack.link({ email: "ana@vendor.example" }));
      await page.waitForFunction(() => (globalThis as unknown as Watched).seen.ready > 0);
      loads.push(
        await page.evaluate<FirstLoad>(`({
          largestContentfulPaint: seen.paint,
          revealReady: seen.ready,
          transferred: performance.getEntriesByType("navigation")[0].transferSize,
        })`),
      );
      await context.close();
    }
    return {
      largestContentfulPaint: median(loads.map((load) => load.largestContentfulPaint)),
      revealReady: median(loads.map((load) => load.revealReady)),
      transferred: median(loads.map((load) => load.transferred)),
    };
  } finally {
    await browser.close();
    await stack.close();
  }
}
