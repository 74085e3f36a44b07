import { mkdir, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { violations } from "./accessible.ts";
import { COMPANY } from "./company.ts";
import { speakIn } from "./languages.ts";
import type { PageState } from "./reaching.ts";
import { type PageStack, startPageStack } from "./stack.ts";
import { PAGE_STATES, visitorAt } from "./states.ts";

/**
 * Takes a picture of every state of the page at 390 and 1280 px, light and dark, in English, German, Arabic and Japanese, into the folder
 * of SHOTS, and puts those in English on one sheet, docs/images/page-states.png: `npm run pictures -- states`, and after it the
 * languages wanted and a part of a state's name. What axe-core finds in any of them is printed, and ends it with 1.
 */
const VIEWPORTS = [
  { width: 390, height: 664 },
  { width: 1280, height: 800 },
] as const;
const SCHEMES = ["light", "dark"] as const;
export const LANGUAGES = ["en", "de", "ar", "ja"] as const;

type Language = (typeof LANGUAGES)[number];

type Wanted = {
  /** None stands for all of them. */
  readonly languages: readonly Language[];
  /** A part of the names of the states. */
  readonly wanted: string | undefined;
};

type Row = { readonly name: string; readonly pictures: readonly Buffer[] };

/** Takes the pictures that are wanted, and the sheet where all are. */
export async function takeStates(
  browser: Browser,
  folder: string,
  { languages, wanted }: Wanted,
): Promise<boolean> {
  await mkdir(folder, { recursive: true });
  const stack = await startPageStack(COMPANY);
  const rows: Row[] = [];
  let isFine = true;
  try {
    for (const state of PAGE_STATES.filter(({ name }) => name.includes(wanted ?? ""))) {
      const [pictures, found] = await takePictures(browser, stack, state, {
        folder,
        languages: languages.length ? languages : LANGUAGES,
      });
      rows.push({ name: state.name, pictures });
      isFine &&= found.length === 0;
      process.stdout.write([state.name, ...found.map((line) => `  ${line}`), ""].join("\n"));
    }
  } finally {
    await stack.close();
  }
  if (wanted === undefined && languages.length === 0) await writeSheet(browser, rows);
  return isFine;
}

/** @returns the pictures in English, and what axe-core has found in any language */
async function takePictures(
  browser: Browser,
  stack: PageStack,
  state: PageState,
  { folder, languages }: { readonly folder: string; readonly languages: readonly Language[] },
): Promise<readonly [Buffer[], string[]]> {
  const pictures: Buffer[] = [];
  const found: string[] = [];
  const hasScript = state.context?.javaScriptEnabled !== false;
  for (const viewport of VIEWPORTS) {
    // Reached anew at each width: what the page folds on a phone depends on it.
    const visitor = await visitorAt(state, browser, stack, { reducedMotion: "reduce", viewport });
    const { page } = visitor;
    for (const language of hasScript ? languages : (["en"] as const)) {
      if (hasScript) await speakIn(page, language);
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme });
        const picture = await pictureOf(page, viewport, hasScript);
        if (language === "en") pictures.push(picture);
        const name = [state.name.replace(/\W+/g, "-"), language, viewport.width, colorScheme].join("-");
        await writeFile(resolve(folder, `${name}.png`), picture);
      }
      if (hasScript) found.push(...(await violations(page)).map((line) => `${language}: ${line}`));
    }
    await visitor.close();
  }
  return [pictures, found];
}

/** The whole page as it stands: in a window as high as it, or what sticks to the window's edge would cover what it lies on. */
async function pictureOf(
  page: Page,
  { width, height }: (typeof VIEWPORTS)[number],
  hasScript: boolean,
): Promise<Buffer> {
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(whole, height) });
  // Colours and size have just changed: taken at once, a picture may lack all below a focused field. Without script no frame is told.
  if (hasScript) {
    await page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
  }
  const picture = await page.screenshot({ fullPage: true });
  await page.setViewportSize({ width, height });
  return picture;
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
  const page = await from.newPage({ viewport: { width: 1600, height: 1000 } });
  await page.setContent(
    `<!doctype html><style>body{margin:20px;background:#8a919c;font:600 12px sans-serif;display:grid;
    grid-template-columns:1fr 1fr;gap:28px;align-items:start}
    figure{margin:0;display:grid;grid-template-columns:1fr 1fr 2fr 2fr;gap:6px;align-items:start}
    figcaption{grid-column:1/-1;color:#fff}img{width:100%;border-radius:3px}</style>${cells}`,
  );
  const path = new URL("../../docs/images/page-states.png", import.meta.url).pathname;
  await page.screenshot({ path, fullPage: true });
  await page.close();
}
