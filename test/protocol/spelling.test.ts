import { domainToASCII } from "node:url";
import { describe, expect, test } from "@jest/globals";
import {
  decodeBase64url,
  encodeBase64url,
  encodedLength,
  normaliseEmail,
  normalisePassphrase,
  ProtocolError,
} from "@secret-handoff/protocol";
import fc from "fast-check";
import { ENVELOPE_BUCKETS, pad, unpad } from "../../packages/protocol/src/encoding.ts";
import { atTier } from "../support/tier.ts";
import * as any from "./arbitraries.ts";

const RUNS = atTier({ cit: 1_000, proof: 100_000 });

/** What a reader makes of something, or undefined where it refuses. */
function orRefused<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ProtocolError) return undefined;
    throw error;
  }
}

describe("base64url", () => {
  test("spells every value as the platform does, and reads it back", async () => {
    await any.check(
      RUNS,
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = encodeBase64url(bytes);
        expect(text).toBe(Buffer.from(bytes).toString("base64url"));
        expect(text).toHaveLength(encodedLength(bytes.length));
        expect(decodeBase64url(text, bytes.length)).toEqual(bytes);
      }),
    );
  });

  test("takes a text only when it is the one spelling of its value", async () => {
    const almost = fc.string({
      unit: fc.constantFrom(..."AQgw_-+/=019 \n\u0000\u00e9"),
      maxLength: 9,
    });
    await any.check(
      RUNS,
      fc.property(almost, (text) => {
        const bytes = orRefused(() => decodeBase64url(text));
        expect(bytes !== undefined).toBe(Buffer.from(text, "base64url").toString("base64url") === text);
        if (bytes) expect(encodeBase64url(bytes)).toBe(text);
      }),
    );
  });
});

describe("padding", () => {
  const lengths = fc.oneof(
    fc.nat({ max: 5_000 }),
    fc.constantFrom(...ENVELOPE_BUCKETS.flatMap((bucket) => [bucket - 5, bucket - 4])),
  );

  test("fills the smallest bucket that fits, and comes off again", async () => {
    await any.check(
      atTier({ cit: 200, proof: 20_000 }),
      fc.property(lengths, fc.nat({ max: 255 }), (length, byte) => {
        const plaintext = new Uint8Array(length).fill(byte);
        const padded = pad(plaintext, ENVELOPE_BUCKETS);
        const smaller = ENVELOPE_BUCKETS.filter((bucket) => bucket < padded.length);
        expect(ENVELOPE_BUCKETS).toContain(padded.length);
        expect(smaller.every((bucket) => bucket < length + 4)).toBe(true);
        expect(Buffer.from(unpad(padded, ENVELOPE_BUCKETS)).equals(plaintext)).toBe(true);
      }),
    );
  });

  test("has one form: what unpads is what pad would have made", async () => {
    const framed = fc
      .tuple(fc.nat({ max: 260 }), fc.uint8Array({ maxLength: 20 }), fc.constantFrom(255, 256, 257, 1_024))
      .map(([length, content, size]) => {
        const bytes = new Uint8Array(size);
        bytes.set(content, 4);
        new DataView(bytes.buffer).setUint32(0, length);
        return bytes;
      });
    await any.check(
      RUNS,
      fc.property(fc.oneof(framed, fc.uint8Array({ maxLength: 10 })), (bytes) => {
        const plaintext = orRefused(() => unpad(bytes, ENVELOPE_BUCKETS));
        if (plaintext) expect(pad(plaintext, ENVELOPE_BUCKETS)).toEqual(bytes);
      }),
    );
  });
});

describe("normal forms", () => {
  const spaced = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 3 }),
        fc.constantFrom(
          " ",
          "\t",
          "\u00a0",
          "\u2028",
          "\u0301",
          "\u3099",
          "\u1161",
          "\u00a8",
          "\u037a",
          "\ufefc",
        ),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join(""));

  test("a passphrase in normal form is left as it is", async () => {
    await any.check(
      RUNS,
      fc.property(spaced, (typed) => {
        const once = orRefused(() => normalisePassphrase(typed));
        if (once === undefined) return;
        expect(normalisePassphrase(once)).toBe(once);
        expect(normalisePassphrase(`\u3000${typed}\n`)).toBe(once);
        expect(once).toBe(once.normalize("NFKC"));
      }),
    );
  });

  test("an address in normal form is left as it is, and is plain ASCII", async () => {
    const typed = fc.oneof(
      any.email.map((email) => `\t${email.toUpperCase()} `),
      fc.string({
        unit: fc.constantFrom("a", "A", "@", " ", "\uff20", "\uff21", "\u212a", "\u0131", "."),
        maxLength: 6,
      }),
    );
    await any.check(
      RUNS,
      fc.property(typed, (address) => {
        const once = orRefused(() => normaliseEmail(address));
        if (once === undefined) return;
        expect(normaliseEmail(once)).toBe(once);
        expect(once).toMatch(/^[!-?[-~]+@[!-?[-~]+$/);
      }),
    );
  });
});

test("a domain beyond ASCII has the A-labels that Node's UTS 46 gives it", async () => {
  const letters = [
    ["a", "z"],
    ["A", "Z"],
    ["\u00df", "\u017e"],
    ["\u03b1", "\u03ce"],
    ["\u0410", "\u044f"],
    ["\u05d0", "\u05ea"],
    ["\u0621", "\u063a"],
    ["\u0915", "\u0939"],
    ["\u3041", "\u3096"],
    ["\u30a1", "\u30f6"],
    ["\u4e00", "\u9fa5"],
    ["\uac00", "\ud7a3"],
    ["\u{20000}", "\u{2a6d6}"],
  ].map(([first = "", last = ""]) =>
    fc
      .integer({ min: first.codePointAt(0) ?? 0, max: last.codePointAt(0) ?? 0 })
      .map((point) => String.fromCodePoint(point)),
  );
  const script = fc
    .constantFrom(...letters)
    .chain((letter) => fc.array(letter, { minLength: 1, maxLength: 12 }));
  const label = fc.tuple(script, script).map(([one, other]) => [...one, ...other].join(""));
  await any.check(
    RUNS,
    fc.property(fc.array(label, { minLength: 1, maxLength: 3 }), (labels) => {
      const domain = labels.join(".").normalize("NFKC");
      // Empty where Node refuses: labels of both directions, for example. Those are no one's domain, and refusing them is not our task.
      const expected = domainToASCII(domain);
      fc.pre(expected !== "");
      expect(normaliseEmail(`ana@${labels.join(".")}`)).toBe(`ana@${expected}`);
    }),
  );
});
