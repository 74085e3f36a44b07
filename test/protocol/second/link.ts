import type { LinkParts, LinkResult } from "../../vectors/format.ts";
import { Refusal, refuseUnless } from "./refusal.ts";
import { linkKeys } from "./schedule.ts";
import { decode } from "./text.ts";

export function link(text: string): LinkResult {
  const [address = "", fragment = "", ...rest] = text.split("#");
  const parts = address.split("/");
  const [scheme, gap, host = "", folder, id = ""] = parts;
  refuseUnless(rest.length === 0 && parts.length === 5 && gap === "" && folder === "h", "link");
  const secure = scheme === "https:";
  const [, name = "", port] = /^([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([1-9][0-9]*))?$/.exec(host) ?? [];
  refuseUnless(name !== "" && Number(port ?? 1) < 65_536 && port !== (secure ? "443" : "80"), "link");
  refuseUnless(secure || (scheme === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(name)), "link");
  refuseUnless(isId(id), "link");
  return { origin: `${scheme}//${host}`, ...read(fragment, id) };
}

export function isId(text: string): boolean {
  try {
    return decode(text, 16).length === 16;
  } catch {
    return false;
  }
}

/** What a key says, and the id that it makes; `expected` is the one it came with. */
export function read(key: string, expected: string | undefined): LinkParts {
  let bytes: Buffer;
  try {
    bytes = decode(key, 34);
  } catch {
    throw new Refusal("link");
  }
  const [version, flags = 0] = bytes;
  refuseUnless(version === 1, "version");
  refuseUnless(flags < 4, "flags");
  const linkSecret = bytes.toString("hex", 2);
  const { id } = linkKeys(flags, linkSecret);
  refuseUnless(expected === undefined || expected === id, "damaged");
  return { id, flags, linkSecret };
}
