import type { Header } from "@secret-handoff/protocol";
import type { ClipboardState } from "./clipboard.ts";
import { REPORT_WORD } from "./flow/ended.ts";
import type { DamagedScreen, EndedScreen, FieldError } from "./flow/screens.ts";
import { asClock, fromNow, inFull } from "./time.ts";

/** Every sentence that the page says, in the order of the screens. Flat, so that a bundler can shorten the names. */

/** A heading and the paragraphs under it. */
export type Message = readonly [heading: string, ...body: string[]];

export const product = "Secret handoff";
export const footer = "End-to-end encrypted. Only your link holds the key.";
/** Stands in the document until the script runs, and where it cannot. */
export const cannotRun: Message = [
  "This page cannot run in this browser",
  "The browser is too old, JavaScript is off, or something changed the page on its way.",
  "Nothing is used up by that. Open the link in another browser or on another device.",
];
export const failed: Message = [
  "Something went wrong on this page",
  "Reload it. A secret that was already opened can be shown again in this browser, for two minutes.",
];

/** Whom to ask, as a part of a sentence: who it says it is from. */
export function senderOf(header: Header | undefined): string {
  return header?.sender?.trim() || "the sender";
}

export const checking: Message = ["Checking your link", "Nothing is opened yet."];
export const unreachable: Message = [
  "The service cannot be reached",
  "Nothing was opened. Check your connection, then try again.",
];
export const tryAgain = "Try again";

export const partMissing = "Part of this link is missing";
export const ofANewerKind = "This link needs a newer page";
export const nothingSent =
  "Nothing was sent or opened. Open the link in the e-mail again, or copy it there and paste it here.";
export const memorySpoiled = "What this browser had stored of this link was damaged, and is deleted.";
export const whyDamaged: Readonly<Record<DamagedScreen["why"], string>> = {
  no_key: "The part after # is missing. It holds the key.",
  damaged: "Some characters are missing or changed, perhaps by an e-mail program.",
  version: "This page is too old for this link. Reload the page.",
  elsewhere: "That link belongs to another service. Open it there.",
  memory: memorySpoiled,
};
export const wholeLink = "The whole link, or only the part after #";
export const openThis = "Open this link";

export const sentYouASecret = (header: Header) => {
  const sender = header.sender?.trim();
  return sender ? `${sender} sent you a secret` : "A secret for you";
};
export const openedHere: Message = [
  "You opened this a moment ago",
  "Only this browser can show it again, until two minutes after you opened it.",
];
export const senderWrites = "Message from the sender";
export const from = "From";
export const until = "Expires";
export const untilWhen = (expiresAt: number, now: number) =>
  `${inFull(expiresAt)}, ${fromNow(Math.max(0, expiresAt - now))}`;
export const email = "Your e-mail address";
export const emailHint = (hint: string | undefined) =>
  `The address the link was sent to${hint ? `: ${hint}` : "."}`;
export const passphrase = "Passphrase";
export const passphraseHint = "You received it separately, not in the e-mail with the link.";
export const showPassphrase = "Show the passphrase";
export const reveal = "Reveal the secret";
export const mailCode = "Send me a code";
export const showAgain = "Show it again";
export const whatReveal = "It opens only once, in this browser. First decide where you will keep it.";
export const whatCode = "Then type the code to open the secret.";
export const triesLeft = (left: number) =>
  left === 1 ? "One try left. After that the secret is destroyed." : `${left} tries left.`;

export const inWebView: Message = [
  "You are inside another app",
  "It may close, or not let you copy or save. Open the link in your usual browser: nothing is used up yet.",
];

export const notExpecting = "Not expecting this?";
export const leaveItClosed = (sender: string) =>
  `Do not open it. Ask ${sender} in another way, by telephone for example. If they did not send it, report it.`;
export const reportThis = "Report this link";
export const notMe = "It wasn't me";

export const opening: Message = [
  "Opening",
  "Your browser fetches the secret and decrypts it. Checking a passphrase takes some seconds.",
];
export const progress = "Progress";

export const typeTheCode: Message = [
  "Type the code from your e-mail",
  "If the address is right, eight digits are on their way. They are valid for ten minutes.",
];
export const codeSending = "Requesting a code.";
export const codeSent = "Code requested. You can request three at most.";
export const notReached = "The service cannot be reached. Try again.";
export const code = "Code";
export const mailAnother = "Send another code";
export const changeAddress = "Change the address";

export const interrupted: Message = [
  "The connection was lost",
  "This page keeps trying. If the secret was opened, this browser can get it again for two minutes.",
];
export const nextTry = (ms: number) => (ms > 0 ? `Next try in ${asClock(ms)}` : "Trying now");
export const tryNow = "Try now";

export const yourSecret: Message = ["Your secret", "Put it where you need it, then press Done."];
export const notTakenYet =
  "Until you have copied or saved all of it, or pressed Done, reloading shows it again, for about two minutes.";
export const marked = "Characters that you cannot see or could mix up are marked.";
export const taken = "The sender can see that you received it. Reloading will not show it again.";
export const endedMeanwhile = "This handoff has ended in the meantime. Ask the sender.";
export const hidesIn = (ms: number) => `Hides in ${asClock(ms)}`;
export const hidesSoon = "The secret will be hidden in one minute.";
export const fiveMore = "Five more minutes";
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
export const unencrypted = "Saved files are not encrypted. Delete them when you no longer need them.";
export const saved = (name: string) => `${name} went to your downloads.`;
const listed = (names: readonly string[], what: string) =>
  names.length > 0 ? `${what}: ${names.join(", ")}.` : "";
export const shellOnly = (names: readonly string[]) =>
  listed(names, "Quoted for a shell; other programs may misread");
export const leftOut = (names: readonly string[]) =>
  listed(names, "Left out, because no environment variable can hold it");
export const moved = (names: readonly string[]) =>
  listed(names, "In the notes, because a spreadsheet would run it as a formula");
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
export const stillHeld = (ms: number) => `This tab keeps it for ${asClock(ms)}, then forgets it.`;

export const forgotten = "This page has forgotten the secret";
export const gone = "This page no longer holds it, and the link cannot be opened again.";
export const stillTelling = "Telling the sender that you received it. Keep this tab open.";
export const leftToDo = "What is left to do";
export const advice = [
  "Delete the e-mail with the link.",
  "Clear your clipboard history.",
  "Delete saved files when you no longer need them.",
];

export const broken = (sender: string): Message => [
  "This cannot be opened",
  "What the service sent does not belong to your link, or was changed.",
  `Tell ${sender} in another way, by telephone for example.`,
];

export const whatReport = (sender: string) =>
  `This destroys the secret, if it is still here, and alerts ${sender}. It cannot be undone.`;
export const typeTheWord = `To confirm, type the word ${REPORT_WORD}`;
export const wrongWord = `Type the word ${REPORT_WORD}, and nothing else.`;
export const reportButton = "Report it";
export const reporting = "Reporting.";
export const goBack = "Go back";

/** @param hint the sealed hint to the right address */
export function fieldError(error: FieldError, hint: string | undefined): string {
  switch (error.field) {
    case "email":
      return {
        malformed: "That is not an e-mail address like name@example.com.",
        not_the_hint: `The link was sent to another address: ${hint}. No try was used up.`,
      }[error.why];
    case "passphrase":
      return {
        malformed: "Type the passphrase.",
        weak: "The passphrase has at least 12 characters, not only digits. No try was used up.",
      }[error.why];
    case "answers":
      return `That did not open it. ${triesLeft(error.attemptsLeft)}`;
    case "device":
      return "This device has too little memory to check the passphrase. Use another.";
    case "code":
      return {
        malformed: "The code has eight digits.",
        wrong: "That code is wrong or too old. Request another.",
      }[error.why];
  }
}

/** @param when the time of the ending in full, where it is known */
export function ending({ state, byMe }: EndedScreen, when: string | undefined, sender: string): Message {
  if (byMe) return ["Reported", `What was still here is destroyed, and ${sender} has been alerted.`];
  const [heading, sentence] = ENDINGS[state](when === undefined ? "" : ` on ${when}`);
  const ask = `Ask ${sender} for a new link.`;
  return isDoubtful(state)
    ? [heading, sentence, "Was it you? If not, report it: somebody else may have the secret.", ask]
    : [heading, sentence, ask];
}

/** After these somebody else may have opened it, or tried to. */
export function isDoubtful(state: EndedScreen["state"]): boolean {
  return ["claimed", "delivered", "unconfirmed", "locked"].includes(state);
}

const ENDINGS: Readonly<Record<EndedScreen["state"], (on: string) => readonly [string, string]>> = {
  finished: () => ["You have received this", gone],
  unknown: () => [
    "There is nothing at this link",
    "It ended more than 30 days ago, or never belonged to this service.",
  ],
  expired: (on) => ["This link has expired", `It ended without being opened${on}. The secret is destroyed.`],
  claimed: (on) => [
    "This link was already opened",
    `It was opened in another browser${on}. A link opens only once.`,
  ],
  delivered: (on) => [
    "This secret was delivered",
    `It was opened and received${on}. A link opens only once.`,
  ],
  unconfirmed: (on) => [
    "This link was already opened",
    `It was opened, and its time ran out${on}. Nobody confirmed receiving the secret.`,
  ],
  revoked: (on) => [
    "The sender has withdrawn this link",
    `It was withdrawn before it was opened${on}. The secret is destroyed.`,
  ],
  superseded: (on) => [
    "A newer link has replaced this one",
    `It was replaced${on}. Look for a newer e-mail.`,
  ],
  locked: (on) => ["This link is locked", `There were too many wrong answers${on}. The secret is destroyed.`],
  reported: (on) => [
    "This link was reported",
    `Somebody who has the link reported it${on}. It cannot be opened any more, and the sender was alerted.`,
  ],
};
