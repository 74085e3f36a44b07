import { concatBytes } from "@noble/hashes/utils.js";
import {
  big32,
  flipped,
  forgeEnvelope,
  forgeEnvelopeAad,
  forgeHeader,
  forgeHeaderAad,
  inSmallest,
  padTo,
  prefixed,
} from "./forge.ts";
import type { HeaderGiven, HeaderJson, HeaderVector, Schedule, Vectors } from "./format.ts";
import { base64url, ID, OTHER_ID, utf8 } from "./material.ts";

const FULL: HeaderJson = {
  title: "Orders database",
  message: "Rotated on schedule.\nChange it at first use.",
  sender: "Platform team, platform@corp.example",
  context: { repository: "corp/orders", "Umgebung \u00e4": "production" },
  emailHint: "a\u2022\u2022\u2022@vendor.example",
};

/** Headers sealed under `keys`; `others` are the keys of another link. */
export function headerVectors(keys: Schedule, others: Schedule): Vectors["headers"] {
  return { given: { id: ID, headerKey: keys.headerKey }, vectors: headers(keys, others) };
}

function headers(keys: Schedule, others: Schedule): readonly (HeaderVector & Partial<HeaderGiven>)[] {
  const { headerKey } = keys;
  const seal = (parts: Partial<Parameters<typeof forgeHeader>[0]>) =>
    forgeHeader({ key: headerKey, padded: inSmallest(`{"v":1}`), aad: forgeHeaderAad(), ...parts });
  const vector = (name: string, header: Uint8Array, given: Partial<HeaderGiven> = {}) => ({
    name,
    ...given,
    header: base64url(header),
  });
  const json = (name: string, text: string) => vector(name, seal({ padded: inSmallest(text) }));
  const sized = (length: number, bucket: number) =>
    seal({ padded: padTo(bucket, prefixed(utf8(`{"v":1,"title":"${"x".repeat(length - 18)}"}`))) });
  const title = (length: number) => ({ title: "x".repeat(length - 18) });
  const good = seal({});

  return [
    { ...vector("nothing but the version", good), result: {} },
    {
      ...vector("every key", seal({ padded: inSmallest(JSON.stringify({ v: 1, ...FULL })) })),
      result: FULL,
    },
    { ...json("unknown keys", `{"v":1,"logo":["x"],"title":"t"}`), result: { title: "t" } },
    {
      ...json("an empty context and an empty title", `{"v":1,"title":"","context":{}}`),
      result: { title: "", context: {} },
    },
    { ...vector("252 bytes, which fill the smallest bucket", sized(252, 256)), result: title(252) },
    { ...vector("253 bytes, in the next bucket", sized(253, 1_024)), result: title(253) },

    { ...vector("no bytes", new Uint8Array(0)), error: "envelope" },
    { ...vector("one byte missing", good.slice(0, -1)), error: "envelope" },
    { ...vector("one byte more", concatBytes(good, new Uint8Array(1))), error: "envelope" },
    {
      ...vector(
        "an envelope in its place",
        forgeEnvelope({
          key: keys.contentKey,
          commitment: keys.commitment,
          padded: inSmallest("{}"),
          aad: forgeEnvelopeAad({}),
        }),
      ),
      error: "envelope",
    },
    { ...vector("version 0", seal({ version: 0 })), error: "version" },
    { ...vector("version 2", seal({ version: 2 })), error: "version" },
    { ...vector("sealed under another link's key", seal({ key: others.headerKey })), error: "decryption" },
    { ...vector("sealed under the content key", seal({ key: keys.contentKey })), error: "decryption" },
    { ...vector("sealed for another id", seal({ aad: forgeHeaderAad(OTHER_ID) })), error: "decryption" },
    { ...vector("opened as another id", good, { id: OTHER_ID }), error: "decryption" },
    { ...vector("the envelope's additional data", seal({ aad: forgeEnvelopeAad({}) })), error: "decryption" },
    { ...vector("no additional data", seal({ aad: new Uint8Array(0) })), error: "decryption" },
    { ...vector("a bit of the nonce flipped", flipped(good, 1)), error: "decryption" },
    { ...vector("a bit of the ciphertext flipped", flipped(good, 25)), error: "decryption" },
    { ...vector("a bit of the tag flipped", flipped(good, -1, 0x80)), error: "decryption" },
    {
      ...vector("the padding is not zero", seal({ padded: flipped(inSmallest(`{"v":1}`), -1) })),
      error: "padding",
    },
    {
      ...vector(
        "a length beyond the bucket",
        seal({ padded: padTo(256, concatBytes(big32(253), utf8(`{"v":1}`))) }),
      ),
      error: "padding",
    },
    {
      ...vector(
        "in a larger bucket than it needs",
        seal({ padded: padTo(1_024, prefixed(utf8(`{"v":1}`))) }),
      ),
      error: "padding",
    },
    { ...json("no version", `{"title":"t"}`), error: "plaintext" },
    { ...json("version 2 of the JSON", `{"v":2}`), error: "plaintext" },
    { ...json("the title is a number", `{"v":1,"title":1}`), error: "plaintext" },
    { ...json("the message is null", `{"v":1,"message":null}`), error: "plaintext" },
    { ...json("the sender is an object", `{"v":1,"sender":{}}`), error: "plaintext" },
    { ...json("the context is an array", `{"v":1,"context":["a"]}`), error: "plaintext" },
    { ...json("a context value is a number", `{"v":1,"context":{"run":7}}`), error: "plaintext" },
    {
      ...json("a context name holds an unpaired surrogate", `{"v":1,"context":{"\\udc00":"x"}}`),
      error: "plaintext",
    },
    { ...json("the emailHint is true", `{"v":1,"emailHint":true}`), error: "plaintext" },
    { ...json("no JSON", "title"), error: "plaintext" },
    {
      ...vector("not UTF-8", seal({ padded: inSmallest(Uint8Array.of(0x7b, 0xfe, 0x7d)) })),
      error: "plaintext",
    },
  ];
}
