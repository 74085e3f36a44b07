import { emailHintOf } from "@secret-handoff/protocol";

/**
 * What another party says (AWS, a mail server, a proxy, the service) may hold anything: a link, a token, whom a mail was for. Here
 * its words become fit for a log.
 */

const LONGEST_QUOTE = 300;

/** What names a person, or gives access, whoever says it. The order counts: a link may hold an address, and an address a key. */
const ALWAYS: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
  [/\S*:\/\/\S*/g, "[link]"],
  // A SigV4 refusal repeats the request, and a validation error the value (AWS General Reference, "Signature errors").
  [/\b(?:the )?canonical string\b.*/gis, "[request]"],
  [/\bx-amz-security-token\b\S*/gi, "[token]"],
  [/\bValue '[^']*'/g, "Value [removed]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, "[access key]"],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*)*/g, "[token]"],
  [/(?<![\w:/.+-])(?!arn:)[\w+/=-]{40,}/g, "[removed]"],
  [/[^\s<>()[\]"'`,;:=/]+@[a-z0-9.-]+[a-z0-9]/gi, (address) => emailHintOf(address)],
];

/**
 * Another party's words as one line of bounded length, without a full stop at the end.
 * @param recipient whose name and address must not be told
 */
export function redact(text: string, recipient?: string): string {
  const known = recipient === undefined ? text : withoutRecipient(text, recipient);
  const clean = ALWAYS.reduce(
    (line, [pattern, put]) =>
      typeof put === "string" ? line.replace(pattern, put) : line.replace(pattern, put),
    known,
  );
  return clean
    .trim()
    .slice(0, LONGEST_QUOTE)
    .replace(/[.\s]+$/, "");
}

/**
 * The address whole becomes its hint, in whatever letters; what is left of its local part, whole or in pieces, goes. The domain is
 * part of the hint and stays.
 */
function withoutRecipient(text: string, address: string): string {
  const local = address.slice(0, address.lastIndexOf("@"));
  const domain = address.slice(address.lastIndexOf("@") + 1);
  const hint = emailHintOf(address);
  const hinted = replaceEach(text, [address, `${local}%40${domain}`, `${local}=${domain}`], hint);
  const pieces = [local, ...local.split(/[^\p{L}\p{N}]+/u)].filter((piece) => piece.length >= SHORTEST_PIECE);
  return replaceEach(hinted, pieces, "[recipient]");
}

/** A shorter piece, like the A of `a.kowalska`, names nobody, and is in every sentence. */
const SHORTEST_PIECE = 2;

/** Whole words only, for a piece like `no` must not cut `not` in two; the longest first, for it may hold the others. */
function replaceEach(text: string, words: readonly string[], put: string): string {
  const longestFirst = [...new Set(words)].filter((word) => word !== "").sort((a, b) => b.length - a.length);
  if (longestFirst.length === 0) return text;
  const any = longestFirst.map((word) => word.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")).join("|");
  return text.replace(new RegExp(`(?<![\\p{L}\\p{N}])(?:${any})(?![\\p{L}\\p{N}])`, "giu"), put);
}
