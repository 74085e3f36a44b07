import type { Ended, Header } from "@secret-handoff/protocol";
import type { ClipboardState } from "./clipboard.ts";
import { REPORT_WORD } from "./flow/report.ts";
import type { Complaint, Damaged, EndedScreen } from "./flow/screens.ts";
import { asClock, inFull, lengthInWords } from "./times.ts";

/** Every sentence that the page says. */

type Story = { readonly heading: string; readonly body: readonly string[] };

/** Whom to ask, as a part of a sentence: who it says it is from. */
export function senderOf(header: Header | undefined): string {
  const sender = header?.sender?.trim();
  return sender ? sender : "whoever sent you the link";
}

export const WORDS = {
  product: "Secret handoff",
  footer: "Decrypted in this browser. The service stores ciphertext, and never sees the key or the secret.",
  noScript: {
    heading: "This page needs JavaScript",
    body: [
      "The secret is decrypted in your browser, and that takes JavaScript. Turn it on for this page and reload, or open the link in another browser.",
      "Nothing has been used up: the link still opens once.",
    ],
  },

  checking: { heading: "Looking at your link", body: ["Nothing is opened yet."] },

  ready: {
    heading: (header: Header) =>
      header.sender?.trim() ? `${header.sender.trim()} sends you a secret` : "A secret is waiting for you",
    resumes: "You opened this in this browser a moment ago",
    resumesBody:
      "It can be shown again here until two minutes after it was opened. Other browsers cannot open it.",
    about: "What it is",
    from: "From",
    until: "Until",
    protection: "Protection",
    untilText: (expiresAt: number, now: number) =>
      `${inFull(expiresAt)}, ${lengthInWords(Math.max(0, expiresAt - now))} from now`,
    protected: "End-to-end encrypted. The key is in your link only.",
    checks: {
      email: "Opens for the address that it was sent to.",
      code: "A code is mailed to that address first.",
      passphrase: "Opens with a passphrase that you got another way.",
    },
    said: "The sender writes",
    email: "Your e-mail address",
    emailHint: (hint: string | undefined) =>
      hint ? `The address that the link was sent to: ${hint}` : "The address that the link was sent to.",
    passphrase: "Passphrase",
    passphraseHint:
      "You got it by phone, chat or in person, never by the same mail. Capitals matter, extra spaces do not.",
    showPassphrase: "Show the passphrase",
    attempts: triesLeft,
    button: "Reveal the secret",
    buttonCode: "Mail me a code",
    buttonAgain: "Show it again",
    what: "It opens once, and from then on in this browser only. Have the place ready where you will keep it.",
    whatCode: "A code of eight digits goes to your address. The secret opens after you have typed it.",
  },

  webView: (app: string) => ({
    heading: app === "" ? "You are inside another app" : `You are inside the ${app} app`,
    body: "Its built-in browser may close without warning and may not let you copy or save. Open the link in your usual browser first: use the app's menu, or copy the link from the mail. Nothing is used up until you press Reveal.",
  }),

  opening: {
    deriving: {
      heading: "Checking the passphrase",
      body: [
        "This takes a few seconds, longer on a phone. It is slow on purpose: that is what makes guessing expensive.",
      ],
    },
    mailing: { heading: "Mailing you a code", body: [] },
    claiming: { heading: "Opening", body: ["Fetching the ciphertext and decrypting it here."] },
    progress: "Progress",
  },

  interrupted: {
    heading: "The connection was lost",
    body: [
      "Nothing is lost. The secret is kept for this browser for two minutes from the moment it was opened, and this page goes on trying.",
    ],
    next: (ms: number) => (ms > 0 ? `Next try in ${asClock(ms)}.` : "Trying now."),
    button: "Try now",
  },

  unreachable: {
    heading: "The service cannot be reached",
    body: ["Your link has not been used. Check your connection and try again."],
    button: "Try again",
  },

  code: {
    heading: "Type the code from your mail",
    body: "If the address was the right one, a code of eight digits is on its way to it. It is valid for ten minutes.",
    sending: "Mailing the code.",
    sent: "The code was asked for.",
    failed: "The code could not be asked for. Check your connection and send it again.",
    label: "Code",
    button: "Reveal the secret",
    again: "Mail another code",
    back: "Change the address",
  },

  opened: {
    heading: "Your secret",
    intro: "Put it where it belongs now, then press Done.",
    lease: (ms: number) =>
      `Not taken over yet: a reload shows it again for ${asClock(ms)}. Copying, saving or Done takes it over.`,
    known: "Taken over. It is on this page only: a reload will not bring it back.",
    retrying: "Taken over. The service has not heard of it yet; the page goes on telling it.",
    refused:
      "This handoff was ended in the meantime, perhaps by a report. Ask the sender whether to use the value.",
    hides: (ms: number) => `Covered in ${asClock(ms)}`,
    hidesSoon: "The secret is covered in one minute.",
    longer: "Five more minutes",
    hidden: "hidden",
    show: "Show",
    hide: "Hide",
    copy: "Copy",
    copied: "Copied",
    spell: "Spell out",
    unspell: "Stop spelling",
    showAll: "Show all",
    hideAll: "Hide all",
    copyAll: "Copy all",
    nothingCopied: "This browser does not let the page copy. Show the value, select it and copy it by hand.",
    empty: "empty",
    files: "Files",
    download: "Download",
    saveAs: "Save as",
    saveWarning: "A saved file is not encrypted. Delete it once its content is where it belongs.",
    formats: {
      env: ".env",
      json: "JSON",
      onePassword: "CSV for 1Password",
      bitwarden: "CSV for Bitwarden",
    },
    saved: (name: string) => `${name} was handed to your browser's downloads.`,
    savedWith: (notes: readonly string[]) => notes.join(" "),
    shellOnly: (names: readonly string[]) =>
      `Quoted for sh, and perhaps read wrongly by other programs: ${names.join(", ")}. The file says so at each.`,
    leftOut: (names: readonly string[]) => `Left out, for no environment can hold them: ${names.join(", ")}.`,
    button: "Done",
    print: "Printed from a secret handoff. Destroy this sheet when you no longer need it.",
  },

  spelled: {
    space: "space",
    digit: "digit",
    capital: "capital",
    small: "small",
    other: "sign",
  },

  hiddenScreen: {
    heading: "The secret is covered",
    body: (ms: number) => `This tab still holds it, for ${asClock(ms)}. Then it is forgotten for good.`,
    button: "Show it again",
  },

  done: {
    heading: "Done",
    forgotten: "The secret was forgotten",
    gone: "This page no longer holds the secret, and the link is used up.",
    known: "The sender can see that it was taken over.",
    sending: "Telling the service that it was taken over. Keep this tab open for a moment.",
    refused:
      "The service says that this handoff was ended in the meantime. Ask the sender whether to use the value.",
    advice: [
      "Delete the mail with the link; it opens nothing any more.",
      "Clear your clipboard history, if your computer or phone keeps one.",
      "Delete files that you saved, once their content is where it belongs.",
      "Change the value at first use, if you can.",
    ],
    adviceHeading: "What is left to do",
  },

  clipboard(state: ClipboardState, now: number): string {
    switch (state.kind) {
      case "untouched":
        return "";
      case "holds":
        return `Clipboard: emptied in ${asClock(state.clearAt - now)}, if this page has the focus then.`;
      case "waits":
        return "Clipboard: still holds what you copied. It is emptied when you come back to this page.";
      case "cleared":
        return "Clipboard: emptied. A clipboard history may still hold the value.";
      case "stays":
        return "Clipboard: this browser does not let the page empty it. Copy something else when you have pasted the value.";
    }
  },

  broken: (sender: string): Story => ({
    heading: "This cannot be opened",
    body: [
      "The service gave something that does not belong to your link, or that was changed on the way. The page did not use it.",
      `Tell ${sender}, in a way you already know, and ask for a new link.`,
    ],
  }),

  damaged: {
    heading: (why: Damaged["why"]) =>
      why === "version" ? "This link is newer than this page" : "This link is not whole",
    body: {
      no_key: "The part after # is missing. It is the key, and without it nothing can be opened.",
      damaged: "A part of it is missing or was changed, as mail programs and chats sometimes do.",
      version: "Reload the page. If that does not help, ask the sender.",
      elsewhere: "That link belongs to another service. Open it there.",
    } satisfies Record<Damaged["why"], string>,
    unused:
      "Nothing was sent and nothing is used up. Open the link from the mail again, or copy it from there and paste it here.",
    label: "The whole link, or only the part after #",
    button: "Open this link",
    pasted: {
      no_key: "That is a link without its key. Copy the whole of it, to the end.",
      damaged: "That is not a whole link. Copy it again from the mail, from https:// to the end.",
      version: "That link is newer than this page. Reload the page, or ask the sender.",
      elsewhere: "That link belongs to another service. Open it there.",
    } satisfies Record<Damaged["why"], string>,
  },

  reporting: {
    heading: "Report this link",
    intro: (sender: string) =>
      `Reporting destroys the secret if it is still here, and alerts ${sender}. It cannot be undone.`,
    delivered: (sender: string) =>
      `Reporting alerts ${sender} that somebody else may have the secret, so that it can be changed. It cannot be undone.`,
    label: `To confirm, type the word ${REPORT_WORD}`,
    wrongWord: `Type the word ${REPORT_WORD}, without anything else.`,
    unreachable: "The report did not get through. Check your connection and try again.",
    button: "Report and destroy",
    sending: "Reporting.",
    back: "Go back",
  },

  notMe: {
    ready: "Not expecting this?",
    readyBody: (sender: string) =>
      `Leave it closed and ask ${sender}, in a way you already know. If nobody there sent it, report it.`,
    button: "It wasn't me",
    readyButton: "Report this link",
  },

  complaint(complaint: Complaint, hint: string | undefined): string {
    switch (complaint.about) {
      case "email":
        return {
          empty: "Type your e-mail address.",
          malformed: "That is not an e-mail address. It reads like name@example.com.",
          not_the_hint: `The link was not sent to that address but to ${hint}. No try was used up.`,
        }[complaint.why];
      case "passphrase":
        return {
          empty: "Type the passphrase.",
          malformed: "That passphrase holds a broken character. Type it again.",
          too_short: "The passphrase is longer: at least 12 characters. No try was used up.",
          digits_only: "The passphrase is not digits only. No try was used up.",
        }[complaint.why];
      case "answers":
        return `That did not open it. ${triesLeft(complaint.attemptsLeft)}`;
      case "device":
        return "This device did not have the memory to check the passphrase. Close other tabs, or open the link on a computer. No try was used up.";
      case "code":
        return {
          malformed: "The code has eight digits.",
          wrong:
            "That code was not right, or is too old. Look for the newest mail, or have another code mailed.",
        }[complaint.why];
    }
  },

  /** @param when the time of the ending in full, where it is known */
  ending({ state, byMe }: EndedScreen, when: string | undefined, sender: string): Story {
    if (byMe) {
      return {
        heading: "Reported",
        body: [
          "What was still here is destroyed, and the sender has been alerted.",
          `If you know ${sender}, tell them as well, in a way you already know.`,
        ],
      };
    }
    if (state === "finished") {
      return {
        heading: "You have taken this over",
        body: [
          "This page no longer holds the secret, and the link is used up.",
          "If you did not keep the value, ask the sender for a new link.",
        ],
      };
    }
    if (state === "unknown") {
      return {
        heading: "There is nothing at this link",
        body: [
          "It may be older than 30 days, or of another service, or it never was one of ours.",
          `Ask ${sender} for a new link.`,
        ],
      };
    }
    return ENDINGS[state](when === undefined ? "" : ` on ${when}`, sender);
  },
} as const;

function triesLeft(left: number): string {
  return left === 1
    ? "One try is left: after another wrong answer the secret is destroyed."
    : `${left} tries are left.`;
}

const WAS_IT_YOU =
  "Was it you? Then look for the tab in which you opened it. If it was not you, say so: somebody else may have the secret.";

const ENDINGS: Readonly<Record<Ended, (on: string, sender: string) => Story>> = {
  expired: (on, sender) => ({
    heading: "This link has expired",
    body: [`It ended unread${on}, and the secret is destroyed.`, `Ask ${sender} for a new link.`],
  }),
  claimed: (on, sender) => ({
    heading: "This link has been opened already",
    body: [
      `It was opened in another browser${on}. A link opens once.`,
      WAS_IT_YOU,
      `To get the secret again, ask ${sender} for a new link.`,
    ],
  }),
  delivered: (on, sender) => ({
    heading: "The secret has been delivered",
    body: [
      `It was opened and taken over${on}. A link opens once.`,
      "Was it you? Then there is nothing left to do. If it was not you, say so: somebody else may have the secret.",
      `To get the secret again, ask ${sender} for a new link.`,
    ],
  }),
  unconfirmed: (on, sender) => ({
    heading: "This link has been opened already",
    body: [
      `It was opened, and its time to be read ended${on}. Nobody confirmed that the secret was taken over.`,
      "Was it you, and did you lose it? Then ask for a new link. If it was not you, say so: somebody else may have the secret.",
      `To get the secret again, ask ${sender} for a new link.`,
    ],
  }),
  revoked: (on, sender) => ({
    heading: "The sender has withdrawn this link",
    body: [
      `It was withdrawn unread${on}, and the secret is destroyed.`,
      `Ask ${sender} why, or for a new link.`,
    ],
  }),
  superseded: (on, sender) => ({
    heading: "A newer link has taken this one's place",
    body: [
      `That happened${on || " before you opened it"}. Look for a later mail from the same sender.`,
      `If there is none, ask ${sender}.`,
    ],
  }),
  locked: (on, sender) => ({
    heading: "This link is locked",
    body: [
      `There were too many wrong answers; the last was${on || " just now"}. The secret is destroyed.`,
      `Ask ${sender} for a new link. If the answers were not yours, say so.`,
    ],
  }),
  reported: (on, sender) => ({
    heading: "This link was reported",
    body: [
      `Somebody who holds this link reported it${on}. What was still here is destroyed, and the sender was alerted.`,
      `If it was not you, ask ${sender} in a way you already know.`,
    ],
  }),
};
