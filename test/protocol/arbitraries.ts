import { jest } from "@jest/globals";
import {
  type Bundle,
  deriveLinkKeys,
  type Flags,
  type Header,
  handoffIdOf,
  handoffIdOfToken,
  type Item,
  type Link,
  type LinkSecret,
  type Receipt,
  type Verifier,
} from "@secret-handoff/protocol";
import fc from "fast-check";
import { SEED } from "../support/tier.ts";

// With SECRET_HANDOFF_TIER=proof a property is run for minutes.
jest.setTimeout(30 * 60_000);

/** Runs a property `numRuns` times from the fixed seed. */
export function check<Ts>(numRuns: number, property: fc.IProperty<Ts> | fc.IAsyncProperty<Ts>) {
  return fc.assert(property as fc.IAsyncProperty<Ts>, { seed: SEED, numRuns });
}

export const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

/** Any well-formed text, rubbish and the characters that trip programs included. */
export const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.constantFrom(
    "",
    "\u0000",
    "__proto__",
    "constructor",
    "</script>",
    "\\",
    '"',
    "\u2028",
    "\ufeff",
    "\uffff",
  ),
);

const field = fc.record({ name: text, value: text, concealed: fc.boolean() });
const file = fc.record({ name: text, mediaType: text, data: fc.uint8Array({ maxLength: 600 }) });

export const item: fc.Arbitrary<Item> = fc
  .record({ label: text, fields: fc.array(field, { maxLength: 4 }), files: fc.array(file, { maxLength: 2 }) })
  .map(({ files, ...rest }) => (files.length > 0 ? { ...rest, files } : rest));

export const bundle: fc.Arbitrary<Bundle> = fc.record({
  items: fc.array(item, { maxLength: 5 }),
  receipt: bytes(32).map((value) => value as Uint8Array as Receipt),
});

export const header: fc.Arbitrary<Omit<Header, "emailHint">> = fc.record(
  { title: text, message: text, sender: text, context: fc.dictionary(text, text, { maxKeys: 4 }) },
  { requiredKeys: [] },
);

export const handoffId = bytes(32).map((value) => handoffIdOf(value as Uint8Array as Verifier));
export const linkSecret = bytes(32).map((value) => value as Uint8Array as LinkSecret);
export const flags: fc.Arbitrary<Flags> = fc.constantFrom(0, 1, 2, 3);
export const expiresAt = fc.nat({ max: Number.MAX_SAFE_INTEGER });
export const className = text.filter((name) => name !== "");

const local = fc.stringMatching(/^[a-z0-9.+_-]{1,20}$/);
export const email = fc.tuple(local, fc.domain()).map(([name, domain]) => `${name}@${domain.toLowerCase()}`);

export const origin = fc.oneof(
  fc.domain().map((domain) => `https://${domain.toLowerCase()}`),
  fc.integer({ min: 1_024, max: 65_535 }).map((port) => `http://127.0.0.1:${port}`),
);

/** A link with the id that belongs to it. */
export const link: fc.Arbitrary<Link> = fc
  .record({ origin, flags, linkSecret })
  .map((parts) => ({ ...parts, id: handoffIdOfToken(deriveLinkKeys(parts).linkToken) }));
