import { describe, expect, test } from "@jest/globals";
import { vectors } from "../vectors/read.ts";
import { first, outcomeOf, second } from "./implementations.ts";

/** The result or the error that a vector promises. */
function promised(vector: { readonly result?: unknown; readonly error?: string }) {
  return vector.error === undefined ? { result: vector.result } : { error: vector.error };
}

describe.each([
  ["packages/protocol", first],
  ["a second implementation on node:crypto", second],
])("%s", (_, implementation) => {
  test.each(vectors.base64url)("base64url: $name", async (vector) => {
    expect(await outcomeOf(() => implementation.base64url(vector.text, vector.length))).toEqual(
      promised(vector),
    );
  });

  test.each(vectors.links)("link: $name", async (vector) => {
    expect(await outcomeOf(() => implementation.link(vector.link))).toEqual(promised(vector));
  });

  test.each(vectors.recovered)("recovered link: $name", async (vector) => {
    expect(await outcomeOf(() => implementation.recover(vector.address))).toEqual(promised(vector));
  });

  test.each(vectors.passphrases)("passphrase: $name", async (vector) => {
    expect(await outcomeOf(() => implementation.passphrase(vector.input))).toEqual(promised(vector));
  });

  test.each(vectors.emails)("address: $name", async (vector) => {
    expect(await outcomeOf(() => implementation.email(vector.input))).toEqual(promised(vector));
  });

  test.each(vectors.keys)("keys: $name", async (vector) => {
    const outcome = await outcomeOf(() => implementation.keys(vector));
    if ("result" in outcome) expect(promised(vector).result).toMatchObject(outcome.result);
    else expect(outcome).toEqual(promised(vector));
  });

  test.each(vectors.verifiers)("verifier: $name", ({ token, verifier }) => {
    expect(implementation.verifier(token)).toBe(verifier);
  });

  test.each(vectors.emailVerifiers)("address verifier: $name", async (vector) => {
    const outcome = await outcomeOf(() => implementation.emailVerifier(vector.emailKey, vector.email));
    expect(outcome).toEqual(promised(vector));
  });

  test.each(vectors.envelopes.vectors)("envelope: $name", async (vector) => {
    const given = { ...vectors.envelopes.given, ...vector };
    const envelope = Buffer.from(vector.envelope, "base64url");
    expect(await outcomeOf(() => implementation.openEnvelope(given, envelope))).toEqual(promised(vector));
  });

  test.each(vectors.headers.vectors)("header: $name", async (vector) => {
    const given = { ...vectors.headers.given, ...vector };
    const header = Buffer.from(vector.header, "base64url");
    expect(await outcomeOf(() => implementation.openHeader(given, header))).toEqual(promised(vector));
  });

  test.each(vectors.handoffs)("a whole handoff opens: $name", async (vector) => {
    const { id, flags, linkSecret } = implementation.link(vector.link);
    const { passphrase = "", email = "" } = vector;
    const keys = await implementation.keys({ flags, linkSecret, passphrase, email });
    expect(keys.id).toBe(id);
    expect(vector.keys).toMatchObject(keys);
    expect(implementation.verifier(keys.linkToken)).toBe(vector.linkVerifier);
    expect(implementation.verifier(keys.claimToken)).toBe(vector.claimVerifier);
    if (vector.emailVerifier !== undefined) {
      expect(implementation.emailVerifier(keys.emailKey, email)).toBe(vector.emailVerifier);
    }
    const header = Buffer.from(vector.header, "base64url");
    expect(implementation.openHeader({ id, headerKey: keys.headerKey }, header)).toEqual(vector.content);
    const context = { flags, expiresAt: vector.expiresAt, class: vector.class, ...keys };
    const bundle = implementation.openEnvelope(context, Buffer.from(vector.envelope, "base64url"));
    expect(bundle).toEqual(vector.bundle);
    const receipt = Buffer.from(bundle.receipt, "base64url").toString("hex");
    expect(implementation.verifier(receipt)).toBe(vector.receiptVerifier);
  });
});
