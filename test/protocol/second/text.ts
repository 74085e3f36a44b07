import { domainToASCII } from "node:url";
import { refuseUnless } from "./refusal.ts";

export function decode(text: string, length?: number): Buffer {
  const bytes = Buffer.from(text, "base64url");
  // One spelling a value: what encodes to something else was not that spelling.
  refuseUnless(
    bytes.toString("base64url") === text && (length ?? bytes.length) === bytes.length,
    "base64url",
  );
  return bytes;
}

/** Unicode's White_Space, PropList.txt. */
const WHITE_SPACE = new Set([
  0x9, 0xa, 0xb, 0xc, 0xd, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
  0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
]);

export function passphrase(text: string): string {
  let out = "";
  let pending = false;
  for (const character of text.normalize("NFKC")) {
    const point = character.codePointAt(0) ?? 0;
    refuseUnless(point < 0xd800 || point > 0xdfff, "passphrase");
    if (WHITE_SPACE.has(point)) {
      pending = out !== "";
      continue;
    }
    out += (pending ? " " : "") + character;
    pending = false;
  }
  refuseUnless(out !== "", "passphrase");
  return out;
}

/** What a copied address may carry at its ends besides white space: U+200B to U+200D, U+2060 and U+FEFF. */
const ZERO_WIDTH = new Set([0x200b, 0x200c, 0x200d, 0x2060, 0xfeff]);

export function email(text: string): string {
  const codes = [...text.normalize("NFKC")].map((character) => character.codePointAt(0) ?? 0);
  const isInvisible = (code: number | undefined) =>
    code !== undefined && (WHITE_SPACE.has(code) || ZERO_WIDTH.has(code));
  while (isInvisible(codes[0])) codes.shift();
  while (isInvisible(codes.at(-1))) codes.pop();
  const at = codes.indexOf(0x40);
  const sides = [codes.slice(0, Math.max(at, 0)), inALabels(codes.slice(at + 1))];
  refuseUnless(at > 0 && at === codes.lastIndexOf(0x40), "email");
  const lowered = sides.map((side) => {
    refuseUnless(side.length > 0 && side.every(isPrintable) && !side.includes(0x40), "email");
    return String.fromCharCode(...side.map((code) => (code >= 0x41 && code <= 0x5a ? code + 0x20 : code)));
  });
  return lowered.join("@");
}

function isPrintable(code: number): boolean {
  return code > 0x20 && code < 0x7f;
}

/** A domain with letters beyond ASCII in A-labels, which the platform makes label by label; every other one as it is. */
function inALabels(domain: readonly number[]): readonly number[] {
  if (domain.every((code) => code < 0x80)) return domain;
  const isAllowed = (code: number) =>
    code > 0x20 && code < 0x7f ? !'"#%/:<>?@[\\]^`{|}'.includes(String.fromCharCode(code)) : code > 0x9f;
  refuseUnless(domain.every(isAllowed), "email");
  const lowered = domain.map((code) => String.fromCodePoint(code).toLowerCase()).join("");
  const labels = lowered.split(/[.\u3002]/).map((label) => {
    const ascii = domainToASCII(`a.${label}.a`);
    refuseUnless(ascii !== "", "email");
    return ascii.slice(2, -2);
  });
  const ascii = labels.join(".");
  // What ends in a number is an IPv4 address to a URL parser, and no domain in any script.
  refuseUnless(ascii !== "" && !/^(?:\d+|0x[\da-f]*)$/.test(labels.at(-1) || labels.at(-2) || ""), "email");
  return [...Buffer.from(ascii)];
}
