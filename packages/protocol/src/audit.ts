import { p256 } from "@noble/curves/nist.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import type { AuditEvent } from "./api/events.ts";
import type { Seal } from "./api/trail.ts";
import { concat, decodeBase64url, encodeBase64url, isWellFormed, utf8 } from "./encoding.ts";

/**
 * The one spelling of a JSON value (RFC 8785): members sorted by the UTF-16 code units of their names, no white space, numbers and
 * strings as ECMAScript writes them. Members that are undefined are left out, as `JSON.stringify` does.
 *
 * Our own, because the npm package of that name cannot be loaded by CommonJS, in which this package is published as well. The tests
 * compare both.
 * @throws TypeError for what JSON cannot say in one way: NaN, infinities, unpaired surrogates, functions
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") {
    if (!isWellFormed(value)) throw new TypeError("an unpaired surrogate has no canonical JSON");
    return JSON.stringify(value);
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError("JSON has only finite numbers");
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object") throw new TypeError(`JSON has no ${typeof value}`);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${canonicalJson(name)}:${canonicalJson(member)}`);
  return `{${members.join(",")}}`;
}

/** The canonical JSON in UTF-8. */
export function canonicalBytes(value: unknown): Uint8Array {
  return utf8(canonicalJson(value));
}

export const DAY_SECONDS = 86_400;

/** What of an event says where it stands in the trail. */
export type Placed = Pick<AuditEvent, "id" | "time" | "recorded" | "handoff" | "request" | "sequence">;

/** Digits of a sequence in a place: an outbox is bounded, and so are the events of one handoff. */
const SEQUENCE_DIGITS = 6;

/** When the event counts as filed: its time, or, where it came after its day was closed, when it was recorded. */
export function filedAt({ time, recorded }: Pick<AuditEvent, "time" | "recorded">): string {
  return recorded ?? time;
}

/** The UTC day whose seal covers the event, `2026-11-26`. */
export function dayOf(event: Pick<AuditEvent, "time" | "recorded">): string {
  return filedAt(event).slice(0, 10);
}

/**
 * Where an event stands among those of its day: by the time it was filed, then by handoff (or request), then by number, then by id.
 * Places compare as ASCII text, and no two events have the same. Events of one handoff stand in the order of their numbers.
 */
export function placeOf(event: Placed): string {
  const number = String(event.sequence ?? 0).padStart(SEQUENCE_DIGITS, "0");
  return `${filedAt(event)} ${event.handoff ?? event.request ?? ""} ${number} ${event.id}`;
}

/** SHA-256 of the event's canonical JSON, in hex: what the next event of that handoff names as `previous`. */
export function eventHash(event: object): string {
  return eventHashOf(canonicalBytes(event));
}

/** As {@link eventHash}. @param canonical the event's canonical JSON in UTF-8 */
export function eventHashOf(canonical: Uint8Array): string {
  return bytesToHex(sha256(canonical));
}

/** The name of a UTC day. @param day days since 1970-01-01 */
export function dayName(day: number): string {
  return new Date(day * DAY_SECONDS * 1_000).toISOString().slice(0, 10);
}

/** Days since 1970-01-01. @param name `2026-11-26` */
export function dayNumber(name: string): number {
  return Date.parse(`${name}T00:00:00Z`) / (DAY_SECONDS * 1_000);
}

/** Seconds after the end of a UTC day in which its events are still filed under it. */
export const CLOSES_AFTER = 3_600;

/**
 * Seconds after the end of a day until it is sealed. Its events stop being filed under it after {@link CLOSES_AFTER}; the other hour is
 * for what was under way then, for clocks that differ, and for the index to follow.
 */
export const SEALS_AFTER = CLOSES_AFTER + 3_600;

/** The sealer runs each hour; the other one is for a run that failed and is tried again. */
const SEALER_MAY_TAKE = 7_200;

/** The last day that may be sealed, as days since 1970-01-01. @param now Unix seconds */
export function lastSealableDay(now: number): number {
  return Math.floor((now - SEALS_AFTER) / DAY_SECONDS) - 1;
}

/** The last day that must have a seal by now, `2026-11-26`. @param now Unix seconds */
export function lastDueDay(now: number): string {
  return dayName(lastSealableDay(now - SEALER_MAY_TAKE));
}

/** The Merkle tree of RFC 6962, section 2.1, over SHA-256. A prefix marks leaf or node, so that neither can pass for the other. */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Bytes of every hash in the tree. */
const HASH_LENGTH = 32;

/** SHA-256(0x00 | entry). @param entry the bytes of one entry: of an event, its canonical JSON */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concat(LEAF, entry));
}

/** A tree that grows leaf by leaf and keeps one hash for each power of two, so that a day of any size takes the same memory. */
export class MerkleTree {
  /** Roots of the complete subtrees so far, the largest first: one for each bit that is set in the number of leaves. */
  readonly #roots: Uint8Array[];
  #count: number;

  /** @param from what another tree had so far, to go on with. @default nothing */
  constructor({ count, roots }: Pick<MerkleTree, "count" | "roots"> = { count: 0, roots: [] }) {
    this.#roots = [...roots];
    this.#count = count;
  }

  get count(): number {
    return this.#count;
  }

  /** Roots of the complete subtrees so far, the largest first. */
  get roots(): readonly Uint8Array[] {
    return [...this.#roots];
  }

  /** @param leaf see {@link leafHash} */
  append(leaf: Uint8Array): void {
    let root = leaf;
    for (let size = this.#count; size % 2 === 1; size = (size - 1) / 2) {
      root = nodeHash(this.#roots.pop() as Uint8Array, root);
    }
    this.#roots.push(root);
    this.#count += 1;
  }

  /** The Merkle tree hash of the leaves so far; of none, the SHA-256 of nothing. */
  root(): Uint8Array {
    const [last, ...larger] = this.#roots.toReversed();
    return last === undefined
      ? sha256(new Uint8Array())
      : larger.reduce((right, left) => nodeHash(left, right), last);
  }
}

function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concat(NODE, left, right));
}

/** What the first seal names as the seal before. */
export const NO_PREVIOUS_SEAL = encodeBase64url(new Uint8Array(HASH_LENGTH));

/** The algorithm of every seal: ECDSA on P-256 with SHA-256, under KMS's name. */
export const SEAL_ALGORITHM = "ECDSA_SHA_256";

/** The bytes that a seal's signature is over: the canonical JSON of the seal without it. */
export function signedBytes(seal: Omit<Seal, "signature"> & { readonly signature?: string }): Uint8Array {
  const { signature: _, ...statement } = seal;
  return canonicalBytes(statement);
}

/** What the next day's seal names as `previous`: SHA-256 of this seal's canonical JSON, signature included. */
export function sealHash(seal: Seal): string {
  return encodeBase64url(sha256(canonicalBytes(seal)));
}

/** A key that seals were signed with: an uncompressed point on P-256, 65 bytes. */
export type SealKey = Uint8Array & { readonly __brand?: "SealKey" };

/** What comes before the point in a SubjectPublicKeyInfo of P-256 (RFC 5480). */
const SPKI_P256 = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";
const SPKI_LENGTH = 91;

/**
 * Reads the public keys in a text: PEM (`-----BEGIN PUBLIC KEY-----`), one or several, or the base64 that `aws kms get-public-key`
 * answers.
 * @throws TypeError where there is none, or one that is not of P-256
 */
export function readSealKeys(text: string): readonly SealKey[] {
  const blocks = [...text.matchAll(/-----BEGIN PUBLIC KEY-----([^-]*)-----END PUBLIC KEY-----/g)];
  const encoded = blocks.length > 0 ? blocks.map(([, body = ""]) => body) : [text];
  return encoded.map((body) => sealKeyOf(body.replaceAll(/\s/g, "")));
}

function sealKeyOf(spki: string): SealKey {
  const refused = new TypeError(
    "This is not a public key of P-256. Give the PEM of the key that signs seals, or the base64 that aws kms get-public-key answers.",
  );
  if (!spki.startsWith(SPKI_P256)) throw refused;
  let bytes: Uint8Array;
  try {
    bytes = base64.decode(spki);
    const point = bytes.slice(SPKI_LENGTH - 65);
    if (bytes.length === SPKI_LENGTH && p256.utils.isValidPublicKey(point, false)) return point;
  } catch {
    throw refused;
  }
  throw refused;
}

/** Whether one of the keys made the seal's signature. KMS makes any `s`, so that a high one counts as well. */
export function isSignedBy(seal: Seal, keys: readonly SealKey[]): boolean {
  const message = signedBytes(seal);
  let signature: Uint8Array;
  try {
    signature = decodeBase64url(seal.signature);
  } catch {
    return false;
  }
  return keys.some((key) => {
    try {
      return p256.verify(signature, message, key, { format: "der", lowS: false, prehash: true });
    } catch {
      // Not DER.
      return false;
    }
  });
}
