import type { LinkParts, RecoveredResult } from "../../vectors/format.ts";
import { isId, read } from "./link.ts";
import { Refusal } from "./refusal.ts";

export function recover(text: string): RecoveredResult {
  const all = readings(text.slice(0, 32_768));
  const found = proved(all) ?? whole(all);
  if (found === undefined) throw new Refusal(all.some(hasRemains) ? "damaged" : "link");
  const origin =
    firstOf(all, (reading) => originBefore(found.id, reading)) ??
    firstOf(all, (reading) => originOfPiece(found, reading));
  return origin === undefined ? found : { ...found, origin };
}

function firstOf<T>(all: readonly string[], find: (reading: string) => T | undefined): T | undefined {
  for (const reading of all) {
    const found = find(reading);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** A key that stands in the same reading as its id. */
function proved(all: readonly string[]): LinkParts | undefined {
  for (const reading of all) {
    const kept = [...reading].filter((character) => /^[A-Za-z0-9_-]$/.test(character)).join("");
    for (let at = kept.indexOf("AQ"); at >= 0; at = kept.indexOf("AQ", at + 1)) {
      const key = kept.slice(at, at + 46);
      if (!/^AQ[A-P].{42}[AQgw]$/.test(key)) continue;
      const link = read(key, undefined);
      if (kept.includes(link.id)) return link;
    }
  }
  return undefined;
}

/** The first link in one piece. */
function whole(all: readonly string[]): LinkParts | undefined {
  for (const reading of all) {
    for (let hash = reading.indexOf("#"); hash >= 0; hash = reading.indexOf("#", hash + 1)) {
      const key = reading.slice(hash + 1, hash + 47);
      const behind = reading.slice(hash + 47).replace(/^[_-]+/, "");
      const id = isKey(key) && !/^[A-Za-z0-9]/.test(behind) ? idBefore(reading.slice(0, hash)) : undefined;
      if (id !== undefined) return read(key, isId(id) ? id : undefined);
    }
  }
  return undefined;
}

/** What stands in the id's place at the end of a text, if a path of a link does: `/h`, an id, a slash, parameters. */
function idBefore(text: string): string | undefined {
  const starts = [...text.matchAll(/\/h/g)].map(({ index }) => text.slice(index));
  for (const start of starts) {
    const [path = "", ...parameters] = start.split("?");
    const query = parameters.join("?");
    if (/[\s#]/.test(start) || query.length > 256) continue;
    if (path === "/h" || path === "/h/") return "";
    const [, , id = "", ...rest] = path.split("/");
    if (path.startsWith("/h/") && id.length <= 64 && rest.join("/") === "" && rest.length <= 1) return id;
  }
  return undefined;
}

function isKey(text: string): boolean {
  return text.length === 46 && /^[A-D][A-Za-z0-9_-]+[AQgw]$/.test(text);
}

function hasRemains(text: string): boolean {
  return /\/h\/[A-Za-z0-9_-]{4}/.test(text) || /\/h\/?[#*][A-Za-z0-9_-]/.test(text);
}

/** What stands right before the first of the link's paths that has a scheme and a host before it. */
function originBefore(id: string, reading: string): string | undefined {
  const paths = reading.matchAll(new RegExp(`/+h/+${id}`, "gi"));
  return [...paths]
    .map(({ index }) => originAtEnd(reading.slice(0, index)))
    .find((name) => name !== undefined);
}

/** What stands right before a path that has the link's key behind it, though not its id. */
function originOfPiece({ flags, linkSecret }: LinkParts, reading: string): string | undefined {
  const key = Buffer.concat([Uint8Array.of(1, flags), Buffer.from(linkSecret, "hex")]).toString("base64url");
  const [before] = reading.split(`#${key}`);
  if (before === undefined || before === reading) return undefined;
  const starts = [...before.matchAll(/\/h/g)].map(({ index }) => index);
  return starts
    .filter((start) => idBefore(before.slice(start)) !== undefined)
    .map((start) => originAtEnd(before.slice(0, start).replace(/\/+$/, "")))
    .find((name) => name !== undefined);
}

function originAtEnd(text: string): string | undefined {
  return /https?:\/\/[A-Za-z0-9_.:[\]-]+$/i.exec(text)?.[0].toLowerCase();
}

/** The text, tidied in two ways, and everything that decoding makes of these, in the order in which it is found. */
function readings(text: string): readonly string[] {
  const found = [...new Set([text, tidy(text), tidy(text.replace(/-\s*\n/g, ""))])];
  for (let at = 0; at < found.length && found.length <= 48; at += 1) {
    const reading = found[at] ?? "";
    for (const made of [unescaped(reading, "%="), proofpoint(reading), base64(reading)]) {
      if (!found.includes(made)) found.push(made);
    }
  }
  return found;
}

const DASHES: Readonly<Record<string, string>> = {
  "\u2010": "-",
  "\u2011": "-",
  "\u2012": "-",
  "\u2212": "-",
  "\u2013": "--",
  "\u2014": "--",
};

function tidy(text: string): string {
  const plain = [...text.normalize("NFKC").slice(0, 32_768)]
    .map((character) => DASHES[character] ?? character)
    .join("");
  return plain
    .split(/=?\r?\n[>|\s]*/)
    .join("")
    .replace(/<\/?[a-z][a-z0-9_]*(?:\s[^<>]*)?\/?>/gi, "")
    .replace(/&#?[a-z0-9_]{1,8};/gi, "")
    .replace(/[\s\p{Cf}\\\u2500-\u257f]/gu, "");
}

/** Hexadecimal codes of U+0020 to U+007F behind one of these marks. */
function unescaped(text: string, marks: string): string {
  return text.replace(new RegExp(`[${marks}]([2-7][0-9A-Fa-f])`, "g"), (_, code) =>
    Buffer.from(code, "hex").toString(),
  );
}

function proofpoint(text: string): string {
  return text.includes("/v2/url?") ? unescaped(text.replaceAll("_", "/"), "-") : "";
}

function base64(text: string): string {
  const runs = text.match(/aHR0c[A-Za-z0-9_+/-]{60,}/g) ?? [];
  return runs.map((run) => Buffer.from(run, "base64").toString("latin1")).join("\n");
}
