export {
  type Answers,
  normaliseEmail,
  normalisePassphrase,
  type PassphraseWeakness,
  passphraseWeakness,
  SHORTEST_PASSPHRASE,
} from "./answers.ts";
export { type Bundle, type BundleFile, decodeBundle, encodeBundle, type Field, type Item } from "./bundle.ts";
export {
  decodeBase64url,
  decodeJson,
  encodeBase64url,
  encodedLength,
  HEADER_BUCKETS,
  MAX_PLAINTEXT,
} from "./encoding.ts";
export { type EnvelopeContext, isEnvelopeLength, openEnvelope, sealEnvelope } from "./envelope.ts";
export { ProtocolError, type ProtocolErrorCode } from "./errors.ts";
export { emailHintOf, type Header, isHeaderLength, openHeader, sealHeader } from "./header.ts";
export {
  type ClaimId,
  type ClaimToken,
  deriveLinkKeys,
  deriveOpenKeys,
  emailVerifierOf,
  type HandoffId,
  type LinkSecret,
  type LinkToken,
  type OpenKeys,
  type Receipt,
  type Verifier,
  verifierOf,
} from "./keys.ts";
export {
  formatFragment,
  formatLink,
  handoffIdOf,
  handoffIdOfToken,
  isHandoffId,
  isLoopback,
  type Link,
  type LinkParts,
  parseFragment,
  parseHandoffId,
  parseLink,
  type RecoveredLink,
  recoverLink,
  showsKey,
  VERSION,
} from "./link.ts";
export {
  open,
  platformRandom,
  type RandomBytes,
  type Released,
  type Sealed,
  type SealInput,
  seal,
} from "./seal.ts";
export {
  CODE_SECONDS,
  type Ended,
  type Flags,
  flagsOf,
  LEASE_SECONDS,
  MAX_ATTEMPTS,
  MAX_CODE_REQUESTS,
  MAX_CODE_TRIES,
  MAX_CODES,
  needsEmail,
  needsPassphrase,
  parseFlags,
  STATES,
  type State,
  type Verification,
} from "./states.ts";
