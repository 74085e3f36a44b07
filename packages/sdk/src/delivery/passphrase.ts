import {
  normalisePassphrase,
  type PassphraseWeakness,
  ProtocolError,
  passphraseWeakness,
  SHORTEST_PASSPHRASE,
} from "@secret-handoff/protocol";
import { SenderError } from "../sender-error.ts";

const WEAK: Readonly<Record<PassphraseWeakness, string>> = {
  too_short: `it has fewer than ${SHORTEST_PASSPHRASE} characters`,
  digits_only: "it has digits only",
};

/**
 * Refuses a passphrase that can be guessed.
 * @throws SenderError `passphrase`
 */
export function checkPassphrase(passphrase: string): void {
  const weakness = passphraseWeakness(normalised(passphrase));
  if (weakness === undefined) return;
  throw new SenderError(
    "passphrase",
    `The passphrase is too weak: ${WEAK[weakness]}. Use four or more random words.`,
  );
}

function normalised(passphrase: string): string {
  try {
    return normalisePassphrase(passphrase);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw new SenderError("passphrase", `The passphrase cannot be used: ${cause.message}.`, { cause });
  }
}
