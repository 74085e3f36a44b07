import { ProtocolError } from "./errors.ts";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUES = new Map([...ALPHABET].map((character, value) => [character.charCodeAt(0), value]));

/** Unpadded base64url (RFC 4648, section 5). */
export function encodeBase64url(bytes: Uint8Array): string {
  let text = "";
  let buffer = 0;
  let bits = 0;
  for (const byte of bytes) {
    buffer = (buffer << 8) | byte;
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += ALPHABET.charAt((buffer >> bits) & 63);
    }
    buffer &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((buffer << (6 - bits)) & 63) : text;
}

/**
 * Strict inverse of {@link encodeBase64url}: every value has one spelling.
 * @param text unpadded base64url
 * @param length the number of bytes expected, where it is fixed
 * @throws ProtocolError `base64url` on padding, foreign characters, another length or non-zero unused bits
 */
export function decodeBase64url(text: string, length?: number): Uint8Array<ArrayBuffer> {
  const size = Math.floor((text.length * 6) / 8);
  if (
    text.length % 4 === 1 ||
    (length !== undefined && (size !== length || text.length !== encodedLength(length)))
  ) {
    throw new ProtocolError("base64url", "base64url of another length than expected");
  }
  const bytes = new Uint8Array(size);
  let buffer = 0;
  let bits = 0;
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    const value = VALUES.get(text.charCodeAt(index));
    if (value === undefined) throw new ProtocolError("base64url", "a character that is not base64url");
    buffer = (buffer << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at] = (buffer >> bits) & 255;
      at += 1;
      buffer &= (1 << bits) - 1;
    }
  }
  if (buffer !== 0) throw new ProtocolError("base64url", "base64url whose unused bits are not zero");
  return bytes;
}

/** Characters that `length` bytes take in unpadded base64url. */
export function encodedLength(length: number): number {
  return Math.ceil((length * 8) / 6);
}
