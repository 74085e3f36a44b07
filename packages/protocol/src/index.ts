export { type Answers, normaliseEmail, normalisePassphrase } from "./answers.ts";
export { decodeBase64url, encodeBase64url, encodedLength } from "./base64url.ts";
export type {
  ClaimId,
  ClaimToken,
  HandoffId,
  LinkSecret,
  LinkToken,
  Receipt,
  Verifier,
} from "./brands.ts";
export { type Bundle, type BundleFile, decodeBundle, encodeBundle, type Field, type Item } from "./bundle.ts";
export { type CredentialClass, DEFAULT_CLASSES } from "./classes.ts";
export { type EnvelopeContext, isEnvelopeLength, openEnvelope, sealEnvelope } from "./envelope.ts";
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export { type Flags, needsEmail, needsPassphrase, parseFlags } from "./flags.ts";
export { emailHintOf, type Header, isHeaderLength, openHeader, sealHeader } from "./header.ts";
export { idFromBytes, isHandoffId, parseHandoffId } from "./id.ts";
export { deriveLinkKeys, deriveOpenKeys, type LinkKeys, type OpenKeys } from "./keys.ts";
export { formatFragment, formatLink, type Link, parseFragment, parseLink, VERSION } from "./link.ts";
export { isLoopback } from "./loopback.ts";
export { mendAddress } from "./mend.ts";
export { HEADER_BUCKETS, MAX_PLAINTEXT } from "./padding.ts";
export { type PassphraseWeakness, passphraseWeakness, SHORTEST_PASSPHRASE } from "./passphrase-strength.ts";
export { platformRandom, type RandomBytes } from "./random.ts";
export { type Sealed, type SealInput, seal } from "./seal.ts";
export type { Right, SenderEntry } from "./senders.ts";
export {
  CODE_SECONDS,
  type Ended,
  LEASE_SECONDS,
  MAX_ATTEMPTS,
  MAX_CODE_TRIES,
  MAX_CODES,
  STATES,
  type State,
  type Verification,
} from "./states.ts";
export { emailVerifierOf, verifierOf } from "./verifiers.ts";
export type * from "./wire.ts";
