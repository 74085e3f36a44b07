import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { concatBytes } from "@noble/hashes/utils.js";
import {
  base64url,
  CLASS,
  EXPIRES_AT,
  fixed,
  ID,
  idOf,
  LINK_SECRET,
  ORIGIN,
  unhex,
  utf8,
} from "./material.ts";

/** Writers that can also write what the protocol forbids. By default each part is right. */

export type ForgedLink = {
  readonly origin?: string;
  /** @default the id that belongs to flags and link secret */
  readonly id?: string;
  readonly version?: number;
  readonly flags?: number;
  readonly linkSecret?: Uint8Array;
};

export function forgeFragmentBytes(parts: ForgedLink = {}): Uint8Array {
  const { version = 1, flags = 0, linkSecret = LINK_SECRET } = parts;
  return concatBytes(Uint8Array.of(version, flags), linkSecret);
}

export function forgeLink(parts: ForgedLink = {}): string {
  const { origin = ORIGIN, flags = 0, linkSecret = LINK_SECRET } = parts;
  const { id = idOf(flags, linkSecret) } = parts;
  return `${origin}/h/${id}#${base64url(forgeFragmentBytes(parts))}`;
}

export function big32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Uint8Array.from(bytes);
}

export function big64(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return Uint8Array.from(bytes);
}

export function prefixed(bytes: Uint8Array): Uint8Array {
  return concatBytes(big32(bytes.length), bytes);
}

/** The framed plaintext and zeros up to `size`. */
export function padTo(size: number, framed: Uint8Array): Uint8Array {
  return concatBytes(framed, new Uint8Array(size - framed.length));
}

/** LP(plaintext) in a bucket of 256 bytes. */
export function inSmallest(plaintext: Uint8Array | string): Uint8Array {
  return padTo(256, prefixed(typeof plaintext === "string" ? utf8(plaintext) : plaintext));
}

export function forgeEnvelopeAad(parts: {
  readonly label?: string;
  readonly id?: string;
  readonly flags?: number;
  readonly expiresAt?: Uint8Array;
  readonly class?: Uint8Array;
}): Uint8Array {
  const { label = "secret-handoff/v1 envelope", id = ID, flags = 0, expiresAt = big64(EXPIRES_AT) } = parts;
  const { class: className = prefixed(utf8(CLASS)) } = parts;
  return concatBytes(utf8(label), Buffer.from(id, "base64url"), Uint8Array.of(flags), expiresAt, className);
}

export function forgeHeaderAad(id: string = ID): Uint8Array {
  return concatBytes(utf8("secret-handoff/v1 header"), Buffer.from(id, "base64url"));
}

export type Forged = {
  readonly key: string;
  readonly padded: Uint8Array;
  readonly aad: Uint8Array;
  readonly version?: number;
  readonly nonce?: Uint8Array;
};

export function forgeEnvelope(parts: Forged & { readonly commitment: string }): Uint8Array {
  const { version = 1, nonce = fixed("an envelope's nonce", 24), commitment } = parts;
  return concatBytes(Uint8Array.of(version), nonce, unhex(commitment), encrypt({ ...parts, nonce }));
}

export function forgeHeader(parts: Forged): Uint8Array {
  const { version = 1, nonce = fixed("a header's nonce", 24) } = parts;
  return concatBytes(Uint8Array.of(version), nonce, encrypt({ ...parts, nonce }));
}

/** A copy with `mask` xored into the byte at `index`; a negative index counts from the end. */
export function flipped(bytes: Uint8Array, index: number, mask = 1): Uint8Array {
  const at = index < 0 ? bytes.length + index : index;
  return bytes.map((byte, position) => (position === at ? byte ^ mask : byte));
}

function encrypt({ key, padded, aad, nonce }: Forged & { readonly nonce: Uint8Array }): Uint8Array {
  return xchacha20poly1305(unhex(key), nonce, aad).encrypt(padded);
}
