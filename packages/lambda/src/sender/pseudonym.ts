import { createHmac } from "node:crypto";

/** Gives the name under which an address appears in the trail: an HMAC, whose key's destruction erases it. */
export type Pseudonymise = (normalisedAddress: string) => Promise<string>;

/** Pseudonyms under a key held in memory: for the local stack. */
export function localPseudonyms(key: Uint8Array): Pseudonymise {
  return async (address) => createHmac("sha256", key).update(address).digest("base64url");
}
