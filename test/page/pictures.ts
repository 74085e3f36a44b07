import { launchBrowser } from "../support/browser.ts";
import { takeStates } from "./contact-sheet.ts";
import { recordDemo } from "./recording.ts";

/** `npm run pictures`: the README's pictures and its recording, from the demo; `-- states [NAME]`: every state of the page. */
const [what, wanted] = process.argv.slice(2);
const folder = process.env.SHOTS ?? new URL("../../build/pictures", import.meta.url).pathname;
const browser = await launchBrowser();
if (!browser) process.exit(1);
try {
  if (what === undefined) await recordDemo(browser);
  if (what === "states" && !(await takeStates(browser, folder, wanted))) process.exitCode = 1;
} finally {
  await browser.close();
}
