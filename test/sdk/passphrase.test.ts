import { expect, test } from "@jest/globals";
import { checkPassphrase } from "@secret-handoff/sdk";
import { errorOf } from "./error-of.ts";

test.each(["correct horse battery staple", "twelve chars", "жёлтый-кот-12"])("%s is taken", (passphrase) => {
  expect(() => checkPassphrase(passphrase)).not.toThrow();
});

const SHORT = "The passphrase is too weak: it has fewer than 12 characters. Use four or more random words.";
const DIGITS = "The passphrase is too weak: it has digits only. Use four or more random words.";

test.each([
  ["short", "elevenchars", SHORT],
  ["long only by its white space", "a          b", SHORT],
  ["made of digits", "123456789012", DIGITS],
  ["made of digits in groups", "1234 5678 9012", DIGITS],
  ["made of another script's digits", "١٢٣٤٥٦٧٨٩٠١٢", DIGITS],
  ["empty once trimmed", " \t ", "The passphrase cannot be used: the passphrase is empty."],
])("a passphrase that is %s is refused", (_, passphrase, sentence) => {
  const error = errorOf(() => checkPassphrase(passphrase));
  expect([error.code, error.message]).toEqual(["passphrase", sentence]);
  expect(error.cause === undefined).toBe(!sentence.includes("cannot be used"));
});
