import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { normaliseEmail } from "./answers.ts";
import { utf8 } from "./framing.ts";

/** A type of its own, so that ids, tokens and verifiers cannot be swapped. The key exists in types only; declarations can name it. */
type Branded<Base, Name extends string> = Base & { readonly "~brand": Name };

/** base64url of 16 bytes derived from the link verifier: 22 characters. */
export type HandoffId = Branded<string, "HandoffId">;
/** 32 random bytes, in the link's fragment only. Everything is derived from them. */
export type LinkSecret = Branded<Uint8Array, "LinkSecret">;
/** 32 bytes: who holds the link. */
export type LinkToken = Branded<Uint8Array, "LinkToken">;
/** 32 bytes: who holds the link and knows the answers. */
export type ClaimToken = Branded<Uint8Array, "ClaimToken">;
/** 32 random bytes inside the envelope: who has decrypted it. */
export type Receipt = Branded<Uint8Array, "Receipt">;
/** 16 random bytes that bind a claim to one browser. */
export type ClaimId = Branded<Uint8Array, "ClaimId">;
/** SHA-256 of a token, or HMAC of an address: all that the server keeps. 32 bytes. */
export type Verifier = Branded<Uint8Array, "Verifier">;

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
