import { expand, extract } from "@noble/hashes/hkdf.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { type Answers, normaliseEmail, normalisePassphrase } from "./answers.ts";
import { concat, lengthPrefixed, utf8 } from "./encoding.ts";
import { ProtocolError } from "./errors.ts";
import { type Flags, needsEmail, needsPassphrase } from "./states.ts";

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

const KEY_BYTES = 32;
const EMPTY = new Uint8Array(0);

/** A file of its own: only some links need it, and a page fetches it for those. */
const passphraseKey = () => import("./passphrase-key.ts");

/** What the link alone gives. */
type LinkKeys = {
  readonly linkToken: LinkToken;
  readonly headerKey: Uint8Array;
  readonly kdfSalt: Uint8Array;
  readonly emailKey: Uint8Array;
};

/** What the link and the answers give together. */
export type OpenKeys = {
  readonly claimToken: ClaimToken;
  readonly contentKey: Uint8Array;
  readonly commitment: Uint8Array;
};

type LinkMaterial = { readonly flags: Flags; readonly linkSecret: LinkSecret };

/** The part of the key schedule that needs no answers. HKDF-SHA-256, RFC 5869. */
export function deriveLinkKeys({ flags, linkSecret }: LinkMaterial): LinkKeys {
  const prk = extract(sha256, linkSecret, salt(flags));
  return {
    linkToken: derive(prk, "link token") as LinkToken,
    headerKey: derive(prk, "header key"),
    kdfSalt: derive(prk, "passphrase salt"),
    emailKey: derive(prk, "email key"),
  };
}

/**
 * The part of the key schedule that needs the answers the flags ask for.
 * @param onProgress called with 0..1 while scrypt runs; it yields at least every 10 ms, so that a page stays responsive
 * @throws ProtocolError `passphrase` or `email` when an answer is missing or malformed
 */
export async function deriveOpenKeys(
  link: LinkMaterial,
  answers: Answers,
  onProgress?: (fraction: number) => void,
): Promise<OpenKeys> {
  const { flags, linkSecret } = link;
  const email = needsEmail(flags) ? utf8(normaliseEmail(required(answers.email, "email"))) : EMPTY;
  const passKey = needsPassphrase(flags)
    ? await (await passphraseKey()).derivePassphraseKey(
        normalisePassphrase(required(answers.passphrase, "passphrase")),
        deriveLinkKeys(link).kdfSalt,
        onProgress,
      )
    : EMPTY;
  const material = concat(linkSecret, lengthPrefixed(passKey), lengthPrefixed(email));
  const openPrk = extract(sha256, material, salt(flags));
  return {
    claimToken: derive(openPrk, "claim token") as ClaimToken,
    contentKey: derive(openPrk, "content key"),
    commitment: derive(openPrk, "key commitment"),
  };
}

/** Has what {@link deriveOpenKeys} needs for such a link at hand, so that it does not fail for a file that cannot be fetched. */
export async function prepareToDerive(flags: Flags): Promise<void> {
  if (needsPassphrase(flags)) await passphraseKey();
}

function derive(prk: Uint8Array, info: string): Uint8Array {
  return expand(sha256, prk, utf8(info), KEY_BYTES);
}

/** Flags are part of every key: whoever changes them in a link addresses no handoff. */
function salt(flags: Flags): Uint8Array {
  return concat(utf8("secret-handoff/v1"), Uint8Array.of(flags));
}

function required(answer: string | undefined, code: "passphrase" | "email"): string {
  if (answer === undefined) throw new ProtocolError(code, `the ${code} is missing and this link needs it`);
  return answer;
}
