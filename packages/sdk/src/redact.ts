import { inspect } from "node:util";
import { emailHintOf } from "@secret-handoff/protocol";
import { encodedForms, escapedForms } from "./encodings.ts";

/**
 * What keeps secrets out of logs. What another party says (AWS, a mail server, a proxy, the service) may hold anything: a link, a
 * token, whom a mail was for; {@link redact} makes its words fit for a log. Values of our own refuse to print themselves.
 */

const LONGEST_QUOTE = 300;
/** Characters. The patterns below need time that grows with the square of the length, and nothing behind the first few lines is shown. */
const LONGEST_READ = 4_000;

/** A name that says what its value is, and what follows it; not the part of an ARN that reads `:secret:`. */
function namedValue(rest: string): RegExp {
  return new RegExp(
    `(?<![\\w:-])[\\w-]*(?:assertion|pass(?:phrase|word|wd)|pwd|pw|credentials?|secret|token|(?:api|access|private|account|signing)[-_]?key)${rest}`,
    "gi",
  );
}

/** What gives access or names a person, whoever says it. The order counts: a link may hold an address. */
const ALWAYS: readonly (readonly [RegExp, string | ((found: string) => string)])[] = [
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " "],
  // To its end, or to that of all: the lines of a key are shorter than what else is taken for one.
  [/-----BEGIN [\w ]*-----.*?(?:-----END [\w ]*-----|$)/g, "[key]"],
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
  // Whatever its scheme: Token, ApiKey, Digest. A sentence may go on behind the name, so a digit or = is asked for.
  [/\b((?:proxy-)?authorization["']?\s*[:=]\s*["']?)(?=[\w-]* ?\S*[\d=])(?:[\w-]+ )?\S+/gi, "$1[token]"],
  // Of Google, Vault, GitHub, GitLab, Slack, Stripe, OpenAI, SendGrid, DigitalOcean, npm, PyPI, Docker, Shopify and Doppler.
  [
    /(?<![A-Za-z0-9])(?:ya29\.|hv[sbr]\.|s\.(?=\w{20})|gh[a-z]_|github_pat_|gl[a-z]{2,5}-|xox[a-z]-|[sr]k_live_|sk-|AIza|SG\.(?=[\w-]+\.)|do[opr]_v1_|npm_|pypi-|dckr_pat_|shp[a-z]{2}_|dp\.[a-z]+\.)[\w.~+/-]{8,}=*/g,
    "[token]",
  ],
  // What is repeated of a form (RFC 6749, RFC 7523), of JSON, or of a header. A sentence may go on behind "token:", so there a digit is asked for.
  [namedValue("=[^\\s&]+"), (found) => `${found.slice(0, found.indexOf("="))}=[removed]`],
  [
    namedValue("[\"']\\s*:\\s*(?:\"[^\"]*\"?|'[^']*'?)"),
    (found) => `${found.slice(0, found.indexOf(":"))}:[removed]`,
  ],
  [
    namedValue("[\"']?:\\s*(?=\\S*\\d)\\S{6,}"),
    (found) => `${found.slice(0, found.indexOf(":"))}: [removed]`,
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
 * @param sent what it was sent and must not appear, even in pieces, like the key of a link
 */
export function redact(text: string, recipient?: string, sent: readonly string[] = []): string {
  const clean = ALWAYS.reduce(
    (line, [pattern, put]) =>
      typeof put === "string" ? line.replace(pattern, put) : line.replace(pattern, put),
    readPart(sent.length === 0 ? text : withoutSent(text, { secrets: sent, names: [] }, "[removed]")),
  );
  return (recipient === undefined ? clean : withoutRecipient(clean, recipient))
    .trim()
    .slice(0, LONGEST_QUOTE)
    .replace(/[.\s]+$/, "");
}

/** The part of another party's words that is read at all: at most a few lines, and no word of which only the beginning is known. */
function readPart(text: string): string {
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
const NAMING_PIECE = 4;

function wordsWith(piece: string): RegExp {
  const literal = piece.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  const inWord = "[\\p{L}\\p{N}]";
  return piece.length >= NAMING_PIECE
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

/**
 * Some servers repeat what they were sent in their refusal: the command of a login, the form of a token request. What was sent is known
 * here, so that it is found in such words in every spelling, whole or in pieces.
 */

/** What a request held. */
type SentSecrets = {
  /** Hidden in pieces as well: passwords and tokens. */
  readonly secrets: readonly string[];
  /** What is made of them for the request, and sent in base64: hidden as that, in pieces as well. */
  readonly responses?: readonly string[];
  /** Hidden as a whole: a user name shares words with every sentence. */
  readonly names: readonly string[];
};

/** So many characters in a row of a secret are a piece of it. */
const PIECE = 8;
/** A shorter text is in every sentence. */
const SHORTEST = 4;
/** Characters; no line of a login is longer (RFC 4954, section 4: 12,288 octets). */
const LONGEST_SECRET = 20_000;

/** Another party's words without what was sent to it. @param put stands in its place, like `[login]` */
export function withoutSent(
  text: string,
  { secrets, responses = [], names }: SentSecrets,
  put: string,
): string {
  const words = readPart(text);
  const folded = foldCase(words);
  const isHidden: boolean[] = Array.from({ length: words.length }, () => false);
  const hide = (from: number, length: number) => isHidden.fill(true, from, from + length);

  const known = secrets.filter((secret) => secret.length >= SHORTEST);
  const spelled = known.flatMap((secret) => spellings(secret.slice(0, LONGEST_SECRET))).map(foldCase);
  spelled.push(...responses.flatMap((response) => encodedForms(Buffer.from(response, "utf8"))).map(foldCase));
  const pieces = new Set(spelled.flatMap((spelling) => windows(spelling)));
  const wholes = names
    .filter((name) => name.length >= SHORTEST)
    .flatMap(spellings)
    .map(foldCase);
  for (const length of new Set([...pieces].map((piece) => piece.length)))
    windows(folded, length).forEach((window, at) => {
      if (pieces.has(window)) hide(at, length);
    });
  for (const whole of new Set(wholes))
    for (let at = folded.indexOf(whole); at >= 0; at = folded.indexOf(whole, at + 1)) hide(at, whole.length);
  // What a mechanism makes of a login that is not among the spellings, like the answer to a challenge: it holds the name or a secret.
  const revealing = [
    ...known.flatMap((secret) => windows(secret)),
    ...names.filter((n) => n.length >= SHORTEST),
  ];
  const latin1 = new Set(revealing.map((part) => Buffer.from(part, "utf8").toString("latin1")));
  for (const { 0: run, index } of words.matchAll(/[\w+/-]{8,}={0,2}/g)) {
    const decoded = [0, 1, 2, 3].map((skip) => Buffer.from(run.slice(skip), "base64").toString("latin1"));
    if ([...latin1].some((part) => decoded.some((bytes) => bytes.includes(part)))) hide(index, run.length);
  }
  return Array.from(isHidden, (hidden, at) =>
    hidden ? (isHidden[at - 1] ? "" : put) : words.charAt(at),
  ).join("");
}

/** Each piece of the text; the text itself where it is no longer than one. */
function windows(text: string, length = Math.min(PIECE, text.length)): readonly string[] {
  return Array.from({ length: Math.max(0, text.length - length + 1) }, (_, at) =>
    text.slice(at, at + length),
  );
}

/** As it is, encoded, and escaped, as a request or a refusal may write it. */
function spellings(text: string): readonly string[] {
  return [text, ...escapedForms(text), ...encodedForms(Buffer.from(text, "utf8"))];
}

/** Some servers repeat a command in capitals. Only ASCII, so that every place keeps its number. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
