import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { HandoffId } from "./brands.ts";
import { ProtocolError } from "./errors.ts";

const ID_BYTES = 16;

/** @throws ProtocolError `link` unless `text` is the one spelling of 16 bytes (22 characters). */
export function parseHandoffId(text: string): HandoffId {
  try {
    decodeBase64url(text, ID_BYTES);
  } catch (cause) {
    throw new ProtocolError("link", "the handoff id is not 22 characters of base64url", { cause });
  }
  return text as HandoffId;
}

/** True when `text` could name a handoff. */
export function isHandoffId(text: string): text is HandoffId {
  try {
    parseHandoffId(text);
    return true;
  } catch {
    return false;
  }
}

/** The 16 bytes that an id spells. */
export function idBytes(id: HandoffId): Uint8Array {
  return decodeBase64url(id, ID_BYTES);
}

/** An id from 16 bytes. */
export function idFromBytes(bytes: Uint8Array): HandoffId {
  return parseHandoffId(encodeBase64url(bytes));
}
