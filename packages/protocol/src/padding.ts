import { ProtocolError } from "./errors.ts";
import { concat, lengthPrefixed } from "./framing.ts";

/** Sizes of a padded envelope plaintext, bytes. */
export const ENVELOPE_BUCKETS = [256, 1_024, 4_096, 16_384, 65_536, 262_144] as const;
/** Sizes of a padded header plaintext, bytes. */
export const HEADER_BUCKETS = [256, 1_024, 4_096] as const;

/** The largest envelope plaintext, bytes. */
export const MAX_PLAINTEXT = 262_140;

/**
 * LP(plaintext), then zeros up to the next bucket, so that a length tells little.
 * @throws ProtocolError `too_large` when no bucket holds it
 */
export function pad(plaintext: Uint8Array, buckets: readonly number[]): Uint8Array<ArrayBuffer> {
  const framed = lengthPrefixed(plaintext);
  const size = buckets.find((bucket) => bucket >= framed.length);
  if (size === undefined) {
    throw new ProtocolError(
      "too_large",
      `more than ${(buckets.at(-1) ?? 0) - 4} bytes do not fit into one handoff`,
    );
  }
  return concat(framed, new Uint8Array(size - framed.length));
}

/**
 * The plaintext inside a padded one.
 * @throws ProtocolError `padding` on a size that is no bucket, a length beyond it, a larger bucket than needed, or non-zero padding
 */
export function unpad(padded: Uint8Array, buckets: readonly number[]): Uint8Array {
  const length = padded.length < 4 ? -1 : new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const expected = buckets.find((bucket) => bucket >= length + 4);
  if (length < 0 || expected !== padded.length) {
    throw new ProtocolError("padding", "the padded length is not one that protocol v1 writes");
  }
  if (padded.subarray(4 + length).some((byte) => byte !== 0)) {
    throw new ProtocolError("padding", "the padding is not zero");
  }
  return padded.slice(4, 4 + length);
}
