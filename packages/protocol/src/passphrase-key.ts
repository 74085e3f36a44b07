import { scryptAsync } from "@noble/hashes/scrypt.js";
import { utf8 } from "./encoding.ts";

/** scrypt (RFC 7914) as protocol v1 fixes it: 128 MiB, about 0.6 s on a laptop core. It belongs to the version byte. */
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, dkLen: 32 } as const;

/**
 * The part of the key schedule that is slow on purpose.
 * @param passphrase normalised
 * @param onProgress called with 0..1 while scrypt runs; it yields at least every 10 ms, so that a page stays responsive
 */
export function derivePassphraseKey(
  passphrase: string,
  salt: Uint8Array,
  onProgress?: (fraction: number) => void,
): Promise<Uint8Array> {
  return scryptAsync(utf8(passphrase), salt, { ...SCRYPT, ...(onProgress ? { onProgress } : {}) });
}
