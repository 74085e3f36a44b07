import { expect, test } from "@jest/globals";
import { formatLink, recoverLink, showsKey } from "@secret-handoff/protocol";
import fc from "fast-check";
import { processorTime } from "../support/processor-time.ts";
import { atTier } from "../support/tier.ts";
import { gateways } from "../vectors/gateways.ts";
import { pasted } from "../vectors/pasted.ts";
import { vectors } from "../vectors/read.ts";
import * as any from "./arbitraries.ts";

const wrappers = fc.array(fc.constantFrom(...Object.values(gateways)), { maxLength: 3 });
const forms = Object.entries(pasted).filter(([name]) => name !== "five layers of encoding");
const form = fc.constantFrom(...forms.map(([, paste]) => paste));

test("whatever the page mends shows its key, through any three gateways", async () => {
  await any.check(
    atTier({ cit: 300, proof: 20_000 }),
    fc.property(any.link, wrappers, form, (link, wrap, paste) => {
      expect(showsKey(paste(wrap.reduce((text, wrapped) => wrapped(text), formatLink(link))))).toBe(true);
    }),
  );
});

test("of the vectors, each that is recovered shows its key", () => {
  const recovered = vectors.recovered.filter(({ address }) => {
    try {
      return recoverLink(address);
    } catch {
      return false;
    }
  });
  expect(recovered.length).toBeGreaterThan(20);
  expect(recovered.filter(({ address }) => !showsKey(address))).toEqual([]);
});

test("a path as the browser sends it, which has no fragment, shows none, whatever its parameters", async () => {
  const parameters = fc.webQueryParameters({ size: "medium" }).filter((text) => !/[#*]|%2[3a5]/i.test(text));
  await any.check(
    atTier({ cit: 300, proof: 20_000 }),
    fc.property(any.link, parameters, (link, query) => {
      const [path = ""] = formatLink(link).split("#");
      expect(showsKey(path)).toBe(false);
      expect(showsKey(`${path}?${query}`)).toBe(false);
    }),
  );
});

test("a hostile text takes no longer than a blink", () => {
  for (const part of ["AQA", "%25", "/h/", "/h*", "=\n", "#", "aHR0cHM6Ly9h", "<a ", "\ufdfa"]) {
    const text = part.repeat(100_000);
    const took = processorTime(() => showsKey(text));
    expect({ part, fast: took < 2_000 }).toEqual({ part, fast: true });
  }
});
