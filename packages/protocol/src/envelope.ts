import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { equalBytes } from "@noble/ciphers/utils.js";
import { type Bundle, decodeBundle, encodeBundle } from "./bundle.ts";
import {
  concat,
  ENVELOPE_BUCKETS,
  isWellFormed,
  lengthPrefixed,
  pad,
  uint64,
  unpad,
  utf8,
} from "./encoding.ts";
import { ProtocolError } from "./errors.ts";
import type { HandoffId, OpenKeys } from "./keys.ts";
import { idBytes, VERSION } from "./link.ts";
import { type Flags, parseFlags } from "./states.ts";

const NONCE_BYTES = 24;
const COMMITMENT_BYTES = 32;
const TAG_BYTES = 16;
const PREFIX_BYTES = 1 + NONCE_BYTES + COMMITMENT_BYTES;

/** What the envelope is bound to; the server cannot change any of it unnoticed. */
export type EnvelopeContext = {
  readonly id: HandoffId;
  readonly flags: Flags;
  /** Unix seconds. */
  readonly expiresAt: number;
  /** The credential class. */
  readonly class: string;
};

type ContentKeys = Pick<OpenKeys, "contentKey" | "commitment">;

/**
 * `0x01 | nonce[24] | commitment[32] | XChaCha20-Poly1305(contentKey, nonce, padded JSON)`.
 * @throws ProtocolError `too_large` when the JSON is over 262 140 bytes; `plaintext` when no reader would accept the bundle;
 * `class`, `expiry` or `flags` on an impossible context
 */
export function sealEnvelope(
  bundle: Bundle,
  context: EnvelopeContext,
  { contentKey, commitment }: ContentKeys,
  nonce: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const aad = envelopeAad(context);
  const padded = pad(encodeBundle(bundle), ENVELOPE_BUCKETS);
  const sealed = xchacha20poly1305(contentKey, nonce, aad).encrypt(padded);
  return concat(Uint8Array.of(VERSION), nonce, commitment, sealed);
}

/**
 * Compares the commitment in constant time, then decrypts.
 * @param context id and flags as the link says, expiry and class as the service says
 * @throws ProtocolError, checked in this order: `envelope` (length), `version`, `commitment` (other keys), `class`, `expiry` or
 * `flags` (impossible context), `decryption` (changed bytes or another context), `padding`, `plaintext` or `base64url`
 */
export function openEnvelope(
  envelope: Uint8Array,
  context: EnvelopeContext,
  { contentKey, commitment }: ContentKeys,
): Bundle {
  if (!isEnvelopeLength(envelope.length)) {
    throw new ProtocolError("envelope", "the envelope is not of a length that protocol v1 writes");
  }
  if (envelope[0] !== VERSION) {
    throw new ProtocolError("version", "the envelope is of a version that this reader does not know");
  }
  const nonce = envelope.subarray(1, 1 + NONCE_BYTES);
  if (!equalBytes(envelope.subarray(1 + NONCE_BYTES, PREFIX_BYTES), commitment)) {
    throw new ProtocolError("commitment", "the envelope was sealed under other keys");
  }
  const aad = envelopeAad(context);
  let padded: Uint8Array;
  try {
    padded = xchacha20poly1305(contentKey, nonce, aad).decrypt(envelope.subarray(PREFIX_BYTES));
  } catch (cause) {
    throw new ProtocolError("decryption", "the envelope was changed or belongs to another handoff", {
      cause,
    });
  }
  return decodeBundle(unpad(padded, ENVELOPE_BUCKETS));
}

/** True for the six lengths that a v1 envelope can have, bytes. */
export function isEnvelopeLength(length: number): boolean {
  return ENVELOPE_BUCKETS.some((bucket) => length === PREFIX_BYTES + bucket + TAG_BYTES);
}

function envelopeAad({ id, flags, expiresAt, class: className }: EnvelopeContext): Uint8Array {
  if (className === "" || !isWellFormed(className)) {
    throw new ProtocolError("class", "the class has no name, or one that is not well-formed Unicode");
  }
  if (!Number.isSafeInteger(expiresAt) || expiresAt < 0) {
    throw new ProtocolError("expiry", "the expiry is not a whole number of Unix seconds");
  }
  return concat(
    utf8("secret-handoff/v1 envelope"),
    idBytes(id),
    Uint8Array.of(parseFlags(flags)),
    uint64(expiresAt),
    lengthPrefixed(utf8(className)),
  );
}
