import { ProtocolError } from "./errors.ts";
import { parseHandoffId } from "./id.ts";
import type { Link } from "./link.ts";
import { parseFragment } from "./link.ts";

/**
 * An id and a key, with at most a slash and tracking parameters between them, and nothing that could belong to the key behind
 * them. The parameters are bounded, so that a hostile address costs no more than its length.
 */
const HANDOFF = /\/h\/([\w-]{22})\/?(?:\?[^#\s]{0,2048})?#([\w-]{48})(?:[?&#/\s>"').,;]|$)/;

/**
 * Reads the id and key out of an address that may have passed through a mail gateway: `#` written as `%23`, `%2523` or
 * encoded more often still, whole characters percent-encoded, tracking parameters put before or behind the key.
 * @param address path, query and fragment as the browser shows them, or any text that contains `/h/`
 * @throws ProtocolError `link`, `version`, `flags` or `checksum` when what is left is not a link
 */
export function mendAddress(address: string): Omit<Link, "origin"> {
  const match = HANDOFF.exec(unwrap(address));
  if (!match) throw new ProtocolError("link", "the address holds no whole link");
  const [, id = "", fragment = ""] = match;
  return parseFragment(parseHandoffId(id), fragment);
}

/** Undoes percent-encoding until nothing changes; at most 5 rounds, for each gateway on the way adds one. */
function unwrap(address: string): string {
  let text = address;
  for (let round = 0; round < 5; round += 1) {
    const next = text.replace(/%([2-7][0-9a-f])/gi, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (next === text) break;
    text = next;
  }
  return text;
}
