import { createHash, generateKeyPairSync, sign, verify } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { Seal } from "@secret-handoff/protocol/api";
import {
  canonicalJson,
  isSignedBy,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  placeOf,
  readSealKeys,
  sealHash,
  signedBytes,
} from "@secret-handoff/protocol/audit";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { atTier, SEED } from "../support/tier.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const sha256 = (...parts: readonly Uint8Array[]) =>
  createHash("sha256").update(Buffer.concat(parts)).digest();

describe("canonical JSON", () => {
  test("sorts members by UTF-16 code units, as the example of RFC 8785, section 3.2.3", () => {
    const value = {
      "\u20ac": "Euro Sign",
      "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh",
      "1": "One",
      "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control",
      "\u00f6": "Latin Small Letter O With Diaeresis",
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    );
  });

  test("writes literals as the example of RFC 8785, section 3.2.2", () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: the example wants it rounded
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"/",
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  test("is what another implementation writes", () => {
    const values = fc.jsonValue({ maxDepth: 4, noUnicodeString: false } as object);
    fc.assert(
      fc.property(values, (value) => canonicalJson(value) === canonicalize(value)),
      { seed: SEED, numRuns: atTier({ cit: 500, proof: 20_000 }) },
    );
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], ["\ud800"], [() => 1], [1n]])(
    "refuses %p",
    (value) => {
      expect(() => canonicalJson({ value })).toThrow(TypeError);
    },
  );
});

describe("the Merkle tree", () => {
  const entries = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
  ];
  // Roots over the first 1 to 8 of them, from the tests of Google's Certificate Transparency (merkletree/testdata).
  const roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ];

  test("has the roots that Certificate Transparency publishes", () => {
    const tree = new MerkleTree();
    expect(hex(tree.root())).toBe(hex(sha256()));
    for (const [index, entry] of entries.entries()) {
      tree.append(leafHash(Buffer.from(entry, "hex")));
      expect(hex(tree.root())).toBe(roots[index]);
    }
    expect(tree.count).toBe(8);
  });

  test("has the root of the recursive definition, whatever the number of leaves", () => {
    /** RFC 6962, section 2.1, as it stands there. */
    const treeHash = (leaves: readonly Uint8Array[]): Uint8Array => {
      if (leaves.length === 0) return sha256();
      if (leaves.length === 1) return leaves[0] as Uint8Array;
      let k = 1;
      while (k * 2 < leaves.length) k *= 2;
      return sha256(Uint8Array.of(1), treeHash(leaves.slice(0, k)), treeHash(leaves.slice(k)));
    };
    const leaves = Array.from({ length: 300 }, (_, index) => leafHash(Buffer.from(String(index))));
    const tree = new MerkleTree();
    for (let count = 0; count <= leaves.length; count += 1) {
      expect(hex(tree.root())).toBe(hex(treeHash(leaves.slice(0, count))));
      tree.append(leaves[count] ?? new Uint8Array(32));
    }
  });
});

describe("a seal", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const pem = String(publicKey.export({ type: "spki", format: "pem" }));
  const seal = signed({
    day: "2026-11-26",
    count: 2,
    root: "A".repeat(43),
    previous: NO_PREVIOUS_SEAL,
    keyId: "arn:aws:kms:eu-central-1:111122223333:key/k",
    algorithm: "ECDSA_SHA_256",
  });

  function signed(statement: Omit<Seal, "signature">): Seal {
    const signature = sign("sha256", signedBytes(statement), privateKey).toString("base64url");
    return { ...statement, signature };
  }

  test("is signed over its canonical JSON without the signature, as OpenSSL verifies it", () => {
    const bytes = signedBytes(seal);
    expect(Buffer.from(bytes).toString()).toBe(
      `{"algorithm":"ECDSA_SHA_256","count":2,"day":"2026-11-26","keyId":"${seal.keyId}","previous":"${NO_PREVIOUS_SEAL}","root":"${seal.root}"}`,
    );
    expect(verify("sha256", bytes, publicKey, Buffer.from(seal.signature, "base64url"))).toBe(true);
  });

  test("verifies with its key, however KMS chose s, and with no other", () => {
    const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
    const others = readSealKeys(String(other.export({ type: "spki", format: "pem" })));
    // Half of all signatures have an s above n/2, which strict verifiers refuse.
    for (let n = 0; n < 20; n += 1) {
      const another = signed({ ...seal, count: n });
      expect(isSignedBy(another, readSealKeys(pem))).toBe(true);
      expect(isSignedBy(another, others)).toBe(false);
      expect(isSignedBy({ ...another, count: n + 1 }, readSealKeys(pem))).toBe(false);
    }
    expect(isSignedBy({ ...seal, signature: "AAAA" }, readSealKeys(pem))).toBe(false);
  });

  test("has a hash that covers the signature", () => {
    expect(sealHash(seal)).toBe(createHash("sha256").update(canonicalJson(seal)).digest("base64url"));
    expect(sealHash({ ...seal, signature: `${seal.signature}AA` })).not.toBe(sealHash(seal));
  });

  test("its keys are read from PEM, from several in one file, and from the base64 that KMS answers", () => {
    const der = publicKey.export({ type: "spki", format: "der" }).toString("base64");
    expect(readSealKeys(pem)).toHaveLength(1);
    expect(readSealKeys(pem + pem)).toHaveLength(2);
    expect(readSealKeys(`${der}\n`)).toEqual(readSealKeys(pem));
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey;
    const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey;
    for (const key of [rsa, p384]) {
      expect(() => readSealKeys(String(key.export({ type: "spki", format: "pem" })))).toThrow("P-256");
    }
    for (const text of ["", "no key", der.slice(4), `${der.slice(0, -8)}AAAAAAA=`]) {
      expect(() => readSealKeys(text)).toThrow("P-256");
    }
  });
});

test("events stand in the order of time, handoff and number, and late ones where they were recorded", () => {
  const at = (second: string) => `2026-11-26T10:00:${second}Z`;
  const events = [
    { id: "x-refused", time: at("01") },
    { id: "A/9", time: at("01"), handoff: "A", sequence: 9 },
    { id: "A/10", time: at("01"), handoff: "A", sequence: 10 },
    { id: "B/1", time: at("01"), handoff: "B", sequence: 1 },
    { id: "A/11", time: at("02"), handoff: "A", sequence: 11 },
    { id: "B/2", time: "2026-11-25T10:00:00Z", recorded: at("03"), handoff: "B", sequence: 2 },
  ];
  expect(events.toReversed().toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))).toEqual(events);
});
