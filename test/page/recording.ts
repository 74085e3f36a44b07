import { writeFile } from "node:fs/promises";
import type { Browser, Page } from "playwright-core";
import { runDemo } from "../../packages/local/src/demo/run-demo.ts";
import { Terminal } from "../../packages/local/src/demo/terminal.ts";
import { visit } from "../support/browser.ts";
import { animatedPng, type Frame } from "./animation.ts";
import { answer } from "./answer.ts";

/** The README's pictures and its recording: the demo runs, and its own handoff is opened in a browser. */

const IMAGES = new URL("../../docs/images/", import.meta.url);
const SIZE = { width: 960, height: 600 } as const;
/** Above what a window shows stands a bar with its name. */
const BAR = 36;
const INSIDE = { width: SIZE.width, height: SIZE.height - BAR };
/** Lines that fit into the window. */
const ROWS = 24;

/** Writes recipient-ready.png, recipient-opened.png and demo.png, which moves. */
export async function recordDemo(browser: Browser): Promise<void> {
  const stage = await browser.newPage({ viewport: SIZE });
  const frames: Frame[] = [];
  const add = async (title: string, content: string, ms: number) => {
    await stage.setContent(windowOf(title, content));
    frames.push({ png: await stage.screenshot(), ms });
  };
  const demo = startDemo();
  try {
    const inbox = await demo.inbox;
    const before = demo.lines();
    await showTerminal(before, add);
    await openInBrowser(browser, inbox, add);
    await demo.said("acknowledged");
    await showTerminal(demo.lines(), add, before.length);
    await writeFile(new URL("demo.png", IMAGES), await animatedPng(stage, frames));
  } finally {
    await demo.stop();
    await stage.close();
  }
}

type Add = (title: string, content: string, ms: number) => Promise<void>;

/** The demo in this process, with a terminal that keeps its lines. */
function startDemo() {
  let text = "";
  let told = () => {};
  const stop = new AbortController();
  const write = (part: string) => {
    text += part;
    told();
  };
  const ended = runDemo({
    terminal: new Terminal({ write, isTTY: true }, {}),
    once: false,
    signal: stop.signal,
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  const said = async (words: string) => {
    while (!text.includes(words)) {
      const next = new Promise<void>((resolve) => {
        told = resolve;
      });
      await Promise.race([next, ended.then(() => Promise.reject(new Error("the demo has ended")))]);
    }
  };
  return {
    said,
    inbox: said("Ctrl-C ends").then(() => /inbox:[\s\S]*?(http:[/.:\d]+)/.exec(text)?.[1] ?? ""),
    lines: () => text.trimEnd().split("\n"),
    async stop() {
      stop.abort();
      await ended;
    },
  };
}

/** The lines as they come, from those that were seen before. */
async function showTerminal(lines: readonly string[], add: Add, from = 0): Promise<void> {
  for (let count = Math.max(from, 2) + 1; count <= lines.length; count += 1) {
    const last = lines[count - 1] ?? "";
    if (last.trim() === "" && count < lines.length) continue;
    const ms = count === lines.length ? 2_500 : 350;
    await add("Terminal: npm run demo", terminalOf(lines.slice(0, count)), ms);
  }
}

function terminalOf(lines: readonly string[]): string {
  const shown = lines.slice(-ROWS).map(withColours).join("\n");
  return `<pre>${shown}</pre>`;
}

const CLASSES: Readonly<Record<string, string>> = { 1: "b", 2: "d", 31: "r", 32: "g", 33: "y", 36: "c" };

/** A line with its colours as markup. */
function withColours(line: string): string {
  return line
    .split("\u001b[")
    .map((part, index) => {
      if (index === 0) return escaped(part);
      const [, code = "0", rest = ""] = /^(\d+)m([\s\S]*)$/.exec(part) ?? [];
      return code === "0"
        ? `</span>${escaped(rest)}`
        : `<span class="${CLASSES[code] ?? ""}">${escaped(rest)}`;
    })
    .join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Reads the mail, opens its link, types the address, and takes the secret. */
async function openInBrowser(browser: Browser, inbox: string, add: Add): Promise<void> {
  const visitor = await visit(browser, { viewport: INSIDE, reducedMotion: "reduce", colorScheme: "light" });
  const { page } = visitor;
  const look = async (title: string, of: Page, ms: number) => {
    const picture = (await of.screenshot()).toString("base64");
    await add(title, `<img src="data:image/png;base64,${picture}">`, ms);
  };
  await page.goto(inbox);
  await page.locator("a.row").first().click();
  const mail = page.frameLocator("iframe");
  await mail.locator("a.button").waitFor();
  const html = await mail.locator("html").evaluate((node) => node.outerHTML);
  const letter = await browser.newPage({ viewport: INSIDE });
  await letter.setContent(html);
  await look("Mail: Acme Logistics", letter, 3_500);
  const link = (await letter.locator("a.button").getAttribute("href")) ?? "";
  await letter.close();

  const site = "handoff.acme.example";
  await visitor.goTo(link);
  await look(site, page, 2_500);
  await picture(page, "recipient-ready.png");
  await page.getByLabel("Your e-mail address").pressSequentially("ana@vendor");
  await look(site, page, 500);
  await page.getByLabel("Your e-mail address").pressSequentially(".example");
  await look(site, page, 1_000);
  await answer(visitor, "ana@vendor.example");
  await visitor.sees("Your secret");
  await look(site, page, 2_500);
  await picture(page, "recipient-opened.png");
  await page.context().grantPermissions(["clipboard-write"]);
  await visitor.press(/^Copy: .*password/);
  await page
    .getByRole("button", { name: /password/ })
    .getByText("Copied")
    .waitFor();
  await look(site, page, 2_000);
  await visitor.press("Done");
  await page.getByText("The sender can see").waitFor();
  await look(site, page, 2_500);
  await visitor.close();
}

/** For the README: the whole page, as wide as on a computer. */
async function picture(page: Page, name: string): Promise<void> {
  const path = new URL(name, IMAGES).pathname;
  await page.screenshot({ path, fullPage: true });
}

function windowOf(title: string, content: string): string {
  return `<!doctype html><style>
    *{margin:0;box-sizing:border-box}
    body{width:${SIZE.width}px;height:${SIZE.height}px;overflow:hidden;background:#11161d}
    header{height:${BAR}px;padding:9px 14px;background:#dfe3e9;color:#3b4452;font:600 14px/18px sans-serif}
    pre{padding:14px 18px;color:#dbe2ec;font:15px/22px "DejaVu Sans Mono",Menlo,Consolas,monospace;white-space:pre}
    .b{font-weight:700;color:#fff}.d{color:#8f9bab}.r{color:#ff9d90}.g{color:#7fd88f}.y{color:#f0c674}.c{color:#6fd3e7}
    img{display:block}</style><header>${title}</header>${content}`;
}
