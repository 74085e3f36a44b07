import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { encodeBase64url } from "@secret-handoff/protocol";

export const hex = bytesToHex;
export const unhex = hexToBytes;
export const utf8 = utf8ToBytes;
export const base64url = encodeBase64url;

/** Bytes that stand for random ones: the same for the same name, at most 32. */
export function fixed(name: string, length: number): Uint8Array {
  return sha256(utf8(name)).slice(0, length);
}

/** The id that belongs to a link secret; also for flags that the protocol forbids. */
export function idOf(flags: number, linkSecret: Uint8Array): string {
  const prk = extract(sha256, linkSecret, concatBytes(utf8("secret-handoff/v1"), Uint8Array.of(flags)));
  const linkVerifier = sha256(expand(sha256, prk, utf8("link token"), 32));
  return base64url(sha256(concatBytes(utf8("secret-handoff/v1 id"), linkVerifier)).slice(0, 16));
}

export const ORIGIN = "https://handoff.example.com";
export const LINK_SECRET = fixed("a link secret", 32);
export const OTHER_SECRET = fixed("another link secret", 32);
/** Of a link with flags 0. */
export const ID = idOf(0, LINK_SECRET);
export const OTHER_ID = idOf(0, OTHER_SECRET);
export const EMAIL = "ana@vendor.example";
export const PASSPHRASE = "correct horse battery staple";
/** 2027-01-15 08:00 UTC. */
export const EXPIRES_AT = 1_800_000_000;
export const CLASS = "third-party-service";
