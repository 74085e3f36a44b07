import { createHash } from "node:crypto";

/** Bytes that look random and are the same for the same seed: SHA-256 of seed and counter. */
export function seededBytes(seed: number): (length: number) => Uint8Array {
  let counter = 0;
  return (length) => {
    const blocks: Buffer[] = [];
    for (let made = 0; made < length; made += 32) {
      counter += 1;
      blocks.push(createHash("sha256").update(`${seed}/${counter}`).digest());
    }
    return Uint8Array.from(Buffer.concat(blocks).subarray(0, length));
  };
}
