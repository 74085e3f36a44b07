import { readPart } from "./redact.ts";

/**
 * Some servers repeat what they were sent in their refusal: the command of a login, the form of a token request. What was sent is known
 * here, so that it is found in such words in every spelling, whole or in pieces.
 */

/** What a request held. */
export type SentSecrets = {
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
  spelled.push(...responses.flatMap((response) => inBase64(Buffer.from(response, "utf8"))).map(foldCase));
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
  const telling = [
    ...known.flatMap((secret) => windows(secret)),
    ...names.filter((n) => n.length >= SHORTEST),
  ];
  const latin1 = new Set(telling.map((part) => Buffer.from(part, "utf8").toString("latin1")));
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
  const bytes = Buffer.from(text, "utf8");
  const url = encodeURIComponent(bytes.toString("utf8"));
  return [
    ...[text, JSON.stringify(text).slice(1, -1), url, url.replaceAll("%20", "+")],
    ...inBase64(bytes),
    bytes.toString("hex"),
  ];
}

function inBase64(bytes: Buffer): readonly string[] {
  const base64 = bytes.toString("base64");
  return [base64, base64.replace(/=+$/, ""), encodeURIComponent(base64), bytes.toString("base64url")];
}

/** Some servers repeat a command in capitals. Only ASCII, so that every place keeps its number. */
function foldCase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
