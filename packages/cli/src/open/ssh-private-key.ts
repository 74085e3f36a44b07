import { createDecipheriv, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { SenderError } from "@secret-handoff/sdk";
import { type SshPrivateKey, sshPublicKeyOf, WireReader } from "@secret-handoff/sdk/recipient-keys";

/**
 * An SSH private key as its file has it. Its public half is legible before a passphrase is asked for.
 * https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key
 */
export type SshKeyFile = {
  readonly type: string;
  readonly wire: Uint8Array;
  readonly needsPassphrase: boolean;
  /** @returns undefined where the passphrase is wrong. @throws SenderError `identity` */
  readonly unlock: (passphrase: string) => Promise<SshPrivateKey | undefined>;
};

const ARMOUR = /-----BEGIN OPENSSH PRIVATE KEY-----([\s\S]+?)-----END OPENSSH PRIVATE KEY-----/;
const MAGIC = "openssh-key-v1\0";

/** @param path for sentences @throws SenderError `identity` where it is no such file */
export function readOpenSshKey(text: string, path: string): SshKeyFile {
  const [, encoded = ""] = ARMOUR.exec(text) ?? [];
  try {
    const reader = new WireReader(Buffer.from(encoded, "base64"));
    if (Buffer.from(reader.take(MAGIC.length)).toString("latin1") !== MAGIC) throw new SyntaxError("no key");
    const [cipher, kdf] = [ascii(reader.string()), ascii(reader.string())];
    const kdfOptions = reader.string();
    if (reader.uint32() !== 1) throw new SyntaxError("several keys");
    const wire = Uint8Array.from(reader.string());
    const encrypted = reader.string();
    const rest = reader.rest();
    const { type } = sshPublicKeyOf(wire);
    return {
      ...{ type, wire, needsPassphrase: cipher !== "none" },
      unlock: async (passphrase) => {
        const bytes =
          cipher === "none"
            ? encrypted
            : decrypt(encrypted, rest, await derive(passphrase, kdf, kdfOptions, cipher, path));
        return bytes && privateKeyOf(bytes, wire);
      },
    };
  } catch (cause) {
    if (cause instanceof SenderError) {
      throw new SenderError("identity", `${path} cannot be used here. ${cause.message}`, { cause });
    }
    throw new SenderError("identity", `${path} is no whole SSH private key. Check the file.`);
  }
}

/** PEM, as older programs write it: `BEGIN RSA PRIVATE KEY` and `BEGIN PRIVATE KEY`. @throws SenderError `identity` */
export function readPemKey(text: string, path: string): SshKeyFile {
  if (/ENCRYPTED/.test(text)) {
    throw new SenderError(
      "identity",
      `${path} is encrypted in an old form. Write it anew with ssh-keygen -p -f ${path}, or decrypt the link with age.`,
    );
  }
  const rsa = pemKey(text);
  if (rsa?.asymmetricKeyType !== "rsa") {
    throw new SenderError("identity", `${path} is no RSA key that can be read. Check the file.`);
  }
  const { n = "", e = "" } = createPublicKey(rsa).export({ format: "jwk" });
  const wire = rsaWire(e, n);
  const key: SshPrivateKey = { type: "ssh-rsa", wire, rsa };
  return { type: key.type, wire, needsPassphrase: false, unlock: async () => key };
}

function pemKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    // No cause: OpenSSL's error could quote the key.
    return undefined;
  }
}

type Cipher = { readonly name: string; readonly keyBytes: number; readonly ivBytes: number };

/** Those that ssh-keygen writes; aes256-ctr by default. */
const CIPHERS: Readonly<Record<string, Cipher>> = {
  "aes128-ctr": { name: "aes-128-ctr", keyBytes: 16, ivBytes: 16 },
  "aes192-ctr": { name: "aes-192-ctr", keyBytes: 24, ivBytes: 16 },
  "aes256-ctr": { name: "aes-256-ctr", keyBytes: 32, ivBytes: 16 },
  "aes128-cbc": { name: "aes-128-cbc", keyBytes: 16, ivBytes: 16 },
  "aes192-cbc": { name: "aes-192-cbc", keyBytes: 24, ivBytes: 16 },
  "aes256-cbc": { name: "aes-256-cbc", keyBytes: 32, ivBytes: 16 },
  "aes256-gcm@openssh.com": { name: "aes-256-gcm", keyBytes: 32, ivBytes: 12 },
};

/** More would take minutes in this language; ssh-keygen does 16 or 24. */
const MOST_ROUNDS = 1_000;

type Derived = { readonly cipher: Cipher; readonly key: Uint8Array; readonly iv: Uint8Array };

async function derive(
  passphrase: string,
  kdf: string,
  options: Uint8Array,
  cipherName: string,
  path: string,
): Promise<Derived> {
  const cipher = CIPHERS[cipherName];
  const reader = new WireReader(options);
  const salt = kdf === "bcrypt" ? reader.string() : new Uint8Array();
  const rounds = kdf === "bcrypt" ? reader.uint32() : 0;
  if (!cipher || rounds === 0 || rounds > MOST_ROUNDS) {
    throw new SenderError(
      "identity",
      `${path} is encrypted in a way that is not read here. Decrypt the link with age --decrypt -i ${path}, and paste what it shows.`,
    );
  }
  const { default: bcrypt } = await import("bcrypt-pbkdf");
  const secret = new TextEncoder().encode(passphrase);
  const bytes = new Uint8Array(cipher.keyBytes + cipher.ivBytes);
  // Nothing is derived from an empty passphrase: then the check below fails.
  bcrypt.pbkdf(secret, secret.length, salt, salt.length, bytes, bytes.length, rounds);
  return { cipher, key: bytes.subarray(0, cipher.keyBytes), iv: bytes.subarray(cipher.keyBytes) };
}

/** Undefined where an authenticated cipher finds the key wrong. */
function decrypt(
  encrypted: Uint8Array,
  tag: Uint8Array,
  { cipher, key, iv }: Derived,
): Uint8Array | undefined {
  try {
    const decipher = createDecipheriv(cipher.name as "aes-256-gcm", key, iv);
    if (cipher.name === "aes-256-gcm") decipher.setAuthTag(tag);
    decipher.setAutoPadding(false);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Undefined where the two check numbers differ, as they do after a wrong passphrase. */
function privateKeyOf(bytes: Uint8Array, wire: Uint8Array): SshPrivateKey | undefined {
  const reader = new WireReader(bytes);
  const check = reader.uint32();
  if (reader.uint32() !== check) return undefined;
  const type = ascii(reader.string());
  if (type === "ssh-ed25519") {
    reader.string();
    const scalar = ed25519.utils.toMontgomerySecret(reader.string().subarray(0, 32));
    return { type, wire, scalar };
  }
  if (type !== "ssh-rsa") throw new SyntaxError("another type inside than outside");
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => reader.positive());
  if (!n || !e || !d || !qi || !p || !q) throw new SyntaxError("a number is missing");
  return { type, wire, rsa: rsaKey({ n, e, d, qi, p, q }) };
}

function rsaKey(parts: Readonly<Record<"n" | "e" | "d" | "qi" | "p" | "q", Uint8Array>>): KeyObject {
  const number = (bytes: Uint8Array) => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  const bytesOf = (value: bigint) => {
    const hex = value.toString(16);
    return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
  };
  const exponent = (prime: Uint8Array) => bytesOf(number(parts.d) % (number(prime) - 1n));
  const all = { ...parts, dp: exponent(parts.p), dq: exponent(parts.q) };
  const jwk = Object.fromEntries(
    Object.entries(all).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64url")]),
  );
  return createPrivateKey({ key: { kty: "RSA", ...jwk }, format: "jwk" });
}

/** A public key on the wire, from the numbers of a JWK. */
function rsaWire(e: string, n: string): Uint8Array {
  const string = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const mpint = (text: string) => {
    const bytes = Buffer.from(text, "base64url");
    return string((bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
  };
  return Uint8Array.from(Buffer.concat([string(Buffer.from("ssh-rsa")), mpint(e), mpint(n)]));
}

function ascii(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}
