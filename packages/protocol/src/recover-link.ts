import { ProtocolError } from "./errors.ts";
import { isHandoffId, type LinkParts, parseFragment } from "./link.ts";

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
const IN_ONE_PIECE =
  /\/h(?:\/([^/?#\s]{0,64}))?\/?(?:\?[^#\s]{0,256})?#([A-D][\w-]{44}[AQgw])(?![\w-]*[A-Za-z0-9])/;
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
    const [origin] = new RegExp(`https?://[\\w.:[\\]-]+(?=/+h/+${link.id})`, "i").exec(all) ?? [];
    return { ...link, origin: origin?.toLowerCase() };
  }
  if (!REMAINS.test(all)) throw new ProtocolError("link", "there is no link in this text");
  throw new ProtocolError("damaged", "the link is damaged: a part of it is missing");
}

function provedById(readings: readonly string[]): LinkParts | undefined {
  const links = readings.flatMap((reading) => {
    const letters = reading.replace(/[^\w-]+/g, "");
    // Every key of version 1 begins and ends like this. A lookahead, because what could be keys may overlap.
    const starts = [...letters.matchAll(/(?=AQ[A-P][\w-]{42}[AQgw])/g)];
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
