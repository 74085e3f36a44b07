import { concatBytes } from "@noble/hashes/utils.js";
import { ProtocolError } from "./errors.ts";

const UTF8 = new TextEncoder();

/** UTF-8 bytes of a string. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return UTF8.encode(text) as Uint8Array<ArrayBuffer>;
}

/** True unless the text holds an unpaired surrogate, which UTF-8 cannot spell. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/** The parts, one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...parts) as Uint8Array<ArrayBuffer>;
}

/** An 8-byte big-endian unsigned integer. */
export function uint64(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

/** LP(x): a 4-byte big-endian length followed by x. */
export function lengthPrefixed(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, bytes.length);
  return concat(length, bytes);
}

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
