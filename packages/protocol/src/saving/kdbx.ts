import { chacha20 } from "@noble/ciphers/chacha.js";
import { argon2idAsync } from "@noble/hashes/argon2.js";
import { hmac } from "@noble/hashes/hmac.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import type { Item } from "../bundle.ts";
import { concat, utf8 } from "../encoding.ts";
import type { RandomBytes } from "../seal.ts";
import { kdbxDocument } from "./kdbx-document.ts";

/**
 * Writes a KDBX 4.0 file, which KeePass, KeePassXC, KeePassDX and Strongbox open (https://keepass.info/help/kb/kdbx.html). Integers are
 * little-endian. ChaCha20 encrypts it, Argon2id makes its key, nothing is compressed.
 */

export type KdbxOptions = {
  /** What opens the file. */
  readonly password: string;
  readonly random: RandomBytes;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Called with 0..1 while the key is made, which takes seconds; it yields at least every 10 ms. */
  readonly onProgress?: ((fraction: number) => void) | undefined;
  /** For tests: less memory and time than a file that is kept should have. */
  readonly argon2?: Argon2 | undefined;
};

/** Memory in KiB. */
type Argon2 = { readonly m: number; readonly t: number; readonly p: number };

/** KeePass's own default, and what a phone can do: 64 MiB, two passes. */
const ARGON2: Argon2 = { m: 65_536, t: 2, p: 2 };
const ARGON2_VERSION = 0x13;

const CIPHER_CHACHA20 = "d6038a2b8b6f4cb5a524339a31dbb59a";
const KDF_ARGON2ID = "9e298b1956db4773b23dfc3ec6f0a1e6";
const FIELD = { end: 0, cipher: 2, compression: 3, masterSeed: 4, iv: 7, kdf: 11 } as const;
const INNER = { end: 0, stream: 1, key: 2, binary: 3 } as const;
const INNER_CHACHA20 = 3;
const VARIANT = { uint32: 0x04, uint64: 0x05, bytes: 0x42 } as const;
/** Blocks of the payload may be of any length; KeePass writes them so. */
const BLOCK = 2 ** 20;

/** @returns all values and files of the items, encrypted under the password */
export async function kdbxFile(
  items: readonly Item[],
  options: KdbxOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  const { password, random, now, onProgress, argon2 = ARGON2 } = options;
  const masterSeed = random(32);
  const iv = random(12);
  const salt = random(32);
  const innerKey = random(64);

  const composite = sha256(sha256(utf8(password)));
  const transformed = await argon2idAsync(composite, salt, {
    ...argon2,
    version: ARGON2_VERSION,
    dkLen: 32,
    asyncTick: 10,
    ...(onProgress ? { onProgress } : {}),
  });
  const key = sha256(concat(masterSeed, transformed));
  const macKey = sha512(concat(masterSeed, transformed, Uint8Array.of(1)));

  const header = concat(
    uint32(0x9aa2d903),
    uint32(0xb54bfb67),
    uint32(0x00040000),
    field(FIELD.cipher, hex(CIPHER_CHACHA20)),
    field(FIELD.compression, uint32(0)),
    field(FIELD.masterSeed, masterSeed),
    field(FIELD.iv, iv),
    field(FIELD.kdf, kdfParameters(salt, argon2)),
    field(FIELD.end, utf8("\r\n\r\n")),
  );
  const { binaries, xml } = kdbxDocument(items, { now, random, protect: innerStream(innerKey) });
  const payload = concat(
    field(INNER.stream, uint32(INNER_CHACHA20)),
    field(INNER.key, innerKey),
    // The byte before the data: to be protected in memory.
    ...binaries.map((data) => field(INNER.binary, concat(Uint8Array.of(1), data))),
    field(INNER.end, new Uint8Array(0)),
    utf8(xml),
  );
  return concat(
    header,
    sha256(header),
    hmac(sha256, blockKey(new Uint8Array(8).fill(0xff), macKey), header),
    ...blocks(chacha20(key, iv, payload), macKey),
  );
}

/** The stream that hides protected values in the document, one after the other. */
function innerStream(key: Uint8Array): (values: readonly Uint8Array[]) => readonly Uint8Array[] {
  const hash = sha512(key);
  return (values) => {
    const hidden = chacha20(hash.subarray(0, 32), hash.subarray(32, 44), concat(...values));
    let at = 0;
    return values.map(({ length }) => {
      at += length;
      return hidden.subarray(at - length, at);
    });
  };
}

function blocks(data: Uint8Array, macKey: Uint8Array): readonly Uint8Array[] {
  const written: Uint8Array[] = [];
  for (let at = 0, index = 0; ; at += BLOCK, index += 1) {
    const block = data.subarray(at, at + BLOCK);
    const number = uint64(index);
    const length = uint32(block.length);
    written.push(hmac(sha256, blockKey(number, macKey), concat(number, length, block)), length, block);
    // The last one is empty.
    if (block.length === 0) return written;
  }
}

function blockKey(number: Uint8Array, macKey: Uint8Array): Uint8Array {
  return sha512(concat(number, macKey));
}

function kdfParameters(salt: Uint8Array, { m, t, p }: Argon2): Uint8Array {
  const entry = (type: number, name: string, value: Uint8Array) =>
    concat(Uint8Array.of(type), uint32(utf8(name).length), utf8(name), uint32(value.length), value);
  return concat(
    Uint8Array.of(0, 1),
    entry(VARIANT.bytes, "$UUID", hex(KDF_ARGON2ID)),
    entry(VARIANT.bytes, "S", salt),
    entry(VARIANT.uint32, "P", uint32(p)),
    entry(VARIANT.uint64, "M", uint64(m * 1_024)),
    entry(VARIANT.uint64, "I", uint64(t)),
    entry(VARIANT.uint32, "V", uint32(ARGON2_VERSION)),
    Uint8Array.of(0),
  );
}

function field(type: number, data: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(type), uint32(data.length), data);
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

function uint64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}

/** Characters that no one mixes up, read aloud or typed off: 31. */
const ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz";
const GROUPS = 4;
const GROUP_LENGTH = 5;

/** A password for a file: four groups of five characters, 99 bits. */
export function filePassword(random: RandomBytes): string {
  let text = "";
  while (text.length < GROUPS * GROUP_LENGTH) {
    // Of 256 values the last 8 are dropped, so that each character is as likely as the others.
    for (const byte of random(32)) if (byte < 248) text += ALPHABET[byte % ALPHABET.length];
  }
  return Array.from({ length: GROUPS }, (_, index) =>
    text.slice(index * GROUP_LENGTH, (index + 1) * GROUP_LENGTH),
  ).join("-");
}
