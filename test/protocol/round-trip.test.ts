import { expect, test } from "@jest/globals";
import {
  type Answers,
  deriveLinkKeys,
  deriveOpenKeys,
  emailHintOf,
  emailVerifierOf,
  formatFragment,
  formatLink,
  isHandoffId,
  open,
  openEnvelope,
  openHeader,
  ProtocolError,
  parseHandoffId,
  parseLink,
  recoverLink,
  type Sealed,
  type SealInput,
  seal,
  sealEnvelope,
  sealHeader,
  verifierOf,
} from "@secret-handoff/protocol";
import fc from "fast-check";
import { atTier } from "../support/tier.ts";
import * as any from "./arbitraries.ts";

/** Opens a handoff as a recipient does: from the link, the answers and what the service knows. */
async function openSealed(sealed: Sealed, answers: Answers) {
  const link = parseLink(sealed.link);
  const linkKeys = deriveLinkKeys(link);
  const openKeys = await deriveOpenKeys(link, answers);
  return {
    linkKeys,
    openKeys,
    header: openHeader(sealed.header, link.id, linkKeys.headerKey),
    bundle: open(link, openKeys, sealed),
  };
}

test("whatever was sealed is what the recipient opens", async () => {
  const input = fc.record({
    origin: any.origin,
    class: any.className,
    expiresAt: any.expiresAt,
    items: fc.array(any.item, { maxLength: 5 }),
    header: any.header,
    email: fc.option(any.email, { nil: undefined }),
  });
  await any.check(
    atTier({ cit: 60, proof: 5_000 }),
    fc.asyncProperty(input, fc.boolean(), async (given, wanted) => {
      const mailedCode = wanted && given.email !== undefined;
      const sealed = await seal({ ...given, mailedCode });
      const opened = await openSealed(sealed, given);
      expect(opened.bundle.items).toEqual(given.items);
      const hint = given.email === undefined ? {} : { emailHint: emailHintOf(given.email) };
      expect(opened.header).toEqual({ ...given.header, ...hint });
      expect(verifierOf(opened.linkKeys.linkToken)).toEqual(sealed.linkVerifier);
      expect(verifierOf(opened.openKeys.claimToken)).toEqual(sealed.claimVerifier);
      expect(verifierOf(opened.bundle.receipt)).toEqual(sealed.receiptVerifier);
      const emailVerifier = mailedCode
        ? emailVerifierOf(opened.linkKeys.emailKey, given.email ?? "")
        : undefined;
      expect(sealed.emailVerifier).toEqual(emailVerifier);
    }),
  );
});

test("a hint of another form than the sender's library writes is none: it neither locks anybody out nor is shown", () => {
  const key = new Uint8Array(32).fill(7);
  const id = parseHandoffId("AAAAAAAAAAAAAAAAAAAAAA");
  const hintOf = (emailHint: string) =>
    openHeader(sealHeader({ emailHint }, id, key, new Uint8Array(24)), id, key).emailHint;
  for (const hint of ["a\u2022\u2022\u2022@vendor.example", emailHintOf("ana@vendor.example")])
    expect(hintOf(hint)).toBe(hint);
  for (const hint of [
    "somebody at vendor",
    "a\u2022\u2022\u2022@",
    "a\u2022\u2022\u2022@vendor\n.example",
    "\u001b\u2022\u2022\u2022@vendor.example",
    "a\u2022\u2022\u2022@vendor.example\u001b]52;c;eA==\u0007",
    `a\u2022\u2022\u2022@${"v".repeat(321)}`,
  ]) {
    expect(hintOf(hint)).toBeUndefined();
  }
});

test("an answer is taken however it is typed, and another one opens nothing", async () => {
  await any.check(
    atTier({ cit: 1, proof: 20 }),
    fc.asyncProperty(any.email, async (email) => {
      const sealed = await seal({ ...SMALL, email, passphrase: "Stra\u00dfe caf\u00e9 42 \uff41" });
      const typed = { email: ` ${email.toUpperCase()}\n`, passphrase: "\tStra\u00dfe  cafe\u0301\u00a042 a" };
      expect((await openSealed(sealed, typed)).bundle.items).toEqual(SMALL.items);
      const wrong = { ...typed, passphrase: "stra\u00dfe caf\u00e9 42 a" };
      await expect(openSealed(sealed, wrong)).rejects.toMatchObject({ code: "commitment" });
    }),
  );
});

test("another address opens nothing", async () => {
  await any.check(
    atTier({ cit: 25, proof: 5_000 }),
    fc.asyncProperty(any.email, any.email, async (email, other) => {
      fc.pre(email !== other);
      const sealed = await seal({ ...SMALL, email });
      await expect(openSealed(sealed, { email: other })).rejects.toMatchObject({ code: "commitment" });
    }),
  );
});

test("a link is read back as it was written", async () => {
  await any.check(
    atTier({ cit: 150, proof: 100_000 }),
    fc.property(any.link, (given) => expect(parseLink(formatLink(given))).toEqual(given)),
  );
});

test("a link under the id of another handoff is damaged", async () => {
  await any.check(
    atTier({ cit: 150, proof: 100_000 }),
    fc.property(any.link, any.link, (given, { id }) => {
      fc.pre(given.id !== id);
      const mixed = formatLink({ ...given, id });
      expect(() => parseLink(mixed)).toThrow(expect.objectContaining({ code: "damaged" }));
      expect(() => recoverLink(mixed)).toThrow(expect.objectContaining({ code: "damaged" }));
    }),
  );
});

test("a key alone names its handoff: an id that was lost or misspelt is derived, an id of another is never taken", async () => {
  const misspelt = fc.stringMatching(/^[\w.~!=-]{0,64}$/).filter((text) => !isHandoffId(text));
  await any.check(
    atTier({ cit: 150, proof: 100_000 }),
    fc.property(any.link, misspelt, (given, id) => {
      const address = `${given.origin}/h/${id}#${formatFragment(given)}`;
      expect(recoverLink(address)).toEqual(given);
      expect(() => parseLink(address)).toThrow(expect.objectContaining({ code: "link" }));
    }),
  );
});

test("the last character of a link is never one that mail programs drop", async () => {
  await any.check(
    atTier({ cit: 150, proof: 100_000 }),
    fc.property(any.link, (given) => expect(formatLink(given)).toMatch(/#[\w-]{45}[AQgw]$/)),
  );
});

test("two handoffs of the same thing share nothing that could link them", async () => {
  const [one, other] = [await seal(SMALL), await seal(SMALL)];
  const parts = (sealed: Sealed) =>
    [sealed.linkVerifier, sealed.claimVerifier, sealed.receiptVerifier, sealed.envelope, sealed.header].map(
      (part) => Buffer.from(part).toString("hex"),
    );
  expect(new Set([...parts(one), ...parts(other), one.id, other.id, one.link, other.link]).size).toBe(14);
});

test("lengths tell the bucket and nothing else", async () => {
  const lengths = new Set<number>();
  for (const value of ["", "a", "a".repeat(50)]) {
    const sealed = await seal({
      ...SMALL,
      items: [{ label: "", fields: [{ name: "", value, concealed: true }] }],
    });
    lengths.add(sealed.envelope.length);
  }
  expect([...lengths]).toEqual([1 + 24 + 32 + 256 + 16]);
});

const SMALL: SealInput = {
  origin: "https://handoff.example.com",
  class: "third-party-service",
  expiresAt: 1_800_000_000,
  items: [{ label: "orders", fields: [{ name: "password", value: "p", concealed: true }] }],
  header: { title: "Orders database" },
};
const HALF = "\ud83d";

test.each<[name: string, input: Partial<SealInput>, code: string]>([
  ["a class without a name", { class: "" }, "class"],
  ["a class with half a character in its name", { class: HALF }, "class"],
  ["an expiry in fractions of a second", { expiresAt: 1_800_000_000.5 }, "expiry"],
  ["an expiry before 1970", { expiresAt: -1 }, "expiry"],
  ["an expiry that is no number", { expiresAt: Number.NaN }, "expiry"],
  ["an address that is none", { email: "ana" }, "email"],
  ["a mailed code without an address", { mailedCode: true }, "email"],
  ["an empty passphrase", { passphrase: " " }, "passphrase"],
  ["a passphrase with half a character", { passphrase: HALF }, "passphrase"],
  ["an origin with a trailing slash", { origin: "https://handoff.example.com/" }, "link"],
  ["an origin over plain http", { origin: "http://handoff.example.com" }, "link"],
  ["an origin in capitals", { origin: "https://HANDOFF.example.com" }, "link"],
  ["a value with half a character", { items: [{ label: HALF, fields: [] }] }, "plaintext"],
  ["a header with half a character", { header: { title: HALF } }, "plaintext"],
  ["a bundle over 262 140 bytes", { items: [{ label: "x".repeat(262_140), fields: [] }] }, "too_large"],
  ["a header over 4 092 bytes", { header: { message: "x".repeat(4_092) } }, "too_large"],
])("seal refuses %s", async (_, input, code) => {
  const sealing = seal({ ...SMALL, ...input });
  await expect(sealing).rejects.toBeInstanceOf(ProtocolError);
  await expect(sealing).rejects.toMatchObject({ code });
});

test("an envelope or a header opens only with every part of its context", async () => {
  const context = fc.record({
    id: any.handoffId,
    flags: any.flags,
    expiresAt: any.expiresAt,
    class: any.className,
  });
  const keys = { contentKey: new Uint8Array(32).fill(1), commitment: new Uint8Array(32).fill(2) };
  await any.check(
    atTier({ cit: 80, proof: 20_000 }),
    fc.property(any.bundle, context, context, any.bytes(24), (bundle, sealedFor, openedAs, nonce) => {
      const envelope = sealEnvelope(bundle, sealedFor, keys, nonce);
      expect(openEnvelope(envelope, sealedFor, keys)).toEqual(bundle);
      for (const part of ["id", "flags", "expiresAt", "class"] as const) {
        if (openedAs[part] === sealedFor[part]) continue;
        const mixed = { ...sealedFor, [part]: openedAs[part] };
        expect(() => openEnvelope(envelope, mixed, keys)).toThrow(
          expect.objectContaining({ code: "decryption" }),
        );
      }
      const header = sealHeader({ title: "t" }, sealedFor.id, keys.contentKey, nonce);
      expect(() => openHeader(header, openedAs.id, keys.contentKey)).toThrow(ProtocolError);
    }),
  );
});
