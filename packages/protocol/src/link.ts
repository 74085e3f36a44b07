import { equalBytes } from "@noble/ciphers/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { decodeBase64url, encodeBase64url } from "./base64url.ts";
import type { HandoffId, LinkSecret } from "./brands.ts";
import { ProtocolError } from "./errors.ts";
import { type Flags, parseFlags } from "./flags.ts";
import { concat } from "./framing.ts";
import { idBytes, parseHandoffId } from "./id.ts";
import { isLoopback } from "./loopback.ts";

export const VERSION = 0x01;
const FRAGMENT_BYTES = 36;

/** What a link says: `https://HOST/h/<id>#<fragment>`. */
export type Link = {
  /** Scheme and authority, without a trailing slash. */
  readonly origin: string;
  readonly id: HandoffId;
  readonly flags: Flags;
  readonly linkSecret: LinkSecret;
};

/**
 * The URL that the recipient gets.
 * @throws ProtocolError `link` when the origin is not one that {@link parseLink} would read back
 */
export function formatLink(link: Link): string {
  return `${checkOrigin(link.origin)}/h/${link.id}#${formatFragment(link)}`;
}

/** 48 characters: base64url of version | flags | linkSecret | checksum. */
export function formatFragment({ id, flags, linkSecret }: Omit<Link, "origin">): string {
  const body = concat(Uint8Array.of(VERSION, flags), linkSecret);
  return encodeBase64url(concat(body, checksum(body, id)));
}

/**
 * Reads a whole link, strictly: https (http on loopback only), the host as the URL Standard spells it (lower case, A-labels, no
 * default port), `/h/<id>`, a 48-character fragment, nothing else.
 * @throws ProtocolError `link`, `version`, `flags` or `checksum`
 */
export function parseLink(text: string): Link {
  const match = /^(https?:\/\/[^/?#@\\\s]+)\/h\/([^/?#]*)#(.*)$/s.exec(text);
  if (!match) throw new ProtocolError("link", "this is not a link of the form https://HOST/h/<id>#<key>");
  const [, origin = "", id = "", fragment = ""] = match;
  return { origin: checkOrigin(origin), ...parseFragment(parseHandoffId(id), fragment) };
}

/**
 * Reads the fragment of the link whose id is known. What is damaged is told as damaged, before its flags are believed.
 * @param fragment 48 characters, without the `#`
 * @throws ProtocolError, checked in this order: `link` (length, characters), `version`, `checksum` (damaged or mixed-up link),
 * `flags`
 */
export function parseFragment(id: HandoffId, fragment: string): Omit<Link, "origin"> {
  let bytes: Uint8Array;
  try {
    bytes = decodeBase64url(fragment, FRAGMENT_BYTES);
  } catch (cause) {
    throw new ProtocolError("link", "the part after # is not 48 characters of base64url", { cause });
  }
  const body = bytes.subarray(0, FRAGMENT_BYTES - 2);
  if (body[0] !== VERSION)
    throw new ProtocolError("version", "the link is of a version that this reader does not know");
  if (!equalBytes(bytes.subarray(FRAGMENT_BYTES - 2), checksum(body, id))) {
    throw new ProtocolError("checksum", "the link is damaged: its checksum does not match");
  }
  return { id, flags: parseFlags(body[1] ?? 0xff), linkSecret: body.slice(2) as LinkSecret };
}

function checksum(body: Uint8Array, id: HandoffId): Uint8Array {
  return sha256(concat(body, idBytes(id))).subarray(0, 2);
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
