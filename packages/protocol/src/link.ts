import { sha256 } from "@noble/hashes/sha2.js";
import { concat, decodeBase64url, encodeBase64url, utf8 } from "./encoding.ts";
import { ProtocolError } from "./errors.ts";
import {
  deriveLinkKeys,
  type HandoffId,
  type LinkSecret,
  type LinkToken,
  type Verifier,
  verifierOf,
} from "./keys.ts";
import { type Flags, parseFlags } from "./states.ts";

export const VERSION = 0x01;
const ID_BYTES = 16;
const FRAGMENT_BYTES = 34;

/** Names a handoff: the first 16 bytes of SHA-256("secret-handoff/v1 id" | linkVerifier), so that nobody can choose an id. */
export function handoffIdOf(linkVerifier: Verifier): HandoffId {
  const digest = sha256(concat(utf8("secret-handoff/v1 id"), linkVerifier));
  return encodeBase64url(digest.subarray(0, ID_BYTES)) as HandoffId;
}

/** The id of the handoff whose link's holder shows this token. */
export function handoffIdOfToken(linkToken: LinkToken): HandoffId {
  return handoffIdOf(verifierOf(linkToken));
}

/** @throws ProtocolError `link` unless `text` is the one spelling of 16 bytes (22 characters). */
export function parseHandoffId(text: string): HandoffId {
  if (!isHandoffId(text)) {
    throw new ProtocolError("link", "the handoff id is not 22 characters of base64url");
  }
  return text;
}

/** True when `text` could name a handoff. */
export function isHandoffId(text: string): text is HandoffId {
  // 22 characters hold 132 bits: the last four must be zero.
  return /^[\w-]{21}[AQgw]$/.test(text);
}

/** The 16 bytes that an id spells. */
export function idBytes(id: HandoffId): Uint8Array {
  return decodeBase64url(id, ID_BYTES);
}

/** What a link says, but for the host that serves it. */
export type LinkParts = {
  readonly id: HandoffId;
  readonly flags: Flags;
  readonly linkSecret: LinkSecret;
};

/** What a link says: `https://HOST/h/<id>#<fragment>`. */
export type Link = LinkParts & {
  /** Scheme and authority, without a trailing slash. */
  readonly origin: string;
};

/**
 * The URL that the recipient gets.
 * @throws ProtocolError `link` when the origin is not one that {@link parseLink} would read back
 */
export function formatLink(link: Link): string {
  return `${checkOrigin(link.origin)}/h/${link.id}#${formatFragment(link)}`;
}

/** 46 characters: base64url of version | flags | linkSecret. The last is one of `A`, `Q`, `g`, `w`: no mail program drops it. */
export function formatFragment({ flags, linkSecret }: Pick<Link, "flags" | "linkSecret">): string {
  return encodeBase64url(concat(Uint8Array.of(VERSION, flags), linkSecret));
}

/**
 * Reads a whole link, strictly: https (http on loopback only), the host as the URL Standard spells it (lower case, A-labels, no
 * default port), `/h/<id>`, a 46-character fragment, nothing else.
 * @throws ProtocolError `link`, `version`, `flags` or `damaged`
 */
export function parseLink(text: string): Link {
  const match = /^(https?:\/\/[^/?#@\\\s]+)\/h\/([^/?#]*)#(.*)$/s.exec(text);
  if (!match) throw new ProtocolError("link", "this is not a link of the form https://HOST/h/<id>#<key>");
  const [, origin = "", id = "", fragment = ""] = match;
  return { origin: checkOrigin(origin), ...parseFragment(fragment, parseHandoffId(id)) };
}

/**
 * Reads a fragment, and derives the id of its handoff.
 * @param fragment 46 characters, without the `#`
 * @param expected the id that stood before it, where one did: another one shows that either of the two is damaged
 * @throws ProtocolError, checked in this order: `link` (length, characters), `version`, `flags`, `damaged`
 */
export function parseFragment(fragment: string, expected?: HandoffId): LinkParts {
  let bytes: Uint8Array;
  try {
    bytes = decodeBase64url(fragment, FRAGMENT_BYTES);
  } catch (cause) {
    throw new ProtocolError("link", "the part after # is not 46 characters of base64url", { cause });
  }
  if (bytes[0] !== VERSION) {
    throw new ProtocolError("version", "the link is of a version that this reader does not know");
  }
  const flags = parseFlags(bytes[1] ?? 0xff);
  const linkSecret = bytes.slice(2) as Uint8Array as LinkSecret;
  const id = handoffIdOfToken(deriveLinkKeys({ flags, linkSecret }).linkToken);
  if (expected !== undefined && expected !== id) {
    throw new ProtocolError("damaged", "the link is damaged: its two halves do not belong together");
  }
  return { id, flags, linkSecret };
}

function checkOrigin(origin: string): string {
  let url: URL;
  try {
    url = new URL(origin);
  } catch {
    // No cause: a URL error quotes the text that it could not read.
    throw new ProtocolError("link", "the link's host is not a host name");
  }
  if (url.origin !== origin) throw new ProtocolError("link", "the link's host is not in its one spelling");
  if (url.protocol !== "https:" && !(isLoopback(url.hostname) && url.protocol === "http:")) {
    throw new ProtocolError("link", "the link is not an https link");
  }
  return origin;
}

/** True for a host that stays on this machine, as a URL spells it: there http will do. */
export function isLoopback(hostname: string): boolean {
  return ["127.0.0.1", "localhost", "[::1]"].includes(hostname);
}

/** What a recovered link says, and the service it leads to where the text still shows it. */
export type RecoveredLink = LinkParts & {
  /** Scheme and authority, in small letters, without a trailing slash. */
  readonly origin: string | undefined;
};

/** Characters that are looked at, readings that are made of them, and keys that are tried in each: a hostile text costs no more. */
const LONGEST_TEXT = 32_768;
const MOST_READINGS = 48;
const MOST_KEYS = 32;

/**
 * A link's path, id and key, with at most a slash and parameters between id and key. Up to version 15 a key begins with one of `A` to `D`;
 * another beginning, as in a link that was put in small letters, is damage and no later protocol.
 */
const BEFORE_KEY = String.raw`\/h(?:\/([^/?#\s]{0,64}))?\/?(?:\?[^#\s]{0,256})?#`;
const IN_ONE_PIECE = new RegExp(String.raw`${BEFORE_KEY}([A-D][\w-]{44}[AQgw])(?![\w-]*[A-Za-z0-9])`);
/** Scheme and authority. */
const ORIGIN = String.raw`https?://[\w.:[\]-]+`;
const NO_LETTERS = /[^\w-]+/g;
/** Every key of version 1 begins and ends like this. A lookahead, because what could be keys may overlap. */
const ANY_KEY = /(?=AQ[A-P][\w-]{42}[AQgw])/g;
/** The beginning of one, behind its `#` or what stands for that. */
const KEY_BEGINS = /[#*]AQ/;
/** What is left of a link that was cut: the beginning of an id or of a key. */
const REMAINS = /\/h\/[\w-]{4}|\/h\/?[#*][\w-]/;

/**
 * Finds the link in whatever people paste and in whatever mail programs and gateways make of it: wrapped in another link, encoded, quoted,
 * broken over lines, in the middle of a sentence.
 *
 * The id is derived from the key and so proves it: of all that could be a key, the one whose id is in the text as well is right, whatever
 * stands between the two. Where no key is proved so, the link must be in one piece; then an id that is missing or misspelt is derived.
 * @param text path, query and fragment as the browser shows them, or what was pasted
 * @throws ProtocolError `link` when the text holds no link; `damaged` when it holds a part of one, or one with the id of another;
 * `version` or `flags` when a later protocol wrote it
 */
export function recoverLink(text: string): RecoveredLink {
  const readings = readingsOf(text.slice(0, LONGEST_TEXT));
  const all = readings.join("\n");
  const link = provedById(readings) ?? inOnePiece(all);
  if (link) {
    const before = (path: string) => new RegExp(`${ORIGIN}(?=${path})`, "i").exec(all);
    const [origin] = before(`/+h/+${link.id}`) ?? before(`/*${BEFORE_KEY}${formatFragment(link)}`) ?? [];
    return { ...link, origin: origin?.toLowerCase() };
  }
  if (!REMAINS.test(all)) throw new ProtocolError("link", "there is no link in this text");
  throw new ProtocolError("damaged", "the link is damaged: a part of it is missing");
}

/**
 * True where a text that should show no more than the path of a link shows its key as well, or the beginning of it: what
 * {@link recoverLink} mends or calls damaged. Derives nothing, so that whoever counts such texts has no work with them.
 */
export function showsKey(text: string): boolean {
  return readingsOf(text.slice(0, LONGEST_TEXT)).some(
    (reading) =>
      KEY_BEGINS.test(reading) ||
      IN_ONE_PIECE.test(reading) ||
      reading.replace(NO_LETTERS, "").search(ANY_KEY) !== -1,
  );
}

function provedById(readings: readonly string[]): LinkParts | undefined {
  const links = readings.flatMap((reading) => {
    const letters = reading.replace(NO_LETTERS, "");
    const starts = [...letters.matchAll(ANY_KEY)];
    return starts
      .slice(0, MOST_KEYS)
      .map(({ index }) => parseFragment(letters.slice(index, index + 46)))
      .filter(({ id }) => letters.includes(id));
  });
  return links[0];
}

/** @throws ProtocolError `version`, `flags` or `damaged` where the first one is of a later protocol, or stands behind the id of another */
function inOnePiece(text: string): LinkParts | undefined {
  const [, id = "", key] = IN_ONE_PIECE.exec(text) ?? [];
  return key === undefined ? undefined : parseFragment(key, isHandoffId(id) ? id : undefined);
}

/** The text, the text tidied up, and what these say when the encodings of gateways are undone, one layer after the other. */
function readingsOf(text: string): readonly string[] {
  const readings = new Set([text, tidied(text), tidied(text.replace(/-\s*\n/g, ""))]);
  // The set grows while it is read.
  for (const reading of readings) {
    if (readings.size > MOST_READINGS) break;
    for (const decode of DECODERS) readings.add(decode(reading));
  }
  return [...readings];
}

/**
 * Without line breaks, the marks of quotes before lines, white space, invisible characters, backslashes, lines of boxes, HTML's tags and
 * character references; full-width characters and the dashes that word processors and chats write for hyphens are put back.
 */
function tidied(text: string): string {
  return text
    .normalize("NFKC")
    .slice(0, LONGEST_TEXT)
    .replace(/[\u2010-\u2012\u2212]/g, "-")
    .replace(/[\u2013\u2014]/g, "--")
    .replace(/=?\r?\n[>|\s]*|<\/?[a-z]\w*(?:\s[^<>]*)?\/?>|&#?\w{1,8};|[\s\p{Cf}\\\u2500-\u257f]/giu, "");
}

const fromHex = (_: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));

const DECODERS: readonly ((text: string) => string)[] = [
  // Percent-encoding: Safe Links, Barracuda, Cisco, FireEye, Google, Trend Micro and most others. With =: quoted-printable, RFC 2045.
  (text) => text.replace(/[%=]([2-7][0-9a-f])/gi, fromHex),
  // Proofpoint's URL Defense v2 writes - for % and _ for /. Its v3 leaves the link legible.
  (text) => (text.includes("/v2/url?") ? text.replace(/_/g, "/").replace(/-([2-7][0-9a-f])/gi, fromHex) : ""),
  // Base64 of something that begins with http: Sophos.
  (text) => (text.match(/aHR0c[\w+/-]{60,}/g) ?? []).map(fromBase64).join("\n"),
];

function fromBase64(text: string): string {
  const whole = text.length % 4 === 1 ? text.slice(0, -1) : text;
  return atob(whole.replace(/-/g, "+").replace(/_/g, "/"));
}
