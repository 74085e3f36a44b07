import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { xchacha20poly1305 } from "@noble/ciphers/chacha.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { report } from "../support/tier.ts";
import { decrypt, encrypt } from "./second/xchacha.ts";

type File<Case> = {
  readonly numberOfTests: number;
  readonly testGroups: readonly { readonly tests: readonly Case[] }[];
};
type Verdict = { readonly tcId: number; readonly result: "valid" | "invalid" };
type AeadCase = Verdict & Readonly<Record<"key" | "iv" | "aad" | "msg" | "ct" | "tag", string>>;
type HkdfCase = Verdict &
  Readonly<Record<"ikm" | "salt" | "info" | "okm", string>> & { readonly size: number };

const bytes = (digits: string) => Uint8Array.from(Buffer.from(digits, "hex"));
const hex = (data: Uint8Array | undefined) => data && Buffer.from(data).toString("hex");

/**
 * Declares a test of every case of one of C2SP's published files, where it lies beside the checkout; they are not part of this
 * repository (CONTRIBUTING.md says where they come from). Where it is missing the test is skipped, and it is said why.
 */
function testCases<Case>(file: string, name: string, body: (cases: readonly Case[]) => void): void {
  const url = new URL(`../../../shared/data/wycheproof/${file}`, import.meta.url);
  if (!existsSync(url)) {
    report(`skipped: no ../shared/data/wycheproof/${file} beside the checkout`);
    test.skip(name, () => {});
    return;
  }
  test(name, () => {
    const published: File<Case> = JSON.parse(readFileSync(url, "utf8"));
    const cases = published.testGroups.flatMap((group) => group.tests);
    expect(cases).toHaveLength(published.numberOfTests);
    body(cases);
  });
}

/** Undefined where the implementation refuses. */
function orUndefined(run: () => Uint8Array | undefined): Uint8Array | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && !(error instanceof TypeError)) return undefined;
    throw error;
  }
}

const AEAD = "XChaCha20-Poly1305 agrees with Wycheproof, in the library and in the second implementation";
testCases<AeadCase>("xchacha20_poly1305_test.json", AEAD, (cases) => {
  for (const { tcId, result, key, iv, aad, msg, ct, tag } of cases) {
    const sealed = bytes(ct + tag);
    const library = () => xchacha20poly1305(bytes(key), bytes(iv), bytes(aad));
    const opened = orUndefined(() => library().decrypt(sealed));
    const expected = result === "valid" ? msg : undefined;
    expect({ tcId, opened: hex(opened) }).toEqual({ tcId, opened: expected });
    if (bytes(iv).length !== 24) continue;
    expect({ tcId, second: hex(decrypt(bytes(key), bytes(iv), bytes(aad), sealed)) }).toEqual({
      tcId,
      second: expected,
    });
    if (result === "invalid") continue;
    expect(hex(library().encrypt(bytes(msg)))).toBe(ct + tag);
    expect(hex(encrypt(bytes(key), bytes(iv), bytes(aad), bytes(msg)))).toBe(ct + tag);
  }
});

testCases<HkdfCase>("hkdf_sha256_test.json", "HKDF-SHA-256 agrees with Wycheproof", (cases) => {
  for (const { tcId, result, ikm, salt, info, size, okm } of cases) {
    const made = orUndefined(() => hkdf(sha256, bytes(ikm), bytes(salt), bytes(info), size));
    expect({ tcId, okm: hex(made) }).toEqual({ tcId, okm: result === "valid" ? okm : undefined });
  }
});
