import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { normaliseEmail } from "./answers.ts";
import type { ClaimId, ClaimToken, LinkToken, Receipt, Verifier } from "./brands.ts";
import { utf8 } from "./framing.ts";

/** SHA-256 of what only the link's holder can show: all that the server keeps of it. 32 bytes. */
export function verifierOf(token: LinkToken | ClaimToken | Receipt | ClaimId): Verifier {
  return sha256(token) as Uint8Array as Verifier;
}

/**
 * HMAC-SHA-256(emailKey, normalised address), kept only where a code is mailed.
 * @throws ProtocolError `email`
 */
export function emailVerifierOf(emailKey: Uint8Array, address: string): Verifier {
  return hmac(sha256, emailKey, utf8(normaliseEmail(address))) as Uint8Array as Verifier;
}
