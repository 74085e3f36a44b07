import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64 } from "@scure/base";
import type { Seal } from "../api/seals.ts";
import { decodeBase64url, encodeBase64url } from "../encoding.ts";
import { canonicalBytes } from "./canonical-json.ts";
import { HASH_LENGTH } from "./merkle.ts";

/** What the first seal names as the seal before. */
export const NO_PREVIOUS_SEAL = encodeBase64url(new Uint8Array(HASH_LENGTH));

/** The algorithm of every seal: ECDSA on P-256 with SHA-256, under KMS's name. */
export const SEAL_ALGORITHM = "ECDSA_SHA_256";

/** The bytes that a seal's signature is over: the canonical JSON of the seal without it. */
export function signedBytes(seal: Omit<Seal, "signature"> & { readonly signature?: string }): Uint8Array {
  const { signature: _, ...statement } = seal;
  return canonicalBytes(statement);
}

/** What the next day's seal names as `previous`: SHA-256 of this seal's canonical JSON, signature included. */
export function sealHash(seal: Seal): string {
  return encodeBase64url(sha256(canonicalBytes(seal)));
}

/** A key that seals were signed with: an uncompressed point on P-256, 65 bytes. */
export type SealKey = Uint8Array & { readonly __brand?: "SealKey" };

/** What comes before the point in a SubjectPublicKeyInfo of P-256 (RFC 5480). */
const SPKI_P256 = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
const SPKI_LENGTH = 91;

/**
 * Reads the public keys in a text: PEM (`-----BEGIN PUBLIC KEY-----`), one or several, or the base64 that `aws kms get-public-key`
 * answers.
 * @throws TypeError where there is none, or one that is not of P-256
 */
export function readSealKeys(text: string): readonly SealKey[] {
  const blocks = [...text.matchAll(/-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----/g)];
  const encoded = blocks.length > 0 ? blocks.map(([, body = ""]) => body) : [text];
  return encoded.map((body) => sealKeyOf(body.replaceAll(/\s/g, "")));
}

function sealKeyOf(spki: string): SealKey {
  const refused = new TypeError(
    "This is not a public key of P-256. Give the PEM of the key that signs seals, or the base64 that aws kms get-public-key answers.",
  );
  if (!spki.startsWith(SPKI_P256)) throw refused;
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(spki);
    const point = bytes.slice(SPKI_LENGTH - 65);
    if (bytes.length === SPKI_LENGTH && p256.utils.isValidPublicKey(point, false)) return point;
  } catch {
    throw refused;
  }
  throw refused;
}

/** Whether one of the keys made the seal's signature. KMS makes any `s`, so that a high one counts as well. */
export function isSignedBy(seal: Seal, keys: readonly SealKey[]): boolean {
  const message = signedBytes(seal);
  let signature: Uint8Array;
  try {
    signature = decodeBase64url(seal.signature);
  } catch {
    return false;
  }
  return keys.some((key) => {
    try {
      return p256.verify(signature, message, key, { format: "der", lowS: false, prehash: true });
    } catch {
      // Not DER.
      return false;
    }
  });
}
