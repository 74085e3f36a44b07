import { preferredLanguage } from "@secret-handoff/protocol/languages";
import { createClaimMemory, createServiceClient } from "@secret-handoff/protocol/recipient";
import { readCompany, showCompany, showFoot } from "./company.ts";
import { onAlteredModule } from "./modules.ts";
import { createPage } from "./page.ts";
import { chooseLanguage } from "./speaking.ts";
import { browserStore, tabStore } from "./stores.ts";
import { clockOf } from "./time.ts";
import { isWebView } from "./views/opening.ts";
import { createRenderer, type OpenedViews, type ViewActions } from "./views/renderer.ts";

/**
 * Starts the page in a browser: hands its globals to the parts that need them. Only what is about the document
 * itself takes it from there: the views and the modules.
 */

const main = document.getElementById("main");
const clipboardBar = document.getElementById("clipboard");
const announcer = document.getElementById("announcer");
const top = document.querySelector("header");
const foot = document.querySelector("footer");
if (!main || !clipboardBar || !announcer || !top || !foot)
  throw new Error("the page's document is not the one that was built for it");

const clock = clockOf(() => Date.now());
const company = readCompany();
showCompany(top, company);

const actions: ViewActions = {
  send: (event) => page.send(event),
  now: () => clock.now(),
  paste: (text) => page.paste(text),
  announce(text) {
    announcer.textContent = text;
  },
  inWebView: isWebView(navigator.userAgent),
  company,
};
const renderer = createRenderer(main, actions);
let opened: OpenedViews | undefined;
let speakOfOpened: (() => Promise<void>) | undefined;

const page = createPage({
  location,
  showAddress: (address) => history.replaceState(history.state, "", address),
  memory: createClaimMemory(tabStore(window), browserStore(window), () => clock.now()),
  service: createServiceClient(
    (input, init) => fetch(input, init),
    () => clock.now(),
  ),
  clock,
  // A translator in the browser may have written its own language there.
  language: () => preferredLanguage([document.documentElement.lang]),
  show: (screen) => renderer.show(screen),
  async prepare() {
    const [{ openedScreens }] = await Promise.all([import("./views/opened-screens.ts"), speakOfOpened?.()]);
    opened ??= openedScreens(clipboardBar, actions, clock);
    renderer.addViews(opened);
  },
});
onAlteredModule(page.fail);

addEventListener("hashchange", () => page.followAddress());
addEventListener("storage", ({ key }) => page.otherTabWrote(key));
addEventListener("online", () => page.send({ type: "online", now: clock.now() }));
// A device that slept, or a tab that was throttled, has missed ticks.
document.addEventListener("visibilitychange", () => page.tick());
addEventListener("beforeunload", (event) => {
  if (!page.opened()) return;
  event.preventDefault();
  // Older browsers ask only for this.
  event.returnValue = true;
});
addEventListener("pagehide", () => {
  page.leave();
  announcer.textContent = "";
});
addEventListener("pageshow", (event) => {
  if (event.persisted) page.comeBack();
});

page.start();
speakOfOpened = chooseLanguage(top, browserStore(window), () => {
  showFoot(foot, company);
  announcer.textContent = "";
  renderer.sayAnew();
});
