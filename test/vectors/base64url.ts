import type { Base64urlVector } from "./format.ts";

export const base64urlVectors: readonly Base64urlVector[] = [
  { name: "no bytes", text: "", result: "" },
  { name: "one byte", text: "_w", result: "ff" },
  { name: "two bytes", text: "-_8", result: "fbff" },
  { name: "three bytes, all four characters used", text: "AP-_", result: "00ffbf" },
  {
    name: "sixteen zero bytes, of the length expected",
    text: "AAAAAAAAAAAAAAAAAAAAAA",
    length: 16,
    result: "00".repeat(16),
  },
  { name: "one character alone spells nothing", text: "A", error: "base64url" },
  { name: "five characters spell nothing", text: "AAAAA", error: "base64url" },
  { name: "padding", text: "_w==", error: "base64url" },
  {
    name: "padding where a length is expected",
    text: "AAAAAAAAAAAAAAAAAAAAAA==",
    length: 16,
    error: "base64url",
  },
  { name: "the plus of standard base64", text: "+_8", error: "base64url" },
  { name: "the slash of standard base64", text: "-/8", error: "base64url" },
  { name: "white space inside", text: "AA AA", error: "base64url" },
  { name: "a newline at the end", text: "AAAA\n", error: "base64url" },
  { name: "a NUL character", text: "AAA\u0000", error: "base64url" },
  { name: "a letter that is not ASCII", text: "AAA\u00e9", error: "base64url" },
  { name: "a character beyond U+FFFF", text: "AA\u{1f511}", error: "base64url" },
  { name: "four unused bits, not zero", text: "_x", error: "base64url" },
  { name: "two unused bits, not zero", text: "-_9", error: "base64url" },
  { name: "one byte fewer than expected", text: "AAAAAAAAAAAAAAAAAAAA", length: 16, error: "base64url" },
  { name: "one byte more than expected", text: "AAAAAAAAAAAAAAAAAAAAAAA", length: 16, error: "base64url" },
];
