import { asClock, sentence, translated } from "@secret-handoff/protocol/recipient";
import type { Message } from "@secret-handoff/protocol/recipient/wording";

export * from "@secret-handoff/protocol/recipient/wording";

/** Every sentence that only the page says, in the order of the screens. Flat, so that a bundler can shorten the names. */

export const product = "Secret handoff";
export const footer = "End-to-end encrypted. Only your link holds the key.";
export const privacy = "Privacy";
export const imprint = "Imprint";
/** Beside the choice of languages, for screen readers. */
export const language = "Language";
export const languageFailed = "This language could not be loaded. Choose it again.";
/** Stands in the document until the script runs, and where it cannot. */
export const cannotRun: Message = [
  "This page cannot run in this browser",
  "The browser is too old, JavaScript is off, or something changed the page on its way.",
  "Nothing is used up by that. Open the link in another browser or on another device.",
];
export const failed: Message = [
  "Something went wrong on this page",
  "Reload it. If the secret was already opened, this browser can show it again for two minutes.",
];

export const checking: Message = ["Checking your link", "Nothing is opened yet."];
export const tryAgain = "Try again";

export const wholeLink = "The whole link, or only the part after #";
export const openThis = "Open this link";

export const openedHere: Message = [
  "You opened this a moment ago",
  "Only this browser can show it again, until two minutes after you opened it.",
];
export const showPassphrase = "Show the passphrase";
export const reveal = "Reveal";
export const mailCode = "Send me a code";
export const showAgain = "Show it again";
export const whatReveal = "It opens only once, in this browser. First decide where you will keep it.";
export const whatCode = "Then type the code to open the secret.";
export const inWebView: Message = [
  "You are inside another app",
  "It may close, or not let you copy or save. Open the link in your usual browser: nothing is used up yet.",
];

export const senderSays = "The sender says";
export const reportThis = "Report this link";
export const notMe = "It wasn't me";

export const opening: Message = ["Opening", "Your browser fetches the secret and decrypts it."];
export const checkingPassphrase = "Checking a passphrase takes some seconds.";
export const progress = "Progress";

export const interrupted: Message = [
  "The connection was lost",
  "This page keeps trying. If the secret was opened, this browser can get it again for two minutes.",
];
export const nextTry = (ms: number) =>
  ms > 0 ? sentence`Next try in ${asClock(ms)}` : translated("Trying now");
export const tryNow = "Try now";

export const reportButton = "Report it";
export const reporting = "Reporting.";
export const goBack = "Go back";
