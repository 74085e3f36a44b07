import { readFileSync } from "node:fs";
import type { Recipient } from "../mail/addresses.ts";
import { mapLimited } from "../runtime/concurrency.ts";
import { toResult } from "../sender-error.ts";
import { type KeyContext, type KeyedRecipient, type RecipientKey, refusal } from "./recipient-key.ts";

const AT_ONCE = 6;

/**
 * Reads, fetches and checks the keys of those who have one.
 * @returns one entry a recipient, in the order given
 */
export async function loadKeys(
  recipients: readonly (string | Recipient)[],
  context: KeyContext,
): Promise<readonly KeyedRecipient[]> {
  const keyed: readonly Recipient[] = recipients.map((recipient) =>
    typeof recipient === "string" ? { address: recipient } : recipient,
  );
  if (keyed.every(({ key }) => key === undefined)) return keyed.map(({ address }) => ({ address }));
  return mapLimited(keyed, AT_ONCE, async ({ address, key }) =>
    key === undefined ? { address } : { address, key: await toResult(readKey(key, context)) },
  );
}

/**
 * @param text an age recipient, an SSH public key, `github:LOGIN`, `openpgp:FILE`, or an armoured OpenPGP certificate itself
 * @throws SenderError `recipient_key` with the reason, or where GitHub cannot be asked
 */
async function readKey(text: string, context: KeyContext): Promise<RecipientKey> {
  // What encrypts is loaded where somebody has such a key, and only then.
  if (text.startsWith("github:")) {
    const { publishedKeys } = await import("./github-keys.ts");
    return publishedKeys(text.slice("github:".length), context);
  }
  const certificate = text.startsWith("openpgp:")
    ? fileOf(text.slice("openpgp:".length), context)
    : text.startsWith("-----BEGIN PGP ") && new TextEncoder().encode(text);
  if (certificate) {
    const { readCertificate } = await import("./openpgp.ts");
    return readCertificate(certificate, new Date(context.runtime.now()));
  }
  const { ageKey, sshKey } = await import("./age.ts");
  return text.startsWith("age1") ? ageKey(text) : sshKey(text);
}

function fileOf(path: string, { readFile = (name) => readFileSync(name) }: KeyContext): Uint8Array {
  try {
    return readFile(path.trim());
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
    throw refusal(
      `The file of the recipient's OpenPGP certificate cannot be read (${code}). Check the path behind openpgp:, which is relative to the working directory.`,
      cause,
    );
  }
}
