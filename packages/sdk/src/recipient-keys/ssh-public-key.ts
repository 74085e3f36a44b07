import { createPublicKey, type KeyObject } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { base64, base64nopad, base64urlnopad } from "@scure/base";
import { unusable } from "./recipient-key.ts";

/** A public key of SSH that age can encrypt to. */
export type SshPublicKey = {
  /** Its bytes on the wire (RFC 4253, section 6.6), of which its fingerprint and its tag in an age file are made. */
  readonly wire: Uint8Array;
  /** `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
} & (
  | { readonly type: "ssh-ed25519" /** 32 bytes (RFC 8032). */; readonly point: Uint8Array }
  | { readonly type: "ssh-rsa"; readonly rsa: KeyObject }
);

/** Bits; as age has it. A longer one than the second only costs time. */
const SHORTEST_RSA = 2_048;
const LONGEST_RSA = 16_384;

/**
 * Reads one line as `~/.ssh/id_ed25519.pub` has it: type, base64, and a comment that is ignored.
 * @throws SenderError `recipient_key` that says why it cannot be encrypted to
 */
export function parseSshPublicKey(line: string): SshPublicKey {
  const [type = "", encoded = ""] = line.trim().split(/[ \t]+/);
  const reason = reasonAgainst(type);
  if (reason !== undefined) throw unusable(`is an SSH key of the type ${shownType(type)}: ${reason}`);
  try {
    return sshPublicKeyOf(base64.decode(encoded), type);
  } catch (error) {
    // No cause: a base64 error quotes the text.
    if (error instanceof SyntaxError || !(error instanceof Error) || error.name !== "SenderError") {
      throw unusable("is damaged: copy the SSH public key again, whole and on one line");
    }
    throw error;
  }
}

/**
 * Reads a key from its bytes on the wire.
 * @param expected the type that its line names
 * @throws SenderError `recipient_key`, or an error of the reader where the bytes are none
 */
export function sshPublicKeyOf(wire: Uint8Array, expected?: string): SshPublicKey {
  const reader = new WireReader(wire);
  const type = new TextDecoder().decode(reader.string());
  if (expected !== undefined && type !== expected) throw new SyntaxError("the line names another type");
  const fingerprint = `SHA256:${base64nopad.encode(sha256(wire))}`;
  if (type === "ssh-ed25519") {
    const point = reader.string();
    reader.end();
    // A point of small order would make the shared secret one of eight.
    if (ed25519.Point.fromBytes(point).isSmallOrder()) throw new SyntaxError("a point of small order");
    return { type, wire, fingerprint, point };
  }
  if (type !== "ssh-rsa") throw unusable(`is an SSH key of the type ${shownType(type)}: ${OTHER}`);
  const exponent = reader.positive();
  const modulus = reader.positive();
  reader.end();
  const bits = bitLength(modulus);
  if (bits < SHORTEST_RSA) {
    throw unusable(`is an RSA key of ${bits} bits: at least ${SHORTEST_RSA.toLocaleString("en")} are needed`);
  }
  if (bits > LONGEST_RSA) throw unusable(`is an RSA key of ${bits} bits, which is too long`);
  checkRsa(exponent, modulus);
  const jwk = { kty: "RSA", n: base64urlnopad.encode(modulus), e: base64urlnopad.encode(exponent) };
  return { type, wire, fingerprint, rsa: createPublicKey({ key: jwk, format: "jwk" }) };
}

/** With an exponent of 1 the ciphertext is the text; an even one, or an even modulus, is no RSA. */
function checkRsa(exponent: Uint8Array, modulus: Uint8Array): void {
  const odd = (number: Uint8Array) => ((number.at(-1) ?? 0) & 1) === 1;
  const usual = exponent.length <= 4 && odd(exponent) && !(exponent.length === 1 && (exponent[0] ?? 0) < 3);
  if (!usual || !odd(modulus)) throw unusable("is an RSA key with numbers that no program makes");
}

const OTHER = "only ssh-ed25519 and ssh-rsa can be encrypted to";

function reasonAgainst(type: string): string | undefined {
  if (type === "ssh-ed25519" || type === "ssh-rsa") return undefined;
  if (type === "ssh-dss") return "DSA signs and does not encrypt";
  if (/-cert-v0\d@/.test(type)) return "that is a certificate; give the key itself";
  if (type.startsWith("sk-")) return "a security key signs and does not decrypt";
  if (type.startsWith("ecdsa-")) return `nothing here encrypts to ECDSA; ${OTHER}`;
  return OTHER;
}

/** What stands where the type should be may be anything. */
export function shownType(type: string): string {
  return /^(?:ssh|ecdsa|sk)-[a-z0-9@.-]{1,60}$/.test(type) ? type : "unknown";
}

function bitLength(number: Uint8Array): number {
  return number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}

/** Reads what SSH writes (RFC 4251, section 5). @throws SyntaxError where it is cut or goes on */
export class WireReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  uint32(): number {
    const bytes = this.take(4);
    return new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  }

  string(): Uint8Array {
    return this.take(this.uint32());
  }

  /** An mpint that is positive and in its one spelling, without its sign. */
  positive(): Uint8Array {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    if (bytes.length === 0 || first >= 0x80 || (first === 0 && second < 0x80)) {
      throw new SyntaxError("a number is not in its one spelling");
    }
    return first === 0 ? bytes.subarray(1) : bytes;
  }

  take(length: number): Uint8Array {
    if (this.#at + length > this.#bytes.length) throw new SyntaxError("the key is cut");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** What is left. */
  rest(): Uint8Array {
    return this.take(this.#bytes.length - this.#at);
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new SyntaxError("something follows the key");
  }
}
