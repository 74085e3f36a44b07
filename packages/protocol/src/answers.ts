import { isWellFormed } from "./encoding.ts";
import { ProtocolError } from "./errors.ts";

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
  const address = trimmed.slice(0, at + 1) + toALabels(trimmed.slice(at + 1));
  if (!/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(address)) {
    throw new ProtocolError("email", "this is not an e-mail address of the form name@domain");
  }
  return address.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/**
 * A domain's A-labels by the URL parser, which Node and browsers have alike: UTS 46 without transitional processing, as
 * https://url.spec.whatwg.org/#concept-domain-to-ascii. Letters are lowered before, because its versions differ in the capital sharp s.
 * @returns an ASCII domain as it is, for the parser would read numbers as an IPv4 address; empty for what is no domain
 */
function toALabels(domain: string): string {
  if (/^\p{ASCII}*$/u.test(domain)) return domain;
  // The parser drops control characters, and takes the rest for port, path or user name.
  if (/[\p{Cc} "#%/:<>?@[\\\]^`{|}]/u.test(domain)) return "";
  const lowered = [...domain].map((letter) => letter.toLowerCase()).join("");
  try {
    const name = hostOf(lowered);
    if (/^[\d.]*$/.test(name)) return "";
    // Chromium before 110 writes ss for a sharp s, and so on: no answer is better than one that can only be wrong.
    return /[\xdf\u03c2\u200c\u200d]/.test(lowered) && hostOf("\xdf") === "ss" ? "" : name;
  } catch {
    return "";
  }
}

function hostOf(domain: string): string {
  return new URL(`https://${domain}`).hostname;
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
