import { createHash } from "node:crypto";
import type { LinkResult, MendedResult } from "../../vectors/format.ts";
import { Refusal, refuseUnless } from "./refusal.ts";
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
  return { origin: `${scheme}//${host}`, ...fragmentOf(id, fragment) };
}

export function mend(address: string): MendedResult {
  let text = address;
  for (let round = 0; round < 5; round += 1) {
    text = text.replace(/%[2-7][0-9a-fA-F]/g, (escaped) =>
      Buffer.from(escaped.slice(1), "hex").toString("latin1"),
    );
  }
  for (let start = text.indexOf("/h/"); start >= 0; start = text.indexOf("/h/", start + 1)) {
    const id = text.slice(start + 3, start + 25);
    const rest = text.slice(start + 25);
    const key = rest.indexOf("#");
    const between = rest.slice(0, Math.max(key, 0)).replace(/^\//, "");
    const fragment = rest.slice(key + 1, key + 49);
    const behind = rest.charAt(key + 49);
    const isClean = (part: string, length: number) => part.length === length && /^[A-Za-z0-9_-]*$/.test(part);
    if (key < 0 || !isClean(id, 22) || !isClean(fragment, 48)) continue;
    if (between !== "" && !/^\?\S{0,2048}$/.test(between)) continue;
    if (behind !== "" && !/[?&#/\s>"').,;]/.test(behind)) continue;
    return fragmentOf(id, fragment);
  }
  throw new Refusal("link");
}

function fragmentOf(id: string, fragment: string): MendedResult {
  const idBytes = orLink(() => decode(id, 16));
  const bytes = orLink(() => decode(fragment, 36));
  const [version, flags = 0] = bytes;
  refuseUnless(version === 1, "version");
  const hash = createHash("sha256").update(bytes.subarray(0, 34)).update(idBytes).digest();
  refuseUnless(hash.subarray(0, 2).equals(bytes.subarray(34)), "checksum");
  refuseUnless(flags < 4, "flags");
  return { id, flags, linkSecret: bytes.toString("hex", 2, 34) };
}

function orLink(read: () => Buffer): Buffer {
  try {
    return read();
  } catch {
    throw new Refusal("link");
  }
}
