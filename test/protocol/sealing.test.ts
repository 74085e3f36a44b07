import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import {
  decodeBase64url,
  type Flags,
  openEnvelope,
  parseHandoffId,
  type Receipt,
  seal,
  sealEnvelope,
} from "@secret-handoff/protocol";
import type { HandoffVector, SizeVector } from "../vectors/format.ts";
import { inOrder, readItems } from "../vectors/handoffs.ts";
import { makeVectors } from "../vectors/make.ts";
import { vectors } from "../vectors/read.ts";
import { outcomeOf } from "./implementations.ts";
import { sealBytes } from "./second/sealed.ts";

const bytes = (digits: string) => Uint8Array.from(Buffer.from(digits, "hex"));

function figures(envelope: Uint8Array) {
  return { length: envelope.length, sha256: createHash("sha256").update(envelope).digest("hex") };
}

describe("a plaintext at the end of a bucket", () => {
  const { given } = vectors.sizes;
  const context = { ...given, id: parseHandoffId(given.id), flags: given.flags as Flags };
  const keys = { contentKey: bytes(given.contentKey), commitment: bytes(given.commitment) };
  const bundleOf = ({ plaintext }: SizeVector) => ({
    items: [{ label: plaintext.filler.repeat(plaintext.times), fields: [] }],
    receipt: decodeBase64url(plaintext.after.slice(-45, -2), 32) as Uint8Array as Receipt,
  });

  test.each(vectors.sizes.vectors)("is sealed to these very bytes or refused: $name", async (vector) => {
    const { before, filler, times, after } = vector.plaintext;
    const promised = "error" in vector ? { error: vector.error } : { result: vector.result };
    const ours = await outcomeOf(() =>
      figures(sealEnvelope(bundleOf(vector), context, keys, bytes(given.nonce))),
    );
    expect(ours).toEqual(promised);
    const plaintext = Buffer.from(before + filler.repeat(times) + after);
    expect(await outcomeOf(() => figures(sealBytes(given, bytes(given.nonce), plaintext)))).toEqual(promised);
  });

  test("opens to what was sealed, in every bucket", () => {
    for (const vector of vectors.sizes.vectors.filter((size) => "result" in size)) {
      const envelope = sealEnvelope(bundleOf(vector), context, keys, bytes(given.nonce));
      expect(openEnvelope(envelope, context, keys)).toEqual(bundleOf(vector));
    }
  });
});

describe("sealing from given random bytes", () => {
  test.each(vectors.handoffs)(
    "makes the very link, verifiers, envelope and header: $name",
    async (vector) => {
      const { bundle, content, random } = vector;
      const { emailHint, ...header } = content;
      expect(emailHint === undefined).toBe(vector.email === undefined);
      const sealed = await seal({ ...vector, items: readItems(bundle.items), header }, inOrder(random));
      const text = (part: Uint8Array | undefined) => part && Buffer.from(part).toString("hex");
      const made: Partial<HandoffVector> = {
        link: sealed.link,
        linkVerifier: text(sealed.linkVerifier) ?? "",
        claimVerifier: text(sealed.claimVerifier) ?? "",
        receiptVerifier: text(sealed.receiptVerifier) ?? "",
        envelope: Buffer.from(sealed.envelope).toString("base64url"),
        header: Buffer.from(sealed.header).toString("base64url"),
      };
      expect(vector).toMatchObject(made);
      expect(text(sealed.emailVerifier)).toBe(vector.emailVerifier);
    },
  );
});

describe("v1.json", () => {
  test("is what its generator writes", async () => {
    expect(JSON.parse(JSON.stringify(await makeVectors()))).toEqual(vectors);
    // Five times scrypt, which takes its time on a busy machine.
  }, 180_000);

  test("names each vector of a group once, and refuses at least 60", () => {
    const groups = Object.values(vectors).filter((group) => typeof group === "object");
    const lists = groups.map((group) => ("vectors" in group ? group.vectors : group));
    for (const list of lists) {
      const names = list.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
    expect(lists.flat().filter((vector) => "error" in vector).length).toBeGreaterThanOrEqual(60);
  });
});
