/** Senders refuse a passphrase of fewer characters (Unicode code points, once normalised). */
export const SHORTEST_PASSPHRASE = 12;

/** Why a passphrase could be guessed. */
export type PassphraseWeakness = "too_short" | "digits_only";

/**
 * What makes a passphrase one that no sender may use, and that no reader therefore needs to try.
 * @param normalised what `normalisePassphrase` returned
 * @returns undefined when it will do
 */
export function passphraseWeakness(normalised: string): PassphraseWeakness | undefined {
  if ([...normalised].length < SHORTEST_PASSPHRASE) return "too_short";
  return /^[\p{Nd} ]+$/u.test(normalised) ? "digits_only" : undefined;
}
