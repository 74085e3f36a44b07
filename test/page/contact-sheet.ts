import { mkdir, writeFile } from "node:fs/promises";
import type { Browser } from "playwright-core";
import { launchBrowser } from "../support/browser.ts";
import { startPageStack } from "./stack.ts";
import { PAGE_STATES, visitorAt } from "./states.ts";

/**
 * Takes a picture of every state of the page at 390 and 1280 px, light and dark, and puts them on one sheet:
 * npx tsx test/page/contact-sheet.ts [part of a state's name]
 * Writes docs/images/page-states.png, and the two pictures of the README; with a name, only that state, into the folder of SHOTS.
 */
const LOOKS = [
  { width: 390, colorScheme: "light" },
  { width: 390, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
  { width: 1280, colorScheme: "dark" },
] as const;

const README: ReadonlyMap<string, string> = new Map([
  ["ready, address and passphrase", "recipient-ready.png"],
  ["the secret, masked", "recipient-opened.png"],
]);

const [wanted] = process.argv.slice(2);
const images = new URL("../../docs/images/", import.meta.url);
const shots = process.env.SHOTS;

const browser = await launchBrowser();
if (!browser) process.exit(1);
const stack = await startPageStack();
try {
  const rows = await takePictures(browser);
  if (wanted === undefined) await writeSheet(browser, rows);
} finally {
  await browser.close();
  await stack.close();
}

type Row = { readonly name: string; readonly pictures: readonly Buffer[] };

async function takePictures(from: Browser): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const state of PAGE_STATES.filter(({ name }) => name.includes(wanted ?? ""))) {
    const pictures: Buffer[] = [];
    for (const { width, colorScheme } of LOOKS) {
      const viewport = { width, height: width === 390 ? 844 : 800 };
      const visitor = await visitorAt(state, from, stack, { viewport, colorScheme, reducedMotion: "reduce" });
      const picture = await visitor.page.screenshot({ fullPage: true });
      pictures.push(picture);
      if (shots !== undefined) {
        await mkdir(shots, { recursive: true });
        await writeFile(`${shots}/${state.name.replace(/\W+/g, "-")}-${width}-${colorScheme}.png`, picture);
      }
      const readme = README.get(state.name);
      if (readme && wanted === undefined && width === 1280 && colorScheme === "light") {
        await writeFile(new URL(readme, images), picture);
      }
      await visitor.close();
    }
    rows.push({ name: state.name, pictures });
    process.stdout.write(`${state.name}\n`);
  }
  return rows;
}

/** Lays the pictures out as a page of its own, shrunk, and takes a picture of that. */
async function writeSheet(from: Browser, rows: readonly Row[]): Promise<void> {
  const cells = rows
    .map(
      ({ name, pictures }) =>
        `<figure><figcaption>${name}</figcaption>${pictures
          .map((picture) => `<img src="data:image/png;base64,${picture.toString("base64")}">`)
          .join("")}</figure>`,
    )
    .join("");
  const page = await from.newPage({ viewport: { width: 2400, height: 1000 } });
  await page.setContent(
    `<!doctype html><style>body{margin:20px;background:#8a919c;font:600 16px sans-serif;display:grid;
    grid-template-columns:1fr 1fr;gap:28px;align-items:start}
    figure{margin:0;display:grid;grid-template-columns:1fr 1fr 2fr 2fr;gap:6px;align-items:start}
    figcaption{grid-column:1/-1;color:#fff}img{width:100%;border-radius:3px}</style>${cells}`,
  );
  await page.screenshot({ path: new URL("page-states.png", images).pathname, fullPage: true });
  await page.close();
}
