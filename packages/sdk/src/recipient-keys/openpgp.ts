import type { PublicKey, Subkey } from "openpgp";
import { redact } from "../redact.ts";
import { type RecipientKey, refusal, unusable } from "./recipient-key.ts";

/** Bytes; a certificate with many signatures by others has some hundred thousand. */
const LONGEST_CERTIFICATE = 2_000_000;
/** Bits; as OpenPGP.js has it. */
const SHORTEST_RSA = 2_048;

/**
 * Reads one OpenPGP certificate, and finds out whether it can be encrypted to. Whether it belongs to the recipient is the sender's to
 * know: names and addresses in it are whatever somebody wrote.
 * @param bytes armoured or not
 * @param now at which it must be valid
 * @throws SenderError `recipient_key` that says why it cannot be used
 */
export async function readCertificate(bytes: Uint8Array, now: Date): Promise<RecipientKey> {
  const certificate = await parse(bytes);
  await checkValidity(certificate, now);
  const fingerprint = certificate.getFingerprint().toUpperCase();
  return {
    kind: "openpgp",
    fingerprints: [fingerprint],
    encryptMail: async (entity) => {
      const { createMessage, encrypt } = await import("openpgp");
      const message = await createMessage({ binary: entity });
      return String(await encrypt({ message, encryptionKeys: certificate, date: now, format: "armored" }));
    },
  };
}

async function parse(bytes: Uint8Array): Promise<PublicKey> {
  if (bytes.length > LONGEST_CERTIFICATE) throw unusable("is in a file of more than two megabytes");
  const { readKeys } = await import("openpgp");
  // OpenPGP.js reads the first armoured block and nothing behind it.
  const blocks = new TextDecoder().decode(bytes).split(/(?=-----BEGIN PGP )/);
  const armoured = blocks.filter((block) => block.startsWith("-----BEGIN PGP "));
  const keys: PublicKey[] = [];
  try {
    if (armoured.length === 0) keys.push(...(await readKeys({ binaryKeys: bytes })));
    for (const block of armoured) keys.push(...(await readKeys({ armoredKeys: block })));
  } catch (cause) {
    throw unusable("is no OpenPGP certificate: export it with gpg --armor --export ADDRESS", cause);
  }
  if (keys.some((key) => key.isPrivate())) {
    throw refusal(
      "The file of the recipient's OpenPGP certificate holds a private key. Delete it, and export the certificate alone: gpg --armor --export ADDRESS. If others could read the file, the recipient needs a new key.",
    );
  }
  const [first, ...others] = keys;
  if (!first || others.length > 0) {
    throw refusal(
      `The file of the recipient's OpenPGP certificate holds ${keys.length} certificates. Export the one that is meant, by its fingerprint.`,
    );
  }
  return first;
}

/** The commonest reasons first, in plain words; whatever else OpenPGP.js objects to is quoted. */
async function checkValidity(certificate: PublicKey, now: Date): Promise<void> {
  if (await certificate.isRevoked(undefined, undefined, now)) throw unusable("is revoked");
  const expired = await expiry(certificate);
  if (expired !== undefined && expired <= now) {
    throw refusal(
      `The recipient's key expired on ${expired.toISOString().slice(0, 10)}. Ask the recipient for a certificate that is valid longer.`,
    );
  }
  try {
    await certificate.verifyPrimaryKey(now);
    await certificate.getEncryptionKey(undefined, now);
  } catch (cause) {
    throw unusable(await whyNot(certificate, now, cause), cause);
  }
}

/** Undefined where it does not expire, or where its signatures say nothing that can be believed. */
async function expiry(certificate: PublicKey): Promise<Date | undefined> {
  const time = await certificate.getExpirationTime();
  return time instanceof Date ? time : undefined;
}

/** The first reason that fits; OpenPGP.js says only that no key was found. */
async function whyNot(certificate: PublicKey, now: Date, error: unknown): Promise<string> {
  const subkeys = certificate.getSubkeys();
  const algorithms = [certificate, ...subkeys].map((part) => part.getAlgorithmInfo());
  if (algorithms.every(({ algorithm }) => algorithm === "elgamal" || algorithm === "dsa")) {
    return "is of DSA and ElGamal, which are no longer used";
  }
  const short = algorithms.slice(1).find(({ bits = SHORTEST_RSA }) => bits < SHORTEST_RSA);
  if (short) return `encrypts with RSA of ${short.bits} bits: at least 2,048 are needed`;
  const faults = await Promise.all(subkeys.map((subkey) => faultOf(subkey, now)));
  for (const state of ["revoked", "expired"]) {
    if (faults.some((fault) => fault.includes(state))) {
      return `has an encryption subkey that is ${state}, and no other that can be used`;
    }
  }
  if (faults.every((fault) => fault === "")) return "has no encryption subkey: it only signs";
  const said = error instanceof Error ? ` (OpenPGP.js says: ${redact(error.message)})` : "";
  return `cannot be encrypted to${said}`;
}

/** Empty for a subkey that is valid. */
async function faultOf(subkey: Subkey, now: Date): Promise<string> {
  try {
    await subkey.verify(now);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : "unknown";
  }
}
