import { normalisePassphrase, ProtocolError } from "@secret-handoff/protocol";
import { SenderError } from "./sender-error.ts";

const SHORTEST = 12;

/**
 * Refuses a passphrase that can be guessed: under 12 characters once normalised, or digits only.
 * @throws SenderError `passphrase`
 */
export function checkPassphrase(passphrase: string): void {
  let normalised: string;
  try {
    normalised = normalisePassphrase(passphrase);
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    throw new SenderError("passphrase", `The passphrase cannot be used: ${error.message}.`);
  }
  if ([...normalised].length < SHORTEST) {
    throw new SenderError(
      "passphrase",
      `The passphrase is too weak: it has fewer than ${SHORTEST} characters. Use four or more random words.`,
    );
  }
  if (/^[\p{Nd} ]+$/u.test(normalised)) {
    throw new SenderError(
      "passphrase",
      "The passphrase is too weak: it has digits only. Use four or more random words.",
    );
  }
}
