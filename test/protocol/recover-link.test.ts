import { describe, expect, test } from "@jest/globals";
import { formatLink, recoverLink } from "@secret-handoff/protocol";
import fc from "fast-check";
import { processorTime } from "../support/processor-time.ts";
import { atTier } from "../support/tier.ts";
import { gateways } from "../vectors/gateways.ts";
import { pasted } from "../vectors/pasted.ts";
import { vectors } from "../vectors/read.ts";
import * as any from "./arbitraries.ts";
import { first, outcomeOf, second } from "./implementations.ts";

const wrappers = fc.array(fc.constantFrom(...Object.values(gateways)), { maxLength: 3 });
/** Five layers are what a reader undoes; there is no room for a gateway beside them. */
const forms = Object.entries(pasted).filter(([name]) => name !== "five layers of encoding");
const form = fc.constantFrom(...forms.map(([, paste]) => paste));
const damage = expect.objectContaining({ code: "damaged" });

describe("a link whose key is whole", () => {
  test("is found through any three gateways and whatever was done to it then", async () => {
    await any.check(
      atTier({ cit: 150, proof: 50_000 }),
      fc.property(any.link, wrappers, form, ({ origin, ...parts }, wrap, paste) => {
        const address = paste(
          wrap.reduce((text, wrapped) => wrapped(text), formatLink({ origin, ...parts })),
        );
        expect(recoverLink(address)).toMatchObject(parts);
      }),
    );
  });

  test("is found in any text, with its origin", async () => {
    const text = fc.string({ unit: "binary", maxLength: 200 });
    await any.check(
      atTier({ cit: 150, proof: 50_000 }),
      fc.property(any.link, text, text, (link, before, behind) => {
        expect(recoverLink(`${before} ${formatLink(link)} ${behind}`)).toEqual(link);
      }),
    );
  });

  test("is found behind parameters of any length, and without its id behind those of 256 characters", () => {
    const [link] = fc.sample(any.link, { seed: 1, numRuns: 1 });
    if (!link) throw new Error("no link was made");
    const { origin: _, ...parts } = link;
    const [before = "", key = ""] = formatLink(link).split("#");
    expect(recoverLink(`${before}?${"x".repeat(20_000)}#${key}`)).toEqual(link);
    expect(recoverLink(`/h?${"x".repeat(256)}#${key}`)).toEqual(parts);
    expect(() => recoverLink(`/h?${"x".repeat(257)}#${key}`)).toThrow(
      expect.objectContaining({ code: "link" }),
    );
  });
});

test("a link with one other character in its key or its id is damaged, through any gateway", async () => {
  const place = fc.integer({ min: 1, max: 65 });
  const letter = fc.constantFrom(..."ABCxyz019-_");
  await any.check(
    atTier({ cit: 150, proof: 50_000 }),
    fc.property(
      any.link,
      place,
      letter,
      fc.constantFrom(...Object.values(gateways)),
      (link, at, put, wrap) => {
        const address = formatLink(link);
        // From the end: the key without its first three characters, which hold version and flags, and then the id.
        const index = address.length - (at > 43 ? at + 4 : at);
        const changed = `${address.slice(0, index)}${put}${address.slice(index + 1)}`;
        // The last character of id and key has one of four values: another one is misspelt, and a misspelt id is derived.
        fc.pre(changed !== address && index !== address.indexOf("#") - 1);
        expect(() => recoverLink(wrap(changed))).toThrow(damage);
      },
    ),
  );
});

test("a hostile text takes no longer than a blink", () => {
  const hostile = [
    "/h?",
    "/h/",
    "/h#A",
    "AQA",
    "%25",
    "=\n",
    "aHR0cHM6Ly9h",
    "<a ",
    "&a",
    "/v2/url?-2525_",
    "\ufdfa",
    "#",
    "-\n",
  ];
  for (const part of hostile) {
    const text = part.repeat(100_000);
    const took = processorTime(() => expect(() => recoverLink(text)).toThrow());
    expect({ part, fast: took < 2_000 }).toEqual({ part, fast: true });
  }
});

test("both implementations find the same, whatever the text", async () => {
  const address = fc.constantFrom(...vectors.recovered.map((vector) => vector.address));
  const edit = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.nat({ max: 12 }),
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 3 }),
      fc.constantFrom("#", "%", "%23", "/h/", "=\n", "-", "_", " ", "\n> "),
    ),
  );
  await any.check(
    atTier({ cit: 300, proof: 50_000 }),
    fc.asyncProperty(address, fc.array(edit, { maxLength: 4 }), async (given, edits) => {
      const text = edits.reduce((before, [where, length, put]) => {
        const at = Math.floor(where * before.length);
        return before.slice(0, at) + put + before.slice(at + length);
      }, given);
      expect(await outcomeOf(() => second.recover(text))).toEqual(await outcomeOf(() => first.recover(text)));
    }),
  );
});
