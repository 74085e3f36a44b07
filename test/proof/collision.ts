import { xchacha20 } from "@noble/ciphers/chacha.js";

/**
 * XChaCha20-Poly1305 does not commit to its key: anyone who knows two keys can write one ciphertext with one tag that both
 * accept (Len, Grubbs, Ristenpart, "Partitioning Oracle Attacks", USENIX Security 2021, section 3; Dodis et al., CRYPTO 2018).
 *
 * Poly1305 (RFC 8439, section 2.5) is a polynomial in r over GF(2^130 - 5) whose coefficients are the message's blocks, plus s
 * modulo 2^128. With all blocks but one fixed, each key's tag is linear in the last one, so that equal tags are one linear equation:
 *
 *     c1 + x r1^k + s1 = c2 + x r2^k + s2   (mod 2^128, each sum reduced mod 2^130 - 5 before s is added)
 *
 * It is solved modulo 2^130 - 5 for each way the two reductions can differ, and is right when the solution is a block of 16 bytes.
 * One draw in a few gives one; otherwise a fixed block is drawn again.
 */

const P = 2n ** 130n - 5n;
const BLOCK = 2n ** 128n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;

export type CollisionInput = {
  readonly keys: readonly [Uint8Array, Uint8Array];
  readonly nonce: Uint8Array;
  readonly aad: Uint8Array;
  /** 16-byte blocks of ciphertext to make. */
  readonly blocks: number;
  readonly random: (length: number) => Uint8Array;
};

/** A ciphertext and its tag that both keys accept. */
export function collide({ keys, nonce, aad, blocks, random }: CollisionInput): Uint8Array {
  const [one, two] = [oneTimeKey(keys[0], nonce), oneTimeKey(keys[1], nonce)];
  for (;;) {
    const ciphertext = random(blocks * 16);
    const x = solve(one, two, macBlocks(aad, ciphertext), Math.ceil(aad.length / 16));
    if (x === undefined) continue;
    ciphertext.set(toBytes(x - BLOCK), 0);
    const tag = tagOf(one, macBlocks(aad, ciphertext));
    return Uint8Array.from([...ciphertext, ...toBytes(tag)]);
  }
}

type OneTimeKey = { readonly r: bigint; readonly s: bigint };

/** The block that makes both tags equal in place of the one at `free`, or undefined where none of 16 bytes does. */
function solve(
  one: OneTimeKey,
  two: OneTimeKey,
  blocks: readonly bigint[],
  free: number,
): bigint | undefined {
  const rest = blocks.map((block, at) => (at === free ? 0n : block));
  const power = BigInt(blocks.length - free);
  const slope = mod(powMod(one.r, power) - powMod(two.r, power), P);
  const offset = polynomial(one.r, rest) - polynomial(two.r, rest);
  const inverse = powMod(slope, P - 2n);
  // The reduced sums differ by s2 - s1 modulo 2^128: by one of these numbers between -P and P.
  for (let apart = mod(two.s - one.s, BLOCK) - 4n * BLOCK; apart < P; apart += BLOCK) {
    const x = mod((apart - offset) * inverse, P);
    if (x < BLOCK || x >= 2n * BLOCK) continue;
    const solved = blocks.map((block, at) => (at === free ? x : block));
    if (tagOf(one, solved) === tagOf(two, solved)) return x;
  }
  return undefined;
}

/** Poly1305's key: the first 32 bytes of the ChaCha20 stream under the HChaCha20 subkey (RFC 8439, section 2.6). */
function oneTimeKey(key: Uint8Array, nonce: Uint8Array): OneTimeKey {
  const stream = xchacha20(key, nonce, new Uint8Array(32));
  return { r: fromBytes(stream.subarray(0, 16)) & CLAMP, s: fromBytes(stream.subarray(16)) };
}

/** What is authenticated: aad and ciphertext, each padded to 16 bytes, then both lengths (section 2.8), each block with its 2^128. */
function macBlocks(aad: Uint8Array, ciphertext: Uint8Array): readonly bigint[] {
  const lengths = Buffer.alloc(16);
  lengths.writeBigUInt64LE(BigInt(aad.length));
  lengths.writeBigUInt64LE(BigInt(ciphertext.length), 8);
  const padded = (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 15)]);
  const message = Buffer.concat([padded(aad), padded(ciphertext), lengths]);
  return Array.from(
    { length: message.length / 16 },
    (_, at) => fromBytes(message.subarray(at * 16, at * 16 + 16)) + BLOCK,
  );
}

function polynomial(r: bigint, blocks: readonly bigint[]): bigint {
  return blocks.reduce((sum, block) => ((sum + block) * r) % P, 0n);
}

function tagOf({ r, s }: OneTimeKey, blocks: readonly bigint[]): bigint {
  return (polynomial(r, blocks) + s) % BLOCK;
}

function powMod(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

function mod(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus;
}

function fromBytes(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

function toBytes(value: bigint): Uint8Array {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(32, "0"), "hex").reverse());
}
