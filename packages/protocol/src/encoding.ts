import { concatBytes } from "@noble/hashes/utils.js";
import { base64urlnopad } from "@scure/base";
import { ProtocolError } from "./errors.ts";

/** Unpadded base64url (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  return base64urlnopad.encode(bytes);
}

/**
 * Strict inverse of {@link encodeBase64url}: every value has one spelling.
 * @param text unpadded base64url
 * @param length the number of bytes expected, where it is fixed
 * @throws ProtocolError `base64url` on padding, foreign characters, another length or non-zero unused bits
 */
export function decodeBase64url(text: string, length?: number): Uint8Array<ArrayBuffer> {
  if (length !== undefined && text.length !== encodedLength(length)) {
    throw new ProtocolError("base64url", "base64url of another length than expected");
  }
  try {
    return base64urlnopad.decode(text) as Uint8Array<ArrayBuffer>;
  } catch {
    // No cause: the library's error quotes the character that it could not read.
    throw new ProtocolError("base64url", "this is not unpadded base64url in its one spelling");
  }
}

/** Characters that `length` bytes take in unpadded base64url. */
export function encodedLength(length: number): number {
  return Math.ceil((length * 8) / 6);
}

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
 * LP(plaintext), then zeros up to the next bucket, so that the length reveals little.
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

/** Readers for JSON inside an envelope or a header: unknown keys are ignored, wrong types are refused. */

type JsonObject = { readonly [key: string]: unknown };

/** What the bytes say as JSON; undefined where they are none, or not UTF-8. The error is dropped: it quotes the text that it could not read. */
export function decodeJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** @throws ProtocolError `plaintext` when the bytes are not UTF-8 or not a JSON object of version 1 */
export function parseVersioned(bytes: Uint8Array, part: string): JsonObject {
  const value = decodeJson(bytes);
  if (value === undefined) throw new ProtocolError("plaintext", `the ${part} is not UTF-8 JSON`);
  const object = asObject(value, part);
  if (object.v !== 1) throw new ProtocolError("plaintext", `the ${part} is not of version 1`);
  return object;
}

export function asObject(value: unknown, part: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(part, "an object");
  return value as JsonObject;
}

export function asArray(value: unknown, part: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(part, "an array");
  return value;
}

/** Well-formed Unicode only: JSON can escape an unpaired surrogate, but many languages cannot hold one. */
export function asString(value: unknown, part: string): string {
  if (typeof value !== "string" || !isWellFormed(value)) refuse(part, "a string of well-formed Unicode");
  return value;
}

export function asBoolean(value: unknown, part: string): boolean {
  if (typeof value !== "boolean") refuse(part, "true or false");
  return value;
}

/** The value read by `read`, or undefined when the key is absent. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function refuse(part: string, wanted: string): never {
  throw new ProtocolError("plaintext", `${part} is not ${wanted}`);
}
