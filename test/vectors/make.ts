import { emailVectors, passphraseVectors } from "./answers.ts";
import { base64urlVectors } from "./base64url.ts";
import { envelopeVectors, sizeVectors } from "./envelopes.ts";
import type { Schedule, Vectors } from "./format.ts";
import { handoffVectors } from "./handoffs.ts";
import { headerVectors } from "./headers.ts";
import { emailVerifierVectors, keysVectors, scheduleOf, verifierVectors } from "./keys.ts";
import { linkVectors } from "./links.ts";
import { hex, LINK_SECRET, OTHER_SECRET } from "./material.ts";
import { recoveredVectors } from "./recovered.ts";

/** Everything in v1.json, the same at every call. */
export async function makeVectors(): Promise<Vectors> {
  const keys: Schedule = await scheduleOf({ flags: 0, linkSecret: hex(LINK_SECRET) });
  const others: Schedule = await scheduleOf({ flags: 0, linkSecret: hex(OTHER_SECRET) });
  return {
    protocol: "secret-handoff/v1",
    base64url: base64urlVectors,
    links: linkVectors,
    recovered: recoveredVectors,
    passphrases: passphraseVectors,
    emails: emailVectors,
    keys: await keysVectors(),
    verifiers: verifierVectors,
    emailVerifiers: emailVerifierVectors,
    sizes: sizeVectors(keys),
    envelopes: envelopeVectors(keys, others),
    headers: headerVectors(keys, others),
    handoffs: await handoffVectors(),
  };
}
