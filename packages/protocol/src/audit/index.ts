export { canonicalBytes, canonicalJson } from "./canonical-json.ts";
export { CLOSES_AFTER, lastDueDay, lastSealableDay, SEALS_AFTER } from "./days.ts";
export { HASH_LENGTH, leafHash, MerkleTree } from "./merkle.ts";
export { dayName, dayNumber, dayOf, eventHash, eventHashOf, filedAt, type Placed, placeOf } from "./order.ts";
export {
  isSignedBy,
  NO_PREVIOUS_SEAL,
  readSealKeys,
  SEAL_ALGORITHM,
  type SealKey,
  sealHash,
  signedBytes,
} from "./seals.ts";
