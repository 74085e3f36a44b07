import { existsSync } from "node:fs";
import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from "playwright-core";
import { carriedChromium } from "./browsers/npm-chromium.ts";

/** Where distributions put a Chromium, or Chrome. */
export const SYSTEM_PATHS = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Nothing but the pages under test: no look at the network of its own accord, and as root no sandbox. */
const FLAGS = [
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"],
  ...["--no-first-run", "--disable-gpu", "--disable-dev-shm-usage"],
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
];

/**
 * Starts a Chromium: on 64-bit Linux the headless shell that an npm package carries, which is the same everywhere and takes a
 * seventh of the processor's time; else the system's, else Chrome. With `BROWSER=system` the system's comes first.
 * @returns undefined, and says why, where there is none
 * @throws Error instead when REQUIRE_BROWSER=1
 */
export async function launchBrowser(): Promise<Browser | undefined> {
  const failures: string[] = [];
  for (const [name, options] of candidates()) {
    try {
      return await chromium.launch({ args: FLAGS, ...(await options()) });
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message.split("\n")[0] : error}`);
    }
  }
  const why = `no Chromium can be started (${failures.join("; ")})`;
  if (process.env.REQUIRE_BROWSER === "1") throw new Error(why);
  process.stdout.write(`skipped: ${why}\n`);
  return undefined;
}

type Candidate = readonly [name: string, options: () => Promise<LaunchOptions>];

function candidates(): readonly Candidate[] {
  const carried: Candidate = [
    "@sparticuz/chromium",
    // It comes without the helper that a sandbox needs; only pages under test are opened in it.
    async () => ({ executablePath: await carriedChromium(), args: [...FLAGS, "--no-sandbox"] }),
  ];
  const installed: readonly Candidate[] = [
    ...SYSTEM_PATHS.filter((path) => existsSync(path)).map(
      (path): Candidate => [path, async () => ({ executablePath: path })],
    ),
    ["chrome", async () => ({ channel: "chrome" })],
  ];
  if (process.platform !== "linux" || process.arch !== "x64") return installed;
  return process.env.BROWSER === "system" ? [...installed, carried] : [carried, ...installed];
}

/** One recipient's browser: storage, cookies and clipboard of its own. */
export type Visitor = {
  readonly page: Page;
  /** Errors of the console, of scripts, and of the policy. */
  readonly errors: readonly string[];
  /** Every request, as "METHOD url". */
  readonly requests: readonly string[];
  /** Opens an address and waits until the page has made up its mind what to show. */
  goTo(address: string): Promise<void>;
  /** The heading of the screen that stands there. */
  heading(): Promise<string>;
  /** Waits for a screen with this heading. */
  sees(heading: string | RegExp): Promise<void>;
  press(button: string | RegExp): Promise<void>;
  close(): Promise<void>;
};

export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visitor> {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Madrid", ...options });
  context.setDefaultTimeout(30_000);
  const page = await context.newPage();
  const errors: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    // A refusal is an answer of the service, which Chromium reports as if it were a fault of the page.
    const refusal = /^Failed to load resource: the server responded with a status of 4(?:03|04|10) /;
    if (message.type() === "error" && !refusal.test(message.text())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("request", (request) => requests.push(`${request.method()} ${request.url()}`));
  const title = page.locator("h1");
  return {
    page,
    errors,
    requests,
    async goTo(address) {
      await page.goto(address);
      await page.waitForFunction(() => {
        const text = document.querySelector("h1")?.textContent ?? "";
        return text !== "" && text !== "Checking your link";
      });
    },
    heading: async () => (await title.textContent()) ?? "",
    async sees(heading) {
      await page.getByRole("heading", { level: 1, name: heading }).waitFor();
    },
    press: (button) => page.getByRole("button", { name: button }).first().click(),
    close: () => context.close(),
  };
}
