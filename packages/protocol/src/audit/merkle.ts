import { sha256 } from "@noble/hashes/sha2.js";
import { concat } from "../encoding.ts";

/** The Merkle tree of RFC 6962, section 2.1, over SHA-256. A prefix tells a leaf from a node, so that neither can pass for the other. */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Bytes of every hash in the tree. */
export const HASH_LENGTH = 32;

/** SHA-256(0x00 | entry). @param entry the bytes of one entry: of an event, its canonical JSON */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, entry));
}

/** A tree that grows leaf by leaf and keeps one hash for each power of two, so that a day of any size takes the same memory. */
export class MerkleTree {
  /** Roots of the complete subtrees so far, the largest first: one for each bit that is set in the number of leaves. */
  readonly #roots: Uint8Array[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param leaf see {@link leafHash} */
  append(leaf: Uint8Array): void {
    let root = leaf;
    for (let size = this.#count; size % 2 === 1; size = (size - 1) / 2) {
      root = nodeHash(this.#roots.pop() as Uint8Array, root);
    }
    this.#roots.push(root);
    this.#count += 1;
  }

  /** The Merkle tree hash of the leaves so far; of none, the SHA-256 of nothing. */
  root(): Uint8Array {
    const [last, ...larger] = this.#roots.toReversed();
    return last === undefined
      ? sha256(new Uint8Array())
      : larger.reduce((right, left) => nodeHash(left, right), last);
  }
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(NODE, left, right));
}
