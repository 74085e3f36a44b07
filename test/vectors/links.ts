import { concatBytes } from "@noble/hashes/utils.js";
import { forgeFragmentBytes, forgeLink } from "./forge.ts";
import type { LinkResult, LinkVector } from "./format.ts";
import { base64url, fixed, hex, ID, idOf, LINK_SECRET, ORIGIN, OTHER_ID } from "./material.ts";

const GOOD = forgeLink();
const FRAGMENT = GOOD.slice(GOOD.indexOf("#") + 1);
const RESULT: LinkResult = { origin: ORIGIN, id: ID, flags: 0, linkSecret: hex(LINK_SECRET) };
const ID_WITH_UNUSED_BITS = `${ID.slice(0, -1)}${nextCharacter(ID.slice(-1))}`;

export const linkVectors: readonly LinkVector[] = [
  ...[0, 1, 2, 3].map((flags) => ({
    name: `a link with flags ${flags}`,
    link: forgeLink({ flags }),
    result: { ...RESULT, flags, id: idOf(flags, LINK_SECRET) },
  })),
  ...[
    "https://localhost",
    "http://127.0.0.1:8080",
    "http://localhost:3000",
    "http://[::1]:3000",
    "https://a.example:8443",
  ].map((origin) => ({
    name: `a link of ${origin}`,
    link: forgeLink({ origin }),
    result: { ...RESULT, origin },
  })),
  {
    name: "a link secret of zeros",
    link: forgeLink({ linkSecret: new Uint8Array(32) }),
    result: { ...RESULT, id: idOf(0, new Uint8Array(32)), linkSecret: "00".repeat(32) },
  },
  { name: "nothing at all", link: "", error: "link" },
  { name: "no fragment", link: GOOD.slice(0, GOOD.indexOf("#")), error: "link" },
  { name: "an empty fragment", link: GOOD.slice(0, GOOD.indexOf("#") + 1), error: "link" },
  { name: "the fragment one character short", link: GOOD.slice(0, -1), error: "link" },
  { name: "the fragment one base64 group short", link: GOOD.slice(0, -4), error: "link" },
  { name: "the fragment one character long", link: `${GOOD}A`, error: "link" },
  {
    name: "the fragment with one byte more",
    link: `${ORIGIN}/h/${ID}#${base64url(concatBytes(forgeFragmentBytes(), Uint8Array.of(0)))}`,
    error: "link",
  },
  {
    name: "36 bytes, as with a checksum",
    link: `${ORIGIN}/h/${ID}#${base64url(concatBytes(forgeFragmentBytes(), fixed("a checksum", 2)))}`,
    error: "link",
  },
  { name: "the fragment padded", link: `${GOOD}==`, error: "link" },
  {
    name: "the fragment with unused bits that are not zero",
    link: `${GOOD.slice(0, -1)}${nextCharacter(GOOD.slice(-1))}`,
    error: "link",
  },
  { name: "a space inside the fragment", link: withCharacter(20, " "), error: "link" },
  { name: "the plus of standard base64 in the fragment", link: withCharacter(20, "+"), error: "link" },
  { name: "the slash of standard base64 in the fragment", link: withCharacter(20, "/"), error: "link" },
  {
    name: "a percent-encoded character in the fragment",
    link: GOOD.replace(FRAGMENT.slice(-1), `%${hex(Buffer.from(FRAGMENT.slice(-1)))}`),
    error: "link",
  },
  { name: "# written as %23", link: GOOD.replace("#", "%23"), error: "link" },
  { name: "two fragments", link: `${GOOD}#${FRAGMENT}`, error: "link" },
  { name: "a newline at the end", link: `${GOOD}\n`, error: "link" },
  { name: "a space in front", link: ` ${GOOD}`, error: "link" },
  { name: "version 0", link: forgeLink({ version: 0 }), error: "version" },
  { name: "version 2", link: forgeLink({ version: 2 }), error: "version" },
  { name: "version 255 with unknown flags", link: forgeLink({ version: 255, flags: 255 }), error: "version" },
  { name: "unknown flag bit 2", link: forgeLink({ flags: 0x04 }), error: "flags" },
  { name: "all flags set", link: forgeLink({ flags: 0xff }), error: "flags" },
  { name: "unknown flag bit 7 beside known ones", link: forgeLink({ flags: 0x83 }), error: "flags" },
  { name: "the flags of another link: the id tells", link: withByte(1, 0x02), error: "damaged" },
  {
    name: "unknown flags under another link's id: the flags come first",
    link: withByte(1, 0x40),
    error: "flags",
  },
  { name: "the first bit of the link secret flipped", link: withByte(2, 0x80), error: "damaged" },
  { name: "the last bit of the link secret flipped", link: withByte(33, 0x01), error: "damaged" },
  { name: "the fragment of another handoff's link", link: forgeLink({ id: OTHER_ID }), error: "damaged" },
  { name: "an id of zeros", link: forgeLink({ id: "A".repeat(22) }), error: "damaged" },
  { name: "the first bit of the id flipped", link: forgeLink({ id: flippedId(0, 0x80) }), error: "damaged" },
  { name: "the last bit of the id flipped", link: forgeLink({ id: flippedId(15, 0x01) }), error: "damaged" },
  {
    name: "the link secret with capitals and small letters exchanged",
    link: swapCase(GOOD),
    error: "damaged",
  },
  { name: "the id one character short", link: GOOD.replace(ID, ID.slice(0, -1)), error: "link" },
  { name: "the id one character long", link: GOOD.replace(ID, `${ID}A`), error: "link" },
  {
    name: "the id with unused bits that are not zero",
    link: GOOD.replace(ID, ID_WITH_UNUSED_BITS),
    error: "link",
  },
  { name: "the id padded", link: GOOD.replace(ID, `${ID}==`), error: "link" },
  { name: "no id", link: GOOD.replace(ID, ""), error: "link" },
  {
    name: "http on a host that is not loopback",
    link: forgeLink({ origin: "http://handoff.example.com" }),
    error: "link",
  },
  {
    name: "http on a host that only begins like loopback",
    link: forgeLink({ origin: "http://127.0.0.1.example.com" }),
    error: "link",
  },
  { name: "ftp", link: forgeLink({ origin: "ftp://handoff.example.com" }), error: "link" },
  {
    name: "the scheme in capitals",
    link: forgeLink({ origin: "HTTPS://handoff.example.com" }),
    error: "link",
  },
  { name: "the host in capitals", link: forgeLink({ origin: "https://HANDOFF.example.com" }), error: "link" },
  { name: "the default port written out", link: forgeLink({ origin: `${ORIGIN}:443` }), error: "link" },
  { name: "an empty port", link: forgeLink({ origin: `${ORIGIN}:` }), error: "link" },
  { name: "a port that is no number", link: forgeLink({ origin: `${ORIGIN}:https` }), error: "link" },
  { name: "a port beyond 65535", link: forgeLink({ origin: `${ORIGIN}:65536` }), error: "link" },
  {
    name: "a user name before the host",
    link: forgeLink({ origin: "https://ana@handoff.example.com" }),
    error: "link",
  },
  {
    name: "a host with letters beyond ASCII",
    link: forgeLink({ origin: "https://\u00fcbergabe.example" }),
    error: "link",
  },
  {
    name: "a host that is percent-encoded",
    link: forgeLink({ origin: "https://handoff%2eexample.com" }),
    error: "link",
  },
  { name: "no host", link: forgeLink({ origin: "https://" }), error: "link" },
  { name: "no scheme", link: forgeLink({ origin: "handoff.example.com" }), error: "link" },
  { name: "backslashes for slashes", link: GOOD.replaceAll("/", "\\"), error: "link" },
  { name: "a path before /h/", link: forgeLink({ origin: `${ORIGIN}/app` }), error: "link" },
  { name: "two slashes before h", link: forgeLink({ origin: `${ORIGIN}/` }), error: "link" },
  { name: "a slash behind the id", link: GOOD.replace("#", "/#"), error: "link" },
  { name: "another segment behind the id", link: GOOD.replace("#", "/open#"), error: "link" },
  { name: "/H/ for /h/", link: GOOD.replace("/h/", "/H/"), error: "link" },
  { name: "a query", link: GOOD.replace("#", "?utm_source=mail#"), error: "link" },
  { name: "an empty query", link: GOOD.replace("#", "?#"), error: "link" },
];

function nextCharacter(character: string): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return alphabet.charAt(alphabet.indexOf(character) + 1);
}

function withCharacter(index: number, character: string): string {
  return `${ORIGIN}/h/${ID}#${FRAGMENT.slice(0, index)}${character}${FRAGMENT.slice(index + 1)}`;
}

/** The good link with `mask` xored into one byte of its fragment, the id left as it was. */
function withByte(index: number, mask: number): string {
  const bytes = forgeFragmentBytes().map((byte, at) => (at === index ? byte ^ mask : byte));
  return `${ORIGIN}/h/${ID}#${base64url(bytes)}`;
}

function flippedId(index: number, mask: number): string {
  const bytes = Uint8Array.from(Buffer.from(ID, "base64url"));
  return base64url(bytes.map((byte, at) => (at === index ? byte ^ mask : byte)));
}

/** The link with all but its version, its flags and its last character (which has unused bits) in the other case. */
function swapCase(link: string): string {
  const at = link.indexOf("#") + 5;
  const swapped = [...link.slice(at, -1)].map((letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  return link.slice(0, at) + swapped.join("") + link.slice(-1);
}
