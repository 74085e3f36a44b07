import { ProtocolError } from "./errors.ts";
import { isWellFormed } from "./framing.ts";

/** What the recipient types, where the link's flags ask for it. */
export type Answers = {
  readonly passphrase?: string | undefined;
  readonly email?: string | undefined;
};

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
 * NFKC, ASCII white space trimmed, A-Z lowered.
 * @throws ProtocolError `email` unless what is left is printable ASCII without spaces, with exactly one `@` and something on
 * both sides (an internationalised domain must be given as A-labels, RFC 5890)
 */
export function normaliseEmail(text: string): string {
  const normalised = text.normalize("NFKC").replace(/^[\t\n\v\f\r ]+|[\t\n\v\f\r ]+$/g, "");
  if (!/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(normalised)) {
    throw new ProtocolError("email", "this is not an e-mail address of the form name@domain in plain ASCII");
  }
  return normalised.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
