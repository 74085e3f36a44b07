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
