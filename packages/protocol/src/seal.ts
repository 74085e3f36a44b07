import { type Answers, normaliseEmail } from "./answers.ts";
import type { LinkSecret, Receipt, Verifier } from "./brands.ts";
import type { Item } from "./bundle.ts";
import { type EnvelopeContext, sealEnvelope } from "./envelope.ts";
import { ProtocolError } from "./errors.ts";
import { flagsOf } from "./flags.ts";
import { emailHintOf, type Header, sealHeader } from "./header.ts";
import { idFromBytes } from "./id.ts";
import { deriveLinkKeys, deriveOpenKeys } from "./keys.ts";
import { formatLink } from "./link.ts";
import { platformRandom, type RandomBytes } from "./random.ts";
import { emailVerifierOf, verifierOf } from "./verifiers.ts";

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
 * Makes a new id and link secret and seals exactly one envelope with them.
 * @param random for tests only
 * @throws ProtocolError `too_large`, `plaintext`, `email`, `passphrase`, `class`, `expiry` or `link` (an origin that is none)
 */
export async function seal(input: SealInput, random: RandomBytes = platformRandom): Promise<Sealed> {
  const email = input.email === undefined ? undefined : normaliseEmail(input.email);
  if (input.mailedCode && email === undefined) {
    throw new ProtocolError("email", "a code can be mailed only where the recipient's address is known");
  }
  const flags = flagsOf({ passphrase: input.passphrase !== undefined, email: email !== undefined });
  const id = idFromBytes(random(16));
  const linkSecret = random(32) as LinkSecret;
  const receipt = random(32) as Receipt;
  const context = { id, flags, expiresAt: input.expiresAt, class: input.class };
  const link = formatLink({ origin: input.origin, id, flags, linkSecret });
  const linkKeys = deriveLinkKeys(id, linkSecret);
  const openKeys = await deriveOpenKeys({ id, flags, linkSecret }, input);
  const header = { ...input.header, ...(email === undefined ? {} : { emailHint: emailHintOf(email) }) };
  return {
    ...context,
    link,
    linkVerifier: verifierOf(linkKeys.linkToken),
    claimVerifier: verifierOf(openKeys.claimToken),
    receiptVerifier: verifierOf(receipt),
    ...(input.mailedCode && email !== undefined
      ? { emailVerifier: emailVerifierOf(linkKeys.emailKey, email) }
      : {}),
    envelope: sealEnvelope({ items: input.items, receipt }, context, openKeys, random(24)),
    header: sealHeader(header, id, linkKeys.headerKey, random(24)),
  };
}
