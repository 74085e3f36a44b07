import { sha256 } from "@noble/hashes/sha2.js";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import { ProtocolError } from "./errors.ts";
import { concat, utf8 } from "./framing.ts";
import { deriveLinkKeys } from "./keys.ts";
import { type Flags, parseFlags } from "./states.ts";
import { type HandoffId, type LinkSecret, type LinkToken, type Verifier, verifierOf } from "./tokens.ts";

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
