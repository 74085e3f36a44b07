import { constants, type KeyObject, privateDecrypt, publicEncrypt } from "node:crypto";
import { chacha20poly1305 } from "@noble/ciphers/chacha.js";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { base64nopad } from "@scure/base";
import type { Identity, Recipient, Stanza } from "age-encryption";
import { type RecipientKey, unusable } from "./recipient-key.ts";
import { parseSshPublicKey, type SshPublicKey } from "./ssh-public-key.ts";

/** Recipients of age that need no program beside it: X25519, with ML-KEM-768, and both for hardware (C2SP age, plugin-free). */
const NATIVE = /^age1(pq1|tag1|tagpq1)?[02-9ac-hj-np-z]+$/;
/** bech32 separates with the last 1, so a plugin's recipient shows its name before it. */
const PLUGIN = /^age1[a-z0-9+._-]+1[02-9ac-hj-np-z]+$/;

/** @param text `age1…` @throws SenderError `recipient_key` */
export async function ageKey(text: string): Promise<RecipientKey> {
  if (!NATIVE.test(text)) {
    if (PLUGIN.test(text)) {
      throw unusable(
        "belongs to a plugin of age, which is not installed where this runs: give an age1… of age itself",
      );
    }
    throw unusable("is no recipient of age: copy it again, whole, from age1 to its end");
  }
  const { Encrypter } = await import("age-encryption");
  try {
    // Its checksum is checked here, not when the first mail is written.
    new Encrypter().addRecipient(text);
  } catch (cause) {
    throw unusable("is damaged: copy the age1… recipient again, whole", cause);
  }
  return encryptedTo([text], [shortened(text)], "key.txt");
}

/** @param line as a `.pub` file has it @throws SenderError `recipient_key` */
export function sshKey(line: string): RecipientKey {
  return sshKeys([parseSshPublicKey(line)]);
}

/** @param keys at least one: whoever has any of them can read */
export function sshKeys(keys: readonly SshPublicKey[]): RecipientKey {
  const [first] = keys;
  return encryptedTo(
    keys,
    keys.map(({ fingerprint }) => fingerprint),
    first?.type === "ssh-rsa" ? "~/.ssh/id_rsa" : "~/.ssh/id_ed25519",
  );
}

function encryptedTo(
  keys: readonly (string | SshPublicKey)[],
  fingerprints: readonly string[],
  identityFile: string,
): RecipientKey {
  return {
    ...{ kind: "age", fingerprints, identityFile },
    encryptLink: async (link) => {
      const { Encrypter, Stanza, armor } = await import("age-encryption");
      const encrypter = new Encrypter();
      const recipientOf = (key: string | SshPublicKey): string | Recipient =>
        typeof key === "string" ? key : sshRecipient(key, (args, body) => new Stanza(args, body));
      for (const key of keys) encrypter.addRecipient(recipientOf(key));
      return armor.encode(await encrypter.encrypt(`${link}\n`));
    },
  };
}

/** A recipient with a post-quantum part has 2,000 characters. */
function shortened(text: string): string {
  return text.length <= 70 ? text : `${text.slice(0, 40)}…`;
}

/**
 * SSH keys in age files. age's specification leaves them out; the bytes are those of its package agessh
 * (https://pkg.go.dev/filippo.io/age/agessh), which age and rage read and write.
 */

const utf8 = new TextEncoder();
const ED25519_LABEL = utf8.encode("age-encryption.org/v1/ssh-ed25519");
const RSA_LABEL = utf8.encode("age-encryption.org/v1/ssh-rsa");
const FILE_KEY_BYTES = 16;
const TAG_BYTES = 16;
/** Each wrapping key is used once. */
const NONCE = new Uint8Array(12);

/** The private half of an SSH key, once it was read. */
export type SshPrivateKey = { readonly wire: Uint8Array } & (
  | {
      readonly type: "ssh-ed25519";
      /** What RFC 8032 makes of the seed: the SHA-512 hash's first half, clamped. 32 bytes. */
      readonly scalar: Uint8Array;
    }
  | { readonly type: "ssh-rsa"; readonly rsa: KeyObject }
);

/** Encrypts a file's key to one SSH key. @param makeStanza age's class, which is loaded when it is needed */
export function sshRecipient(
  key: SshPublicKey,
  makeStanza: (args: string[], body: Uint8Array) => Stanza,
): Recipient {
  const tag = tagOf(key.wire);
  return {
    wrapFileKey: (fileKey) => {
      if (key.type === "ssh-rsa") {
        const body = publicEncrypt({ key: key.rsa, ...OAEP }, fileKey);
        return [makeStanza([key.type, tag], new Uint8Array(body))];
      }
      const theirs = ed25519.utils.toMontgomery(key.point);
      const ephemeral = randomBytes(32);
      const ours = x25519.getPublicKey(ephemeral);
      const shared = tweaked(key.wire, x25519.getSharedSecret(ephemeral, theirs));
      const body = chacha20poly1305(wrappingKey(shared, ours, theirs), NONCE).encrypt(fileKey);
      return [makeStanza([key.type, tag, base64nopad.encode(ours)], body)];
    },
  };
}

/** Decrypts a file's key that was encrypted to this SSH key; null where none was. */
export function sshIdentity(key: SshPrivateKey): Identity {
  return {
    unwrapFileKey: (stanzas) => {
      for (const { args, body } of stanzas) {
        const [type, tag, share] = args;
        if (type !== key.type || tag !== tagOf(key.wire)) continue;
        if (key.type === "ssh-rsa") return new Uint8Array(privateDecrypt({ key: key.rsa, ...OAEP }, body));
        // A body of another length could decrypt to a chosen key under several wrapping keys.
        if (share === undefined || body.length !== FILE_KEY_BYTES + TAG_BYTES) {
          throw new SyntaxError("a stanza of the age file is malformed");
        }
        const theirs = base64nopad.decode(share);
        const ours = x25519.getPublicKey(key.scalar);
        const shared = tweaked(key.wire, x25519.getSharedSecret(key.scalar, theirs));
        return chacha20poly1305(wrappingKey(shared, theirs, ours), NONCE).decrypt(body);
      }
      return null;
    },
  };
}

/** True where one of the stanzas is for this key: before a passphrase is asked for. */
export function isForSshKey(
  stanzas: readonly Pick<Stanza, "args">[],
  type: string,
  wire: Uint8Array,
): boolean {
  const tag = tagOf(wire);
  return stanzas.some(({ args }) => args[0] === type && args[1] === tag);
}

const OAEP = {
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: "sha256",
  oaepLabel: RSA_LABEL,
} as const;

/** Names the key, to whoever knows it: the first four bytes of the hash that is its fingerprint. */
function tagOf(wire: Uint8Array): string {
  return base64nopad.encode(sha256(wire).subarray(0, 4));
}

/** Binds the exchange to the SSH key, so that the same point in a native age key is another recipient. */
function tweaked(wire: Uint8Array, shared: Uint8Array): Uint8Array {
  return x25519.getSharedSecret(hkdf(sha256, new Uint8Array(), wire, ED25519_LABEL, 32), shared);
}

function wrappingKey(shared: Uint8Array, ephemeral: Uint8Array, recipient: Uint8Array): Uint8Array {
  const salt = new Uint8Array([...ephemeral, ...recipient]);
  return hkdf(sha256, shared, salt, ED25519_LABEL, 32);
}
