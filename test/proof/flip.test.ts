import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import {
  deriveLinkKeys,
  deriveOpenKeys,
  type EnvelopeContext,
  type Flags,
  formatLink,
  type HandoffId,
  handoffIdOfToken,
  type LinkSecret,
  type OpenKeys,
  openEnvelope,
  openHeader,
  ProtocolError,
  type ProtocolErrorCode,
  parseLink,
  type Receipt,
  recoverLink,
  sealEnvelope,
  sealHeader,
} from "@secret-handoff/protocol";
import { atTier, report, SEED } from "../support/tier.ts";
import { collide } from "./collision.ts";
import { seededBytes } from "./seeded-bytes.ts";

const ENVELOPES = atTier({ cit: 6, proof: 1_000 });
const LINKS = atTier({ cit: 4, proof: 1_000 });
const COLLISIONS = atTier({ cit: 25, proof: 1_000 });
const MINUTES = 60_000;

const random = seededBytes(SEED);

type Handoff = {
  readonly context: EnvelopeContext;
  readonly linkSecret: LinkSecret;
  readonly headerKey: Uint8Array;
  readonly keys: OpenKeys;
};

async function handoff(flags: Flags, email: string): Promise<Handoff> {
  const linkSecret = random(32) as LinkSecret;
  const { linkToken, headerKey } = deriveLinkKeys({ flags, linkSecret });
  const keys = await deriveOpenKeys({ flags, linkSecret }, { email });
  const context = {
    id: handoffIdOfToken(linkToken),
    flags,
    expiresAt: 1_800_000_000,
    class: "third-party-service",
  };
  return { context, linkSecret, headerKey, keys };
}

/** The code of the refusal; fails where the bytes are taken. */
function refusalOf(open: () => unknown): ProtocolErrorCode {
  try {
    open();
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
  throw new Error("changed bytes were taken");
}

/**
 * Flips each bit in turn, in place, and puts it back.
 * @param codeAt the refusal that a change of this bit of the byte at this place must meet
 * @returns how many bits were flipped
 */
function flipEveryBit(
  bytes: Uint8Array,
  open: () => unknown,
  codeAt: (at: number, bit: number) => ProtocolErrorCode,
): number {
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    for (let bit = 0; bit < 8; bit += 1) {
      bytes[at] = byte ^ (1 << bit);
      const code = refusalOf(open);
      const expected = codeAt(at, bit);
      // expect() costs more than the decryption it would watch.
      if (code !== expected) throw new Error(`bit ${bit} of byte ${at}: ${code} instead of ${expected}`);
    }
    bytes[at] = byte;
  }
  return bytes.length * 8;
}

/** Most plaintexts fill the smallest bucket; one in ten the second, one in a hundred the third. */
function sizeOf(index: number): number {
  if (index % 100 === 50) return 1_500;
  return index % 10 === 5 ? 500 : 20;
}

// Taking the stack of nine million refusals would cost as much as making them.
const { stackTraceLimit } = Error;
beforeAll(() => {
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit;
});

describe("every bit flipped", () => {
  test(
    `of ${ENVELOPES} envelopes: each refused, for the reason of its place`,
    async () => {
      let bits = 0;
      for (let index = 0; index < ENVELOPES; index += 1) {
        const { context, keys } = await handoff(index % 2 === 0 ? 0 : 2, "ana@vendor.example");
        const value = Buffer.from(random(sizeOf(index))).toString("hex");
        const items = [{ label: "", fields: [{ name: "password", value, concealed: true }] }];
        const receipt = random(32) as Receipt;
        const envelope = sealEnvelope({ items, receipt }, context, keys, random(24));
        const open = () => openEnvelope(envelope, context, keys);
        bits += flipEveryBit(envelope, open, (at) =>
          at === 0 ? "version" : at >= 25 && at < 57 ? "commitment" : "decryption",
        );
        expect(open()).toEqual({ items, receipt });
      }
      report(`${bits.toLocaleString("en")} bits of ${ENVELOPES} envelopes flipped, each refused`);
    },
    20 * MINUTES,
  );

  test(
    `of ${ENVELOPES} headers: each refused, for the reason of its place`,
    async () => {
      let bits = 0;
      for (let index = 0; index < ENVELOPES; index += 1) {
        const { context, headerKey } = await handoff(0, "");
        const content = { message: Buffer.from(random(sizeOf(index))).toString("hex") };
        const header = sealHeader(content, context.id, headerKey, random(24));
        const open = () => openHeader(header, context.id, headerKey);
        bits += flipEveryBit(header, open, (at) => (at === 0 ? "version" : "decryption"));
        expect(open()).toEqual(content);
      }
      report(`${bits.toLocaleString("en")} bits of ${ENVELOPES} headers flipped, each refused`);
    },
    20 * MINUTES,
  );
});

describe("every bit of a link flipped", () => {
  test(
    `in its id and in its fragment, of ${LINKS} links: each told, locally, for the reason of its place`,
    async () => {
      let bits = 0;
      for (let index = 0; index < LINKS; index += 1) {
        const linkSecret = random(32) as LinkSecret;
        const flags = (index % 4) as Flags;
        const id = Buffer.from(
          handoffIdOfToken(deriveLinkKeys({ flags, linkSecret }).linkToken),
          "base64url",
        );
        const fragment = Buffer.from([1, flags, ...linkSecret]);
        const link = () =>
          `https://handoff.example.com/h/${id.toString("base64url")}#${fragment.toString("base64url")}`;
        expect(link()).toBe(
          formatLink({
            origin: "https://handoff.example.com",
            id: id.toString("base64url") as HandoffId,
            flags,
            linkSecret,
          }),
        );
        // A version beyond 15 is damage to whoever reads leniently.
        const versions = (bit: number): ProtocolErrorCode => (bit < 4 ? "version" : "damaged");
        for (const [read, ofVersion] of [
          [parseLink, (): ProtocolErrorCode => "version"],
          [recoverLink, versions],
        ] as const) {
          bits += flipEveryBit(
            id,
            () => read(link()),
            () => "damaged",
          );
          bits += flipEveryBit(
            fragment,
            () => read(link()),
            (at, bit) => {
              if (at === 0) return ofVersion(bit);
              return at === 1 && bit > 1 ? "flags" : "damaged";
            },
          );
          expect(read(link())).toMatchObject({ flags, linkSecret });
        }
      }
      report(`${bits.toLocaleString("en")} bits of ${LINKS} links flipped, each told`);
    },
    20 * MINUTES,
  );
});

describe("a ciphertext that two keys decrypt", () => {
  test(
    `is taken by bare XChaCha20-Poly1305 under both, and refused by the commitment: ${COLLISIONS} times`,
    async () => {
      for (let index = 0; index < COLLISIONS; index += 1) {
        // One link, two answers: what somebody would want who tests many answers with one envelope.
        const { context, linkSecret, keys: ana } = await handoff(2, "ana@vendor.example");
        const bob = await deriveOpenKeys({ flags: 2, linkSecret }, { email: "bob@vendor.example" });
        const nonce = random(24);
        const aad = aadOf(context);
        const sealed = collide({ keys: [ana.contentKey, bob.contentKey], nonce, aad, blocks: 16, random });

        const bare = (keys: OpenKeys) => xchacha20poly1305(keys.contentKey, nonce, aad).decrypt(sealed);
        expect(bare(ana)).toHaveLength(256);
        expect(bare(bob)).toHaveLength(256);
        expect(Buffer.from(bare(ana)).equals(bare(bob))).toBe(false);

        for (const [keys, others] of [
          [ana, bob],
          [bob, ana],
        ] as const) {
          const envelope = Buffer.concat([Buffer.of(1), nonce, keys.commitment, sealed]);
          expect(refusalOf(() => openEnvelope(envelope, context, others))).toBe("commitment");
          // Under the keys it is committed to it passes the AEAD, and only its made-up contents are refused.
          expect(refusalOf(() => openEnvelope(envelope, context, keys))).toBe("padding");
        }
      }
      report(`${COLLISIONS} colliding ciphertexts, each refused under the second key`);
    },
    20 * MINUTES,
  );
});

/** The additional data of an envelope, as docs/protocol.md gives it. */
function aadOf({ id, flags, expiresAt, class: name }: EnvelopeContext): Uint8Array {
  const numbers = Buffer.alloc(13);
  numbers.writeUInt8(flags);
  numbers.writeBigUInt64BE(BigInt(expiresAt), 1);
  numbers.writeUInt32BE(name.length, 9);
  return Buffer.concat([
    Buffer.from("secret-handoff/v1 envelope"),
    Buffer.from(id, "base64url"),
    numbers,
    Buffer.from(name),
  ]);
}
