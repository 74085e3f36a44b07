import type { Ended, Header } from "@secret-handoff/protocol";
import type { ClipboardState } from "./clipboard.ts";
import { REPORT_WORD } from "./flow/report.ts";
import type { Complaint, Damaged, EndedScreen } from "./flow/screens.ts";
import { asClock, fromNow, inFull } from "./times.ts";

/** Every sentence that the page says, in the order of the screens. Flat, so that a bundler can shorten the names. */

/** A heading and the paragraphs under it. */
export type Story = readonly [heading: string, ...body: string[]];

export const product = "Secret handoff";
export const footer = "Decrypted in this browser. The service never sees the key.";
export const noScript: Story = [
  "This page needs JavaScript",
  "The secret is decrypted in your browser. Turn JavaScript on, or open the link in another browser.",
  "Nothing is used up.",
];

/** Whom to ask, as a part of a sentence: who it says it is from. */
export function senderOf(header: Header | undefined): string {
  return header?.sender?.trim() || "the sender";
}

export const checking: Story = ["Looking at your link", "Nothing is opened yet."];
export const unreachable: Story = [
  "The service cannot be reached",
  "Your link is not used up. Check your connection.",
];
export const tryAgain = "Try again";

export const sendsYouASecret = (header: Header) => {
  const sender = header.sender?.trim();
  return sender ? `${sender} sends you a secret` : "A secret for you";
};
export const openedHere: Story = [
  "You opened this a moment ago",
  "This browser can show it again until two minutes after that. No other can.",
];
export const senderWrites = "The sender writes";
export const about = "What it is";
export const from = "From";
export const until = "Until";
export const untilWhen = (expiresAt: number, now: number) =>
  `${inFull(expiresAt)}, ${fromNow(Math.max(0, expiresAt - now))}`;
export const protection = "Protection";
export const endToEnd = "End-to-end encrypted; the key is in your link only.";
export const opensForAddress = "Opens for the address that it was sent to.";
export const opensWithCode = "Opens with a code that is mailed there.";
export const opensWithPassphrase = "Opens with a passphrase that you got another way.";
export const email = "Your e-mail address";
export const emailHint = (hint: string | undefined) =>
  `The address that the link was sent to${hint ? `: ${hint}` : "."}`;
export const passphrase = "Passphrase";
export const passphraseHint = "You got it another way, not in the mail with the link.";
export const showPassphrase = "Show the passphrase";
export const reveal = "Reveal the secret";
export const mailCode = "Mail me a code";
export const showAgain = "Show it again";
export const whatReveal = "It opens once, in this browser only. Have the place ready where you will keep it.";
export const whatCode = "The secret opens once you have typed it.";
export const triesLeft = (left: number) =>
  left === 1 ? "One try is left, then the secret is destroyed." : `${left} tries are left.`;

export const inWebView: Story = [
  "You are inside another app",
  "It may close at any time and not let you copy or save. Open the link in your usual browser: nothing is used up yet.",
];

export const notExpecting = "Not expecting this?";
export const leaveItClosed = (sender: string) =>
  `Leave it closed and ask ${sender}, in a way you already know. If they did not send it, report it.`;
export const reportThis = "Report this link";
export const notMe = "It wasn't me";

export const deriving: Story = [
  "Checking the passphrase",
  "This takes some seconds. It is slow on purpose, against guessing.",
];
export const claiming: Story = ["Opening", "Fetching the ciphertext and decrypting it here."];
export const progress = "Progress";

export const interrupted: Story = [
  "The connection was lost",
  "Nothing is lost: once opened, the secret is kept for this browser for two minutes.",
];
export const nextTry = (ms: number) => (ms > 0 ? `Next try in ${asClock(ms)}` : "Trying now");
export const tryNow = "Try now";

export const typeTheCode: Story = [
  "Type the code from your mail",
  "If the address was right, eight digits are on their way to it, valid for ten minutes.",
];
export const codeSending = "Asking for a code.";
export const codeSent = "A code was asked for. Three are mailed at the most.";
export const codeFailed = "The service cannot be reached.";
export const code = "Code";
export const mailAnother = "Mail another code";
export const changeAddress = "Change the address";

export const yourSecret: Story = ["Your secret", "Put it where it belongs, then press Done."];
export const notTakenYet = (ms: number) =>
  `Until you copy, save or press Done, a reload shows it again: for ${asClock(ms)}.`;
export const taken = "Taken. A reload will not show it again.";
export const takenUntold = "Taken. The service cannot be reached; still trying.";
export const endedMeanwhile = "This handoff was ended meanwhile. Ask the sender.";
export const coveredIn = (ms: number) => `Covered in ${asClock(ms)}`;
export const coveredSoon = "The secret will be covered in one minute.";
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
export const unencrypted = "A saved file is not encrypted. Delete it once it has served.";
export const saved = (name: string) => `${name} went to your downloads.`;
export const shellOnly = (names: readonly string[]) =>
  ` Quoted for sh; other readers may get them wrong: ${names.join(", ")}.`;
export const leftOut = (names: readonly string[]) =>
  ` Left out, as no environment holds them: ${names.join(", ")}.`;
export const done = "Done";

export const space = "space";
export const digit = "digit";
export const capital = "capital";
export const small = "small";
export const sign = "sign";

export const covered = "The secret is covered";
export const stillHeld = (ms: number) => `This tab holds it for ${asClock(ms)}, then forgets it.`;

export const forgotten = "The secret was forgotten";
export const gone = "This page no longer holds it, and the link is used up.";
export const senderKnows = "The sender can see that it was taken.";
export const stillTelling = "Telling the service. Keep this tab open.";
export const leftToDo = "What is left to do";
export const advice = [
  "Delete the mail with the link.",
  "Clear your clipboard history.",
  "Delete saved files once they have served.",
  "Change the value at first use, if you can.",
];

export function clipboard(state: ClipboardState, now: number): string {
  switch (state.kind) {
    case "untouched":
      return "";
    case "holds":
      return `Clipboard: emptied in ${asClock(state.clearAt - now)}, if this page is in front then.`;
    case "waits":
      return "Clipboard: emptied when you come back to this page.";
    case "cleared":
      return "Clipboard: emptied. A clipboard history may still hold it.";
    case "stays":
      return "Clipboard: this browser does not let the page empty it. Copy something else.";
    case "closed":
      return "Clipboard: this browser does not let the page copy. Copy by hand.";
  }
}

export const broken = (sender: string): Story => [
  "This cannot be opened",
  "What the service gave does not belong to your link, or was changed.",
  `Tell ${sender}, in a way you already know.`,
];

export const notWhole = "This link is not whole";
export const ofANewerKind = "This link needs a newer page";
export const nothingSent =
  "Nothing was sent, and nothing is used up. Open the link from the mail again, or copy it there and paste it here.";
export const whyDamaged: Readonly<Record<Damaged["why"], string>> = {
  no_key: "The part after # is missing. It is the key.",
  damaged: "A part is missing or was changed, perhaps by a mail program.",
  version: "It is of a newer kind than this page reads. Reload the page.",
  elsewhere: "It belongs to another service. Open it there.",
};
export const wholeLink = "The whole link, or only the part after #";
export const openThis = "Open this link";

export const reportHeading = "Report this link";
export const reportOpen = (sender: string) =>
  `This destroys the secret and alerts ${sender}. It cannot be undone.`;
export const reportTaken = (sender: string) =>
  `This alerts ${sender} that somebody else may have the secret. It cannot be undone.`;
export const typeTheWord = `To confirm, type the word ${REPORT_WORD}`;
export const wrongWord = `Type the word ${REPORT_WORD}, and nothing else.`;
export const notReported = "The service cannot be reached. Try again.";
export const reportButton = "Report it";
export const reporting = "Reporting.";
export const goBack = "Go back";

/** @param hint the sealed hint to the right address */
export function complain(complaint: Complaint, hint: string | undefined): string {
  switch (complaint.about) {
    case "email":
      return {
        empty: "Type your e-mail address.",
        malformed: "That is not an e-mail address like name@example.com.",
        not_the_hint: `The link was sent to another address: ${hint}. No try was used up.`,
      }[complaint.why];
    case "passphrase":
      return {
        empty: "Type the passphrase.",
        malformed: "That holds a broken character. Type it again.",
        too_short: "The passphrase has at least 12 characters. No try was used up.",
        digits_only: "The passphrase is not digits only. No try was used up.",
      }[complaint.why];
    case "answers":
      return `That did not open it. ${triesLeft(complaint.attemptsLeft)}`;
    case "device":
      return "This device lacks the memory to check the passphrase. Use another.";
    case "code":
      return {
        malformed: "The code has eight digits.",
        wrong: "That code is wrong or too old. Have another mailed.",
      }[complaint.why];
  }
}

/** @param when the time of the ending in full, where it is known */
export function ending({ state, byMe }: EndedScreen, when: string | undefined, sender: string): Story {
  if (byMe) return ["Reported", `What was still here is destroyed, and ${sender} has been alerted.`];
  return ENDINGS[state](when === undefined ? "" : ` on ${when}`, `Ask ${sender} for a new link.`);
}

const WAS_IT_YOU = "Was it you? If not, say so: somebody else may have the secret.";

const ENDINGS: Readonly<Record<Ended | "unknown" | "finished", (on: string, ask: string) => Story>> = {
  finished: (_, ask) => ["You have taken this", gone, ask],
  unknown: (_, ask) => [
    "There is nothing at this link",
    "It ended more than 30 days ago, or never belonged to this service.",
    ask,
  ],
  expired: (on, ask) => ["This link has expired", `It ended unread${on}, and the secret is destroyed.`, ask],
  claimed: (on, ask) => [
    "This link was opened already",
    `It was opened in another browser${on}. A link opens once.`,
    WAS_IT_YOU,
    ask,
  ],
  delivered: (on, ask) => [
    "This secret was delivered",
    `It was opened and taken${on}. A link opens once.`,
    WAS_IT_YOU,
    ask,
  ],
  unconfirmed: (on, ask) => [
    "This link was opened already",
    `It was opened, and its time to be read ended${on}. Nobody confirmed having taken the secret.`,
    WAS_IT_YOU,
    ask,
  ],
  revoked: (on, ask) => [
    "The sender has withdrawn this link",
    `It was withdrawn unread${on}, and the secret is destroyed.`,
    ask,
  ],
  superseded: (on, ask) => [
    "A newer link has taken its place",
    `That was${on || " before you opened it"}. Look for a later mail.`,
    ask,
  ],
  locked: (on, ask) => [
    "This link is locked",
    `There were too many wrong answers; the last was${on || " just now"}. The secret is destroyed.`,
    "Were the answers not yours? Say so.",
    ask,
  ],
  reported: (on, ask) => [
    "This link was reported",
    `Somebody who holds it reported it${on}. What was still here is destroyed, and the sender was alerted.`,
    ask,
  ],
};
