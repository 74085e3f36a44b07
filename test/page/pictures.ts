import { launchBrowser } from "../support/browser.ts";
import { LANGUAGES, takeStates } from "./contact-sheet.ts";
import { recordDemo } from "./recording.ts";

/**
 * `npm run pictures`: the README's pictures and its recording, from the demo; `-- states [LANGUAGE...] [NAME]`: every state of the page, or
 * only in these languages, or only those with NAME in their names.
 */
const [what, ...only] = process.argv.slice(2);
const languages = LANGUAGES.filter((language) => only.includes(language));
const wanted = only.find((argument) => !LANGUAGES.some((language) => language === argument));
const folder = process.env.SHOTS ?? new URL("../../build/pictures", import.meta.url).pathname;
const browser = await launchBrowser();
if (!browser) process.exit(1);
try {
  if (what === undefined) await recordDemo(browser);
  if (what === "states" && !(await takeStates(browser, folder, { languages, wanted }))) process.exitCode = 1;
} finally {
  await browser.close();
}
