import type { Header } from "../header.ts";
import { REPORT_WORD } from "./ended.ts";
import type { AnswerError, DamagedScreen, EndedScreen } from "./screens.ts";
import { fromNow, inFull, joined, sentence, translated } from "./translation.ts";

/** What recipients read about a link and its handoff, wherever they open it: in the page, or with the command `open`. */

/** A heading and the paragraphs under it. */
export type Message = readonly [heading: string, ...body: string[]];

/** Whom to ask, as a part of a sentence: who it says it is from. */
export function senderOf(header: Header | undefined): string {
  return nameOf(header) || translated("the sender");
}

/**
 * The sender's name as a part of our sentences. It comes sealed, so that no service has looked at it: what would turn the words round it
 * round, paint over them, or push them off the screen is taken out.
 */
function nameOf(header: Header | undefined): string {
  return (header?.sender ?? "")
    .replace(/[\u202a-\u202e\u2066-\u2069]|(\p{M}{4})\p{M}+/gu, "$1")
    .trim()
    .replace(/^(.{100}).+$/su, "$1\u2026");
}

export const unreachable: Message = [
  "The service cannot be reached",
  "Nothing was opened. Check your connection, then try again.",
];
export const partMissing = "Part of this link is missing";
export const ofANewerKind = "This link needs a newer page";
export const nothingSent =
  "Nothing was sent or opened. Open the link in the e-mail again, or copy it there and paste it here.";
export const memorySpoiled = "What this browser had stored about this link was damaged and has been deleted.";
export const whyDamaged: Readonly<Record<DamagedScreen["why"], string>> = {
  no_key: "The part after # is missing. It holds the key.",
  damaged: "Some characters are missing or changed, perhaps by an e-mail program.",
  version: "This page is too old for this link. Reload the page.",
  elsewhere: "That link belongs to another service. Open it there.",
  memory: memorySpoiled,
};
export const sentYouASecret = (header: Header) => {
  const sender = nameOf(header);
  return sender ? sentence`${sender} sent you access details` : "Access details for you";
};
export const senderWrites = "Message from the sender";
export const from = "From";
export const until = "Expires";
export const untilWhen = (expiresAt: number, now: number) =>
  sentence`${inFull(expiresAt)}, ${fromNow(Math.max(0, expiresAt - now))}`;
export const email = "Your e-mail address";
export const emailHint = (hint: string | undefined) =>
  hint
    ? sentence`The link was sent to ${hint}. Only that address opens it.`
    : "The address that the link was sent to. No other one opens it.";
export const passphrase = "Passphrase";
export const passphraseHint = "You received it separately, not in the e-mail with the link.";
export const triesLeft = (left: number) =>
  left === 1
    ? translated("One try left. After that the secret is destroyed.")
    : sentence`${left} tries left.`;

export const notExpecting = "Not expecting this?";
export const leaveItClosed = (sender: string) =>
  sentence`Do not open it. Ask ${sender} in another way, by telephone for example. If they did not send it, report it.`;
export const notReached = "The service cannot be reached. Try again.";
export const endedMeanwhile = "This handoff has ended in the meantime. Ask the sender.";
export const gone = "This page no longer holds the secret, and the link cannot be opened again.";
export const broken = (sender: string): Message => [
  "This cannot be opened",
  "What the service sent does not belong to your link, or was changed.",
  sentence`Tell ${sender} in another way, by telephone for example.`,
];

export const whatReport = (sender: string) =>
  sentence`This destroys the secret, if it is still here, and alerts ${sender}. It cannot be undone.`;
export const typeTheWord = `To confirm, type the word “${REPORT_WORD}”`;
export const wrongWord = `Type the word “${REPORT_WORD}”, and nothing else.`;
/** @param hint the sealed hint to the right address */
export function fieldError(error: AnswerError, hint: string | undefined): string {
  switch (error.field) {
    case "email":
      return {
        malformed: "That is not an e-mail address like name@example.com.",
        not_the_hint: sentence`The link was sent to another address: ${hint ?? ""}. No try was used up.`,
      }[error.why];
    case "passphrase":
      return {
        malformed: "Type the passphrase.",
        weak: "The passphrase has at least 12 characters, not only digits. No try was used up.",
      }[error.why];
    case "answers":
      return error.attemptsLeft === undefined
        ? "That is not right. Check what you typed."
        : joined(translated("That is not right. Check what you typed."), triesLeft(error.attemptsLeft));
    case "device":
      return {
        device: "This device has too little memory to check the passphrase. Use another.",
        unreachable: notReached,
      }[error.why];
  }
}

/** @param when the time of the ending in full, where it is known */
export function ending({ state, byMe }: EndedScreen, when: string | undefined, sender: string): Message {
  if (byMe)
    return [
      "Reported",
      sentence`What was still here is destroyed, and ${sender} has been alerted. You need not do anything else.`,
    ];
  const [heading, what] = ENDINGS[state](when === undefined ? "" : sentence` on ${when}`);
  const ask = sentence`If you still need it, ask ${sender} for a new link.`;
  if (!isDoubtful(state)) return [heading, what, ask];
  // Of a locked link nobody has got the secret.
  const doubt =
    state === "locked"
      ? "Was it you? If not, report it: somebody else may have the link."
      : "Was it you? If not, report it: somebody else may have the secret.";
  return [heading, what, ask, doubt];
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
  expired: (on) => [
    "This link has expired",
    sentence`It ended${on} without being opened. The secret is destroyed.`,
  ],
  claimed: (on) => [
    "This link was already opened",
    sentence`It was opened in another browser${on}. A link opens only once.`,
  ],
  delivered: (on) => [
    "This secret was already received",
    sentence`It was opened and received${on}. A link opens only once.`,
  ],
  unconfirmed: (on) => [
    "This link was already opened",
    sentence`It was opened, and its time ran out${on}. Nobody confirmed receiving the secret.`,
  ],
  revoked: (on) => [
    "The sender has withdrawn this link",
    sentence`It was withdrawn${on} before it was opened. The secret is destroyed.`,
  ],
  superseded: (on) => [
    "A newer link has replaced this one",
    sentence`It was replaced${on}. Look for a newer e-mail.`,
  ],
  locked: (on) => [
    "This link is locked",
    sentence`There were too many wrong answers${on}. The secret is destroyed.`,
  ],
  reported: (on) => [
    "This link was reported",
    sentence`Somebody who has the link reported it${on}. It cannot be opened any more, and the sender was alerted.`,
  ],
};
