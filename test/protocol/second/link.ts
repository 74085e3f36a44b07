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

/** The link inside an address that gateways have been at. */
export function recover(address: string): LinkParts {
  let text = address;
  for (let round = 0; round < 5; round += 1) {
    text = text.replace(/%[2-7][0-9a-fA-F]/g, (escaped) =>
      Buffer.from(escaped.slice(1), "hex").toString("latin1"),
    );
  }
  for (let start = text.indexOf("/h"); start >= 0; start = text.indexOf("/h", start + 1)) {
    const key = text.indexOf("#", start);
    if (key < 0) break;
    const [path = "", ...query] = text.slice(start, key).split("?");
    const [, , id = "", ...tail] = path.split("/");
    const fragment = text.slice(key + 1, key + 47);
    const isPath = path === "/h" || (path.startsWith("/h/") && (tail.length === 0 || tail.join("/") === ""));
    if (!isPath || tail.length > 1 || id.length > 64 || /\s/.test(path)) continue;
    if (query.join("?").length > 2_048 || /\s/.test(query.join("?"))) continue;
    if (!/^[A-Za-z0-9_-]{46}$/.test(fragment) || goesOn(text, key + 47)) continue;
    return read(fragment, isId(id) ? id : undefined);
  }
  throw new Refusal("link");
}

/** Whether the key is longer than it should be; dashes and underscores alone are a sentence's, not the key's. */
function goesOn(text: string, from: number): boolean {
  let at = from;
  while (text[at] === "-" || text[at] === "_") at += 1;
  return /[A-Za-z0-9]/.test(text.charAt(at));
}

function isId(text: string): boolean {
  try {
    return decode(text, 16).length === 16;
  } catch {
    return false;
  }
}

/** What a key says, and the id that it makes; `expected` is the one it came with. */
function read(key: string, expected: string | undefined): LinkParts {
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
