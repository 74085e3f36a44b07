import { asClock, sentence, translated } from "@secret-handoff/protocol/recipient";
import type { Message } from "@secret-handoff/protocol/recipient/wording";
import type { ClipboardState } from "./clipboard.ts";

export * from "@secret-handoff/protocol/recipient/wording";

/** Every sentence that only the page says, in the order of the screens. Flat, so that a bundler can shorten the names. */

export const product = "Secret handoff";
export const footer = "End-to-end encrypted. Only your link holds the key.";
/** Stands in the document until the script runs, and where it cannot. */
/** Beside the choice of languages, for screen readers. */
export const language = "Language";
export const cannotRun: Message = [
  "This page cannot run in this browser",
  "The browser is too old, JavaScript is off, or something changed the page on its way.",
  "Nothing is used up by that. Open the link in another browser or on another device.",
];
export const failed: Message = [
  "Something went wrong on this page",
  "Reload it. A secret that was already opened can be shown again in this browser, for two minutes.",
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
export const reveal = "Reveal the secret";
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

export const opening: Message = [
  "Opening",
  "Your browser fetches the secret and decrypts it. Checking a passphrase takes some seconds.",
];
export const progress = "Progress";

export const mailAnother = "Send another code";
export const changeAddress = "Change the address";

export const interrupted: Message = [
  "The connection was lost",
  "This page keeps trying. If the secret was opened, this browser can get it again for two minutes.",
];
export const nextTry = (ms: number) =>
  ms > 0 ? sentence`Next try in ${asClock(ms)}` : translated("Trying now");
export const tryNow = "Try now";

export const yourSecret: Message = ["Your secret", "Put it where you need it, then press Done."];
export const notTakenYet =
  "Until you have copied or saved all of it, or pressed Done, reloading shows it again, for about two minutes.";
export const marked = "Characters that you cannot see or could mix up are marked.";
export const taken = "The sender can see that you received it. Reloading will not show it again.";
export const hidesIn = (ms: number) => sentence`Hides in ${asClock(ms)}`;
export const hidesSoon = "The secret will be hidden in one minute.";
export const fiveMore = "Five more minutes";
export const bytes = (count: number) => sentence`${count} bytes`;
export const hidden = "hidden";
export const empty = "empty";
export const show = "Show";
export const hide = "Hide";
export const spell = "Spell out";
export const copy = "Copy";
export const copied = "Copied";
export const showAll = "Show all";
export const hideAll = "Hide all";
export const copyAll = "Copy all";
export const download = "Download";
export const saveAs = "Save as";
export const formatEnv = ".env";
export const formatJson = "JSON";
export const format1Password = "CSV for 1Password";
export const formatBitwarden = "CSV for Bitwarden";
export const saved = (name: string) => sentence`${name} went to your downloads.`;
export const done = "Done";

export const space = "space";
export const digit = "digit";
export const capital = "capital";
export const small = "small";
export const sign = "sign";

export function clipboard(state: ClipboardState): string {
  switch (state.kind) {
    case "untouched":
      return "";
    case "holds":
      return "Copied. The clipboard is cleared after one minute, unless you leave this page.";
    case "unsure":
      return "The clipboard may still hold the secret. Copy something else when you are done.";
    case "cleared":
      return "Clipboard cleared. A clipboard history may still hold the secret.";
    case "closed":
      return "This browser does not let the page copy. Copy what is selected by hand.";
  }
}

export const clearClipboard = "Clear the clipboard";

export const hiddenHeading = "The secret is hidden";
export const stillHeld = (ms: number) => sentence`This tab keeps it for ${asClock(ms)}, then forgets it.`;

export const forgotten = "This page has forgotten the secret";
export const stillTelling = "Telling the sender that you received it. Keep this tab open.";
export const leftToDo = "What is left to do";
export const advice = [
  "Delete the e-mail with the link.",
  "Clear your clipboard history.",
  "Delete saved files when you no longer need them.",
];

export const reportButton = "Report it";
export const reporting = "Reporting.";
export const goBack = "Go back";
