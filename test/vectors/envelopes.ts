import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "@noble/hashes/utils.js";
import { bundlePlaintexts } from "./bundles.ts";
import {
  big32,
  big64,
  flipped,
  forgeEnvelope,
  forgeEnvelopeAad,
  inSmallest,
  padTo,
  prefixed,
} from "./forge.ts";
import type { Context, EnvelopeVector, Schedule, SizeVector, Vectors } from "./format.ts";
import { base64url, CLASS, EXPIRES_AT, fixed, hex, ID, OTHER_ID, unhex, utf8 } from "./material.ts";

const CONTEXT: Context = { id: ID, flags: 0, expiresAt: EXPIRES_AT, class: CLASS };
const RECEIPT = base64url(fixed("a receipt", 32));
const BUNDLE = { items: [], receipt: RECEIPT };
const PLAINTEXT = JSON.stringify({ v: 1, ...BUNDLE });
const AAD = forgeEnvelopeAad({});

/** Envelopes sealed under `keys`; `others` are the keys of somebody else. */
export function envelopeVectors(keys: Schedule, others: Schedule): Vectors["envelopes"] {
  const { contentKey, commitment } = keys;
  return { given: { ...CONTEXT, contentKey, commitment }, vectors: envelopes(keys, others) };
}

function envelopes(keys: Schedule, others: Schedule): readonly (EnvelopeVector & Partial<Context>)[] {
  const { contentKey, commitment } = keys;
  const seal = (parts: Partial<Parameters<typeof forgeEnvelope>[0]>) =>
    forgeEnvelope({ key: contentKey, commitment, padded: inSmallest(PLAINTEXT), aad: AAD, ...parts });
  const vector = (name: string, envelope: Uint8Array, context: Partial<Context> = {}) => ({
    name,
    ...context,
    envelope: base64url(envelope),
  });
  const good = seal({});
  const body = inSmallest(PLAINTEXT);
  const header = "secret-handoff/v1 header";

  return [
    { ...vector("the smallest envelope", good), result: BUNDLE },
    ...[1, 2, 3].map((flags) => ({
      ...vector(`flags ${flags} in the additional data`, seal({ aad: forgeEnvelopeAad({ flags }) }), {
        flags,
      }),
      result: BUNDLE,
    })),
    ...[0, 2 ** 32, Number.MAX_SAFE_INTEGER].map((expiresAt) => ({
      ...vector(
        `an expiry of ${expiresAt}`,
        seal({ aad: forgeEnvelopeAad({ expiresAt: big64(expiresAt) }) }),
        { expiresAt },
      ),
      result: BUNDLE,
    })),
    {
      ...vector(
        "a class beyond ASCII",
        seal({ aad: forgeEnvelopeAad({ class: prefixed(utf8("st\u00e4rke \u{1f511}")) }) }),
        {
          class: "st\u00e4rke \u{1f511}",
        },
      ),
      result: BUNDLE,
    },

    { ...vector("no bytes", new Uint8Array(0)), error: "envelope" },
    { ...vector("one byte missing at the end", good.slice(0, -1)), error: "envelope" },
    { ...vector("the tag missing", good.slice(0, -16)), error: "envelope" },
    { ...vector("one zero byte more at the end", concatBytes(good, new Uint8Array(1))), error: "envelope" },
    { ...vector("one byte missing at the start", good.slice(1)), error: "envelope" },
    { ...vector("of a header's length", good.slice(0, 297)), error: "envelope" },
    {
      ...vector("right, but not padded to a bucket", seal({ padded: prefixed(utf8(PLAINTEXT)) })),
      error: "envelope",
    },
    {
      ...vector(
        "right, but of a bucket that does not exist (512)",
        seal({ padded: padTo(512, prefixed(utf8(PLAINTEXT))) }),
      ),
      error: "envelope",
    },
    { ...vector("version 0", seal({ version: 0 })), error: "version" },
    { ...vector("version 2", seal({ version: 2 })), error: "version" },
    { ...vector("version 0x81", seal({ version: 0x81 })), error: "version" },
    {
      ...vector(
        "sealed under other keys throughout",
        seal({ key: others.contentKey, commitment: others.commitment }),
      ),
      error: "commitment",
    },
    {
      ...vector("the commitment of other keys over this ciphertext", seal({ commitment: others.commitment })),
      error: "commitment",
    },
    { ...vector("a commitment of zeros", seal({ commitment: "00".repeat(32) })), error: "commitment" },
    { ...vector("the first bit of the commitment flipped", flipped(good, 25, 0x80)), error: "commitment" },
    { ...vector("the last bit of the commitment flipped", flipped(good, 56)), error: "commitment" },
    {
      ...vector("the content key shown as commitment", seal({ commitment: contentKey })),
      error: "commitment",
    },
    {
      ...vector("other keys behind the right commitment", seal({ key: others.contentKey })),
      error: "decryption",
    },
    { ...vector("sealed with the header key", seal({ key: keys.headerKey })), error: "decryption" },
    { ...vector("the first bit of the nonce flipped", flipped(good, 1, 0x80)), error: "decryption" },
    { ...vector("the last bit of the nonce flipped", flipped(good, 24)), error: "decryption" },
    { ...vector("the first bit of the ciphertext flipped", flipped(good, 57, 0x80)), error: "decryption" },
    { ...vector("the last bit of the ciphertext flipped", flipped(good, -17)), error: "decryption" },
    { ...vector("the first bit of the tag flipped", flipped(good, -16, 0x80)), error: "decryption" },
    { ...vector("the last bit of the tag flipped", flipped(good, -1)), error: "decryption" },
    { ...vector("a tag of zeros", concatBytes(good.slice(0, -16), new Uint8Array(16))), error: "decryption" },
    {
      ...vector("sealed for another id", seal({ aad: forgeEnvelopeAad({ id: OTHER_ID }) })),
      error: "decryption",
    },
    { ...vector("opened as another id", good, { id: OTHER_ID }), error: "decryption" },
    {
      ...vector("sealed for other flags", seal({ aad: forgeEnvelopeAad({ flags: 2 }) })),
      error: "decryption",
    },
    { ...vector("opened with other flags", good, { flags: 1 }), error: "decryption" },
    {
      ...vector("opened with an expiry one second later", good, { expiresAt: EXPIRES_AT + 1 }),
      error: "decryption",
    },
    { ...vector("opened with another class", good, { class: "internal-tool" }), error: "decryption" },
    {
      ...vector("opened with the class in capitals", good, { class: CLASS.toUpperCase() }),
      error: "decryption",
    },
    {
      ...vector(
        "the expiry little-endian",
        seal({ aad: forgeEnvelopeAad({ expiresAt: big64(EXPIRES_AT).reverse() }) }),
      ),
      error: "decryption",
    },
    {
      ...vector("the expiry in 4 bytes", seal({ aad: forgeEnvelopeAad({ expiresAt: big32(EXPIRES_AT) }) })),
      error: "decryption",
    },
    {
      ...vector(
        "the expiry in milliseconds",
        seal({ aad: forgeEnvelopeAad({ expiresAt: big64(EXPIRES_AT * 1_000) }) }),
      ),
      error: "decryption",
    },
    {
      ...vector("the class without its length", seal({ aad: forgeEnvelopeAad({ class: utf8(CLASS) }) })),
      error: "decryption",
    },
    {
      ...vector(
        "the header's label in the additional data",
        seal({ aad: forgeEnvelopeAad({ label: header }) }),
      ),
      error: "decryption",
    },
    { ...vector("no additional data", seal({ aad: new Uint8Array(0) })), error: "decryption" },
    {
      ...vector(
        "ChaCha20-Poly1305 with the nonce's last 12 bytes for XChaCha20-Poly1305",
        withoutX(contentKey, commitment),
      ),
      error: "decryption",
    },
    { ...vector("opened with a negative expiry", good, { expiresAt: -1 }), error: "expiry" },
    {
      ...vector("opened with an expiry in fractions", good, { expiresAt: EXPIRES_AT + 0.5 }),
      error: "expiry",
    },
    { ...vector("opened with no class", good, { class: "" }), error: "class" },
    { ...vector("opened with unknown flags", good, { flags: 4 }), error: "flags" },

    {
      ...vector(
        "the first byte of the padding is not zero",
        seal({ padded: flipped(body, 4 + PLAINTEXT.length) }),
      ),
      error: "padding",
    },
    {
      ...vector("the last byte of the padding is not zero", seal({ padded: flipped(body, -1, 0x80) })),
      error: "padding",
    },
    {
      ...vector(
        "a length that leaves the last brace out",
        seal({ padded: padTo(256, concatBytes(big32(PLAINTEXT.length - 1), utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "a length one byte beyond the bucket",
        seal({ padded: padTo(256, concatBytes(big32(253), utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "a length of 2^32 - 1",
        seal({ padded: padTo(256, concatBytes(big32(0xffffffff), utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "a length of 2^31",
        seal({ padded: padTo(256, concatBytes(big32(0x80000000), utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "the length little-endian",
        seal({ padded: padTo(256, concatBytes(big32(PLAINTEXT.length).reverse(), utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector("no length before the plaintext", seal({ padded: padTo(256, utf8(PLAINTEXT)) })),
      error: "padding",
    },
    {
      ...vector(
        "in a larger bucket than it needs",
        seal({ padded: padTo(1_024, prefixed(utf8(PLAINTEXT))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "spaces for zeros",
        seal({ padded: body.map((byte, at) => (at >= 4 + PLAINTEXT.length ? 0x20 : byte)) }),
      ),
      error: "padding",
    },

    ...bundlePlaintexts(RECEIPT).map(({ name, plaintext, ...outcome }) => ({
      ...vector(name, seal({ padded: inSmallest(plaintext) })),
      ...outcome,
    })),
  ];
}

/** Plaintexts of exactly the lengths at which a bucket ends, sealed: only length and hash of the envelope are given. */
export function sizeVectors({ contentKey, commitment }: Schedule): Vectors["sizes"] {
  const nonce = hex(fixed("an envelope's nonce", 24));
  const before = `{"v":1,"items":[{"label":"`;
  const after = `","fields":[]}],"receipt":"${RECEIPT}"}`;
  const buckets = [256, 1_024, 4_096, 16_384, 65_536, 262_144];
  const lengths = buckets.flatMap((bucket) => [bucket - 4, bucket - 3]);
  const vectors = lengths.map((length): SizeVector => {
    const plaintext = { before, filler: "x", times: length - before.length - after.length, after };
    const name = `a plaintext of ${length} bytes`;
    const bucket = buckets.find((size) => size >= length + 4);
    if (bucket === undefined) return { name, plaintext, error: "too_large" };
    const text = utf8(before + "x".repeat(plaintext.times) + after);
    const padded = padTo(bucket, prefixed(text));
    const envelope = forgeEnvelope({ key: contentKey, commitment, padded, aad: AAD });
    return { name, plaintext, result: { length: envelope.length, sha256: hex(sha256(envelope)) } };
  });
  return { given: { ...CONTEXT, contentKey, commitment, nonce }, vectors };
}

function withoutX(key: string, commitment: string): Uint8Array {
  const nonce = fixed("an envelope's nonce", 24);
  const sealed = chacha20poly1305(unhex(key), nonce.slice(12), AAD).encrypt(inSmallest(PLAINTEXT));
  return concatBytes(Uint8Array.of(1), nonce, unhex(commitment), sealed);
}
