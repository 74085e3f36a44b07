import { expect, test } from "@jest/globals";
import { normalisePassphrase, passphraseWeakness, SHORTEST_PASSPHRASE } from "@secret-handoff/protocol";

test.each([
  ["correct horse battery staple", undefined],
  ["twelve chars", undefined],
  ["eleven char", "too_short"],
  ["1234567890a1", undefined],
  ["123456789012", "digits_only"],
  ["1234 5678 9012 3456", "digits_only"],
  ["\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660\u0661\u0662", "digits_only"],
  // One character each for who types them, two UTF-16 units for JavaScript.
  ["\u{1f600}".repeat(11), "too_short"],
  ["\u{1f600}".repeat(12), undefined],
  // Spaces that normalising takes away count for nothing.
  ["a      b      c", "too_short"],
])("%j is found to be %s", (passphrase, weakness) => {
  expect(passphraseWeakness(normalisePassphrase(passphrase))).toBe(weakness);
});

test("the shortest passphrase that will do is of twelve characters", () => {
  expect(SHORTEST_PASSPHRASE).toBe(12);
});
