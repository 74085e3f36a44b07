import { Refusal, refuseUnless } from "./refusal.ts";

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

export function email(text: string): string {
  const codes = [...text.normalize("NFKC")].map((character) => character.codePointAt(0) ?? 0);
  const isSpace = (code: number | undefined) =>
    code === 0x20 || (code !== undefined && code >= 0x9 && code <= 0xd);
  while (isSpace(codes[0])) codes.shift();
  while (isSpace(codes.at(-1))) codes.pop();
  if (codes.some((code) => code <= 0x20 || code >= 0x7f)) throw new Refusal("email");
  const lowered = codes
    .map((code) => String.fromCharCode(code >= 0x41 && code <= 0x5a ? code + 0x20 : code))
    .join("");
  const sides = lowered.split("@");
  refuseUnless(sides.length === 2 && !sides.includes(""), "email");
  return lowered;
}
