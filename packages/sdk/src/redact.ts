import { inspect } from "node:util";
import { emailHintOf } from "@secret-handoff/protocol";

/**
 * What keeps secrets out of logs. What another party says (AWS, a mail server, a proxy, the service) may hold anything: a link, a
 * token, whom a mail was for; {@link redact} makes its words fit for a log. Values of our own refuse to print themselves.
 */

const LONGEST_QUOTE = 300;
/** Characters. The patterns below need time that grows with the square of the length, and nothing behind the first few lines is told. */
const LONGEST_READ = 4_000;

/** What gives access or names a person, whoever says it. The order counts: a link may hold an address. */
const ALWAYS: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
  [/\S*:\/\/\S*/g, "[link]"],
  // A SigV4 refusal repeats the request, and a validation error the value (AWS General Reference, "Signature errors").
  [/\b(?:the )?canonical string\b.*/gis, "[request]"],
  [/\bx-amz-security-token\b\S*/gi, "[token]"],
  [/\bValue '[^']*'?/g, "Value [removed]"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g, "[access key]"],
  // Base64 with its padding.
  [/[\w+/-]{10,}={1,2}(?=[\s"'<>,;.)\]}]|$)/g, "[removed]"],
  [/(?<![A-Za-z0-9])eyJ[\w-]{8,}(?:\.[\w-]*)*/g, "[token]"],
  [
    /\b(?:[Bb]earer|[Bb]asic) (?=\S+[\dA-Z_=])[\w.~+/-]{8,}=*/g,
    (found) => `${found.split(" ", 1)[0]} [token]`,
  ],
  // Of Google, Vault, GitHub, GitLab, Slack and Stripe.
  [
    /(?<![A-Za-z0-9])(?:ya29\.|hv[sbr]\.|s\.(?=\w{20})|gh[a-z]_|github_pat_|gl[a-z]{2,5}-|xox[a-z]-|[sr]k_live_)[\w.~+/-]{8,}=*/g,
    "[token]",
  ],
  // A form that is repeated (RFC 6749, RFC 7523).
  [
    /\b[\w-]*(?:assertion|password|secret|token)=[^\s&]+/gi,
    (found) => `${found.slice(0, found.indexOf("="))}=[removed]`,
  ],
  // An ARN's resource is a name that one may read.
  [
    /\barn:[\w-]*:[\w-]*:[\w-]*:\d*:\S*|[\w+/=-]{40,}/g,
    (found) => (found.startsWith("arn:") ? found : "[removed]"),
  ],
  [/[^\s<>()[\]"'`,;:=/]+@[a-z0-9.-]+[a-z0-9]/gi, (address) => emailHintOf(address.toLowerCase())],
];

/**
 * Another party's words as one line of bounded length, without a full stop at the end.
 * @param recipient whose name and address must not appear
 */
export function redact(text: string, recipient?: string): string {
  const clean = ALWAYS.reduce(
    (line, [pattern, put]) =>
      typeof put === "string" ? line.replace(pattern, put) : line.replace(pattern, put),
    readPart(text),
  );
  return (recipient === undefined ? clean : withoutRecipient(clean, recipient))
    .trim()
    .slice(0, LONGEST_QUOTE)
    .replace(/[.\s]+$/, "");
}

/** The part of another party's words that is read at all: at most a few lines, and no word of which only the beginning is known. */
export function readPart(text: string): string {
  return text.length <= LONGEST_READ ? text : text.slice(0, LONGEST_READ).replace(/(?<!\S)\S+$/, "[…]");
}

/**
 * Addresses are hints by now. Whatever else shows the recipient's local part is removed, whole or in pieces, in upper or lower case.
 * The domain is part of every hint and stays.
 */
function withoutRecipient(text: string, address: string): string {
  const local = address.slice(0, address.lastIndexOf("@"));
  return [local, ...local.split(/[^\p{L}\p{N}]+/u)]
    .filter((piece) => piece.length >= SHORTEST_PIECE)
    .sort((a, b) => b.length - a.length)
    .reduce((line, piece) => line.replace(wordsWith(piece), "[recipient]"), text);
}

/** A shorter piece, like the A of `a.kowalska`, names nobody, and is in every sentence. */
const SHORTEST_PIECE = 2;
/** From this length on a piece names somebody inside a longer word as well, like the surname in `akowalska1`. */
const TELLING_PIECE = 4;

function wordsWith(piece: string): RegExp {
  const literal = piece.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const inWord = "[\\p{L}\\p{N}]";
  return piece.length >= TELLING_PIECE
    ? new RegExp(`${inWord}*${literal}${inWord}*`, "giu")
    : new RegExp(`(?<!${inWord})${literal}(?!${inWord})`, "giu");
}

/** What refuses to print itself: neither a log, nor an error, nor JSON shows what it holds. */
export abstract class Unprintable {
  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** A value that refuses to print itself; only {@link reveal} gives it. */
export class Concealed<T> extends Unprintable {
  readonly #value: T;

  constructor(value: T) {
    super();
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }
}
