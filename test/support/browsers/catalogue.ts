import { existsSync } from "node:fs";
import { SYSTEM_PATHS } from "../browser.ts";
import { startChromium } from "./chromium.ts";
import { type Display, startDisplay } from "./display.ts";
import { type PackedVersion, packedChromium } from "./npm-chromium.ts";
import type { TestBrowser } from "./tab.ts";
import { startFirefox, startWebKit } from "./webdriver.ts";

/** A browser that a proof wants, and how it is had. */
export type Wanted = {
  readonly name: string;
  /** @throws Error, whose message says why, where this machine has none */
  start(): Promise<TestBrowser>;
};

const packed = (version: PackedVersion): Wanted => ({
  name: `Chromium ${version}`,
  start: async () => startChromium(await packedChromium(version)),
});

function programAt(paths: readonly string[], what: string): string {
  const found = paths.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`${what} is not installed`);
  return found;
}

/** In a window, on a display of its own that goes with it. */
async function inWindow(start: (display: Display) => Promise<TestBrowser>): Promise<TestBrowser> {
  const display = await startDisplay();
  try {
    const browser = await start(display);
    return { ...browser, close: () => browser.close().finally(display.close) };
  } catch (error) {
    await display.close();
    throw error;
  }
}

const systemChromium = () => programAt(SYSTEM_PATHS, "chromium");

/** The system's Chromium, without a window: needs nothing beside it. */
export const HEADLESS_CHROMIUM: Wanted = {
  name: "Chromium, current",
  start: async () => startChromium(systemChromium()),
};

/** The browsers in which the page has to work, the newest first. */
export const SUPPORTED: readonly Wanted[] = [
  {
    name: "Chromium, current",
    start: async () => inWindow((display) => startChromium(systemChromium(), display)),
  },
  packed("109"),
  packed("92"),
  {
    name: "Firefox ESR",
    start: async () =>
      inWindow((display) => startFirefox(programAt(["/usr/bin/firefox-esr"], "firefox-esr"), display)),
  },
  {
    name: "WebKitGTK",
    start: async () =>
      inWindow((display) =>
        startWebKit(programAt(["/usr/bin/WebKitWebDriver"], "webkit2gtk-driver"), display),
      ),
  },
];

/** One in which it cannot, and has to say so. */
export const TOO_OLD: Wanted = packed("80");

/** @returns undefined, and says why, where this machine does not have it */
export async function startWanted({ name, start }: Wanted): Promise<TestBrowser | undefined> {
  try {
    return await start();
  } catch (error) {
    process.stdout.write(`skipped: ${name}: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}
