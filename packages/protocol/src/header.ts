import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  asObject,
  asString,
  concat,
  HEADER_BUCKETS,
  optional,
  pad,
  parseVersioned,
  unpad,
  utf8,
} from "./encoding.ts";
import { ProtocolError } from "./errors.ts";
import type { HandoffId } from "./keys.ts";
import { idBytes, VERSION } from "./link.ts";

/** What the recipient sees before claiming. Never a secret. */
export type Header = {
  readonly title?: string | undefined;
  readonly message?: string | undefined;
  /** Who sent it, and so whom to ask. */
  readonly sender?: string | undefined;
  readonly context?: Readonly<Record<string, string>> | undefined;
  /** Like `a•••@vendor.example`. A reader has none where the sender wrote something else there. */
  readonly emailHint?: string | undefined;
};

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/**
 * `0x01 | nonce[24] | XChaCha20-Poly1305(headerKey, nonce, padded JSON)`.
 * @throws ProtocolError `too_large` when the JSON is over 4 092 bytes; `plaintext` when no reader would accept the header
 */
export function sealHeader(
  header: Header,
  id: HandoffId,
  headerKey: Uint8Array,
  nonce: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const { title, message, sender, context, emailHint } = header;
  const plaintext = utf8(JSON.stringify({ v: 1, title, message, sender, context, emailHint }));
  readHeader(plaintext);
  const padded = pad(plaintext, HEADER_BUCKETS);
  return concat(
    Uint8Array.of(VERSION),
    nonce,
    xchacha20poly1305(headerKey, nonce, headerAad(id)).encrypt(padded),
  );
}

/** @throws ProtocolError, checked in this order: `envelope` (length), `version`, `decryption`, `padding`, `plaintext` */
export function openHeader(sealed: Uint8Array, id: HandoffId, headerKey: Uint8Array): Header {
  if (!isHeaderLength(sealed.length)) {
    throw new ProtocolError("envelope", "the header is not of a length that protocol v1 writes");
  }
  if (sealed[0] !== VERSION)
    throw new ProtocolError("version", "the header is of a version that this reader does not know");
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const aad = headerAad(id);
  let padded: Uint8Array;
  try {
    padded = xchacha20poly1305(headerKey, nonce, aad).decrypt(sealed.subarray(1 + NONCE_BYTES));
  } catch (cause) {
    throw new ProtocolError("decryption", "the header was changed or belongs to another link", { cause });
  }
  return readHeader(unpad(padded, HEADER_BUCKETS));
}

/**
 * Shows enough of an address to recognise it, and no more: `ana@vendor.example` → `a•••@vendor.example`.
 * @param address a normalised address
 */
export function emailHintOf(address: string): string {
  const at = address.lastIndexOf("@");
  return `${address.slice(0, 1)}•••${address.slice(at)}`;
}

/** True for the three lengths that a v1 header can have, bytes. */
export function isHeaderLength(length: number): boolean {
  return HEADER_BUCKETS.some((bucket) => length === 1 + NONCE_BYTES + bucket + TAG_BYTES);
}

function headerAad(id: HandoffId): Uint8Array {
  return concat(utf8("secret-handoff/v1 header"), idBytes(id));
}

function readHeader(bytes: Uint8Array): Header {
  const object = parseVersioned(bytes, "header");
  const text = (key: string) => optional(object[key], (value) => asString(value, `the header's ${key}`));
  const hint = text("emailHint");
  return {
    title: text("title"),
    message: text("message"),
    sender: text("sender"),
    context: optional(object.context, (value) =>
      Object.fromEntries(
        Object.entries(asObject(value, "the header's context")).map(([name, item]) => [
          asString(name, "a context name"),
          asString(item, "a context value"),
        ]),
      ),
    ),
    emailHint: /^[ -~]•••@[ -~]{1,320}$/.test(hint ?? "") ? hint : undefined,
  };
}
