import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { encodeBase64url, type HandoffId, idFromBytes, type LinkSecret } from "@secret-handoff/protocol";

export const hex = bytesToHex;
export const unhex = hexToBytes;
export const utf8 = utf8ToBytes;
export const base64url = encodeBase64url;

/** Bytes that stand for random ones: the same for the same name, at most 32. */
export function fixed(name: string, length: number): Uint8Array {
  return sha256(utf8(name)).slice(0, length);
}

export const ORIGIN = "https://handoff.example.com";
export const ID: HandoffId = idFromBytes(fixed("an id", 16));
export const OTHER_ID: HandoffId = idFromBytes(fixed("another id", 16));
export const LINK_SECRET = fixed("a link secret", 32) as LinkSecret;
export const EMAIL = "ana@vendor.example";
export const PASSPHRASE = "correct horse battery staple";
/** 2027-01-15 08:00 UTC. */
export const EXPIRES_AT = 1_800_000_000;
export const CLASS = "third-party-service";
