import { type Answers, normaliseEmail } from "./answers.ts";
import type { Bundle, Item } from "./bundle.ts";
import { type EnvelopeContext, openEnvelope, sealEnvelope } from "./envelope.ts";
import { ProtocolError } from "./errors.ts";
import { emailHintOf, type Header, sealHeader } from "./header.ts";
import {
  deriveLinkKeys,
  deriveOpenKeys,
  emailVerifierOf,
  type LinkSecret,
  type OpenKeys,
  type Receipt,
  type Verifier,
  verifierOf,
} from "./keys.ts";
import { formatLink, handoffIdOf, type LinkParts } from "./link.ts";
import { flagsOf } from "./states.ts";

/** Gives `length` random bytes. Production code uses {@link platformRandom}; tests inject their own. */
export type RandomBytes = (length: number) => Uint8Array;

/** The platform's CSPRNG (Web Crypto), in Node, Lambda and the browser alike. */
export const platformRandom: RandomBytes = (length) => crypto.getRandomValues(new Uint8Array(length));

/** What to seal. */
export type SealInput = Answers & {
  /** The service's origin, without a trailing slash. */
  readonly origin: string;
  readonly class: string;
  /** Unix seconds. */
  readonly expiresAt: number;
  readonly items: readonly Item[];
  readonly header: Omit<Header, "emailHint">;
  /** True where a code is mailed before the claim; needs `email`. */
  readonly mailedCode?: boolean;
};

/** A sealed handoff: `link` goes to the recipient only, the rest is what the server may know. */
export type Sealed = EnvelopeContext & {
  readonly link: string;
  readonly linkVerifier: Verifier;
  readonly claimVerifier: Verifier;
  readonly receiptVerifier: Verifier;
  readonly emailVerifier?: Verifier;
  readonly envelope: Uint8Array;
  readonly header: Uint8Array;
};

/**
 * Makes a new link secret, derives everything else from it, and seals exactly one envelope with it.
 * @param random for tests only
 * @throws ProtocolError `too_large`, `plaintext`, `email`, `passphrase`, `class`, `expiry` or `link` (an origin that is none)
 */
export async function seal(input: SealInput, random: RandomBytes = platformRandom): Promise<Sealed> {
  const email = input.email === undefined ? undefined : normaliseEmail(input.email);
  if (input.mailedCode && email === undefined) {
    throw new ProtocolError("email", "a code can be mailed only where the recipient's address is known");
  }
  const flags = flagsOf({ passphrase: input.passphrase !== undefined, email: email !== undefined });
  const linkSecret = random(32) as LinkSecret;
  const receipt = random(32) as Receipt;
  const linkKeys = deriveLinkKeys({ flags, linkSecret });
  const linkVerifier = verifierOf(linkKeys.linkToken);
  const id = handoffIdOf(linkVerifier);
  const context = { id, flags, expiresAt: input.expiresAt, class: input.class };
  const link = formatLink({ origin: input.origin, id, flags, linkSecret });
  const openKeys = await deriveOpenKeys({ flags, linkSecret }, input);
  const header = { ...input.header, ...(email === undefined ? {} : { emailHint: emailHintOf(email) }) };
  return {
    ...context,
    link,
    linkVerifier,
    claimVerifier: verifierOf(openKeys.claimToken),
    receiptVerifier: verifierOf(receipt),
    ...(input.mailedCode && email !== undefined
      ? { emailVerifier: emailVerifierOf(linkKeys.emailKey, email) }
      : {}),
    envelope: sealEnvelope({ items: input.items, receipt }, context, openKeys, random(24)),
    header: sealHeader(header, id, linkKeys.headerKey, random(24)),
  };
}

/** What a claim released. */
export type Released = {
  readonly envelope: Uint8Array;
  readonly class: string;
  /** Unix seconds. */
  readonly expiresAt: number;
};

/**
 * The sibling of {@link seal}: decrypts what a claim released, and checks that it belongs to this link.
 * @param openKeys what {@link deriveOpenKeys} gave for this link; its claim token is what the claim showed
 * @throws ProtocolError as {@link openEnvelope}
 */
export function open({ id, flags }: LinkParts, openKeys: OpenKeys, released: Released): Bundle {
  const { envelope, expiresAt, class: className } = released;
  return openEnvelope(envelope, { id, flags, expiresAt, class: className }, openKeys);
}
