import { expand, extract } from "@noble/hashes/hkdf.js";
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { emailVerifierOf, type Receipt, verifierOf } from "@secret-handoff/protocol";
import { prefixed } from "./forge.ts";
import type { EmailVerifierVector, KeysInput, KeysVector, Schedule, VerifierVector } from "./format.ts";
import {
  base64url,
  EMAIL,
  fixed,
  hex,
  LINK_SECRET,
  OTHER_SECRET,
  PASSPHRASE,
  unhex,
  utf8,
} from "./material.ts";

/**
 * The key schedule with each of its values shown. The answers are given in their normal form here; what people type is under
 * `passphrases` and `emails`.
 */
export async function scheduleOf({ flags, linkSecret, passphrase, email }: KeysInput): Promise<Schedule> {
  const salt = concatBytes(utf8("secret-handoff/v1"), Uint8Array.of(flags));
  const secret = unhex(linkSecret);
  const prk = extract(sha256, secret, salt);
  const linkToken = derive(prk, "link token");
  const linkVerifier = sha256(linkToken);
  const kdfSalt = derive(prk, "passphrase salt");
  const passKey =
    (flags & 1) !== 0
      ? await scryptAsync(utf8(passphrase ?? ""), kdfSalt, { N: 2 ** 17, r: 8, p: 1, dkLen: 32 })
      : new Uint8Array(0);
  const emailBytes = utf8((flags & 2) !== 0 ? (email ?? "") : "");
  const openPrk = extract(sha256, concatBytes(secret, prefixed(passKey), prefixed(emailBytes)), salt);
  return {
    salt: hex(salt),
    prk: hex(prk),
    linkToken: hex(linkToken),
    linkVerifier: hex(linkVerifier),
    id: base64url(sha256(concatBytes(utf8("secret-handoff/v1 id"), linkVerifier)).slice(0, 16)),
    headerKey: hex(derive(prk, "header key")),
    kdfSalt: hex(kdfSalt),
    emailKey: hex(derive(prk, "email key")),
    passKey: hex(passKey),
    emailBytes: hex(emailBytes),
    openPrk: hex(openPrk),
    claimToken: hex(derive(openPrk, "claim token")),
    contentKey: hex(derive(openPrk, "content key")),
    commitment: hex(derive(openPrk, "key commitment")),
  };
}

function derive(prk: Uint8Array, info: string): Uint8Array {
  return expand(sha256, prk, utf8(info), 32);
}

const base = { linkSecret: hex(LINK_SECRET) };
const inputs: readonly (KeysInput & { readonly name: string })[] = [
  { name: "flags 0: the link alone", ...base, flags: 0 },
  { name: "flags 1: a passphrase", ...base, flags: 1, passphrase: PASSPHRASE },
  { name: "flags 2: an address", ...base, flags: 2, email: EMAIL },
  { name: "flags 3: both", ...base, flags: 3, passphrase: PASSPHRASE, email: EMAIL },
  {
    name: "flags 0, answers given all the same: they change nothing",
    ...base,
    flags: 0,
    passphrase: PASSPHRASE,
    email: EMAIL,
  },
  { name: "flags 2, another address", ...base, flags: 2, email: "bob@vendor.example" },
  { name: "flags 0, another link secret", linkSecret: hex(OTHER_SECRET), flags: 0 },
  { name: "flags 0, a link secret of zeros", linkSecret: "00".repeat(32), flags: 0 },
];

const refused: readonly KeysVector[] = [
  { name: "flags 1, no passphrase given", ...base, flags: 1, email: EMAIL, error: "passphrase" },
  { name: "flags 1, a passphrase of white space", ...base, flags: 1, passphrase: " \t", error: "passphrase" },
  { name: "flags 2, no address given", ...base, flags: 2, passphrase: PASSPHRASE, error: "email" },
  { name: "flags 2, an address that is none", ...base, flags: 2, email: "ana", error: "email" },
  { name: "flags 3, only the passphrase given", ...base, flags: 3, passphrase: PASSPHRASE, error: "email" },
];

export async function keysVectors(): Promise<readonly KeysVector[]> {
  const good: KeysVector[] = [];
  for (const input of inputs) good.push({ ...input, result: await scheduleOf(input) });
  return [...good, ...refused];
}

const tokens = {
  "a token": fixed("a token", 32),
  "a receipt of zeros": new Uint8Array(32),
  "a claimId": fixed("a claimId", 16),
};

export const verifierVectors: readonly VerifierVector[] = Object.entries(tokens).map(([name, token]) => ({
  name,
  token: hex(token),
  verifier: hex(verifierOf(token as Receipt)),
}));

const emailKey = fixed("an email key", 32);

export const emailVerifierVectors: readonly EmailVerifierVector[] = [
  ...[EMAIL, "  ANA@Vendor.example\n"].map((email) => ({
    name: email === EMAIL ? "an address" : "the same address, typed otherwise",
    emailKey: hex(emailKey),
    email,
    result: hex(emailVerifierOf(emailKey, email)),
  })),
  { name: "an address that is none", emailKey: hex(emailKey), email: "ana", error: "email" },
];
