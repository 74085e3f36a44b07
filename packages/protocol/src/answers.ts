import { toALabels } from "./domain.ts";
import { ProtocolError } from "./errors.ts";
import { isWellFormed } from "./framing.ts";

/** What the recipient types, where the link's flags ask for it. */
export type Answers = {
  readonly passphrase?: string | undefined;
  readonly email?: string | undefined;
};

/** White space (Unicode White_Space) and zero-width characters at the ends: mail programs and chats add both to a copied address. */
const INVISIBLE_ENDS =
  /^[\p{White_Space}\u200b-\u200d\u2060\ufeff]+|[\p{White_Space}\u200b-\u200d\u2060\ufeff]+$/gu;

/**
 * NFKC, trimmed, runs of white space (Unicode White_Space) become one U+0020.
 * @throws ProtocolError `passphrase` when nothing is left or the text is not well-formed Unicode
 */
export function normalisePassphrase(text: string): string {
  const normalised = text
    .normalize("NFKC")
    .replace(/\p{White_Space}+/gu, " ")
    .replace(/^ | $/g, "");
  if (normalised === "") throw new ProtocolError("passphrase", "the passphrase is empty");
  if (!isWellFormed(normalised)) {
    throw new ProtocolError("passphrase", "the passphrase holds half a character (an unpaired surrogate)");
  }
  return normalised;
}

/**
 * NFKC, white space and zero-width characters at the ends trimmed, a domain in its own script turned into A-labels, A-Z lowered.
 * @throws ProtocolError `email` unless what is left is printable ASCII without spaces, with exactly one `@` and something on both sides
 */
export function normaliseEmail(text: string): string {
  const trimmed = text.normalize("NFKC").replace(INVISIBLE_ENDS, "");
  const at = trimmed.lastIndexOf("@");
  const address = `${trimmed.slice(0, at + 1)}${toALabels(trimmed.slice(at + 1)) ?? ""}`;
  if (!/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(address)) {
    throw new ProtocolError("email", "this is not an e-mail address of the form name@domain");
  }
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Senders refuse a passphrase of fewer characters (Unicode code points, once normalised). */
export const SHORTEST_PASSPHRASE = 12;

/** Why a passphrase could be guessed. */
export type PassphraseWeakness = "too_short" | "digits_only";

/**
 * What makes a passphrase one that no sender may use, and that no reader therefore needs to try.
 * @param normalised what {@link normalisePassphrase} returned
 * @returns undefined when it will do
 */
export function passphraseWeakness(normalised: string): PassphraseWeakness | undefined {
  if ([...normalised].length < SHORTEST_PASSPHRASE) return "too_short";
  return /^[\p{Nd} ]+$/u.test(normalised) ? "digits_only" : undefined;
}
