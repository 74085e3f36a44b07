import { createCipheriv, createDecipheriv } from "node:crypto";

/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) over OpenSSL's ChaCha20-Poly1305. */

const TAG_BYTES = 16;

export function encrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const cipher = createCipheriv("chacha20-poly1305", subkey(key, nonce), shortNonce(nonce), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @returns undefined where the tag does not fit */
export function decrypt(
  key: Uint8Array,
  nonce: Uint8Array,
  aad: Uint8Array,
  sealed: Uint8Array,
): Uint8Array | undefined {
  const body = sealed.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv("chacha20-poly1305", subkey(key, nonce), shortNonce(nonce), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(aad, { plaintextLength: body.length });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const plaintext = decipher.update(body);
  try {
    decipher.final();
  } catch {
    return undefined;
  }
  return plaintext;
}

function subkey(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  return hchacha20(key, nonce.subarray(0, 16));
}

function shortNonce(nonce: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.alloc(4), nonce.subarray(16)]);
}

const QUARTERS = [
  [0, 4, 8, 12],
  [1, 5, 9, 13],
  [2, 6, 10, 14],
  [3, 7, 11, 15],
  [0, 5, 10, 15],
  [1, 6, 11, 12],
  [2, 7, 8, 13],
  [3, 4, 9, 14],
] as const;

/** Ten double rounds without the final addition; the first and the last four words (section 2.2 of the draft). */
function hchacha20(key: Uint8Array, nonce: Uint8Array): Uint8Array {
  const block = Buffer.concat([Buffer.from("expand 32-byte k", "ascii"), key, nonce]);
  const state = Uint32Array.from({ length: 16 }, (_, word) => block.readUInt32LE(word * 4));
  const at = (index: number) => state[index] ?? 0;
  const step = (target: number, added: number, mixed: number, bits: number) => {
    state[target] = at(target) + at(added);
    const word = at(mixed) ^ at(target);
    state[mixed] = (word << bits) | (word >>> (32 - bits));
  };
  for (let round = 0; round < 10; round += 1) {
    for (const [a, b, c, d] of QUARTERS) {
      step(a, b, d, 16);
      step(c, d, b, 12);
      step(a, b, d, 8);
      step(c, d, b, 7);
    }
  }
  const out = Buffer.alloc(32);
  for (const [position, word] of [0, 1, 2, 3, 12, 13, 14, 15].entries())
    out.writeUInt32LE(at(word), position * 4);
  return Uint8Array.from(out);
}
