import { readFileSync } from "node:fs";
import { systemCode } from "../sender-error.ts";
import { ageKey, sshKey } from "./age.ts";
import { publishedKeys } from "./github-keys.ts";
import { readCertificate } from "./openpgp.ts";
import { type KeyContext, type RecipientKey, refusal } from "./recipient-key.ts";

/**
 * @param text an age recipient, an SSH public key, `github:LOGIN`, `openpgp:FILE`, or an armoured OpenPGP certificate itself
 * @throws SenderError `recipient_key` with the reason, or where GitHub cannot be asked
 */
export async function readKey(text: string, context: KeyContext): Promise<RecipientKey> {
  if (text.startsWith("github:")) return publishedKeys(text.slice("github:".length), context);
  const certificate = text.startsWith("openpgp:")
    ? fileOf(text.slice("openpgp:".length), context)
    : text.startsWith("-----BEGIN PGP ") && new TextEncoder().encode(text);
  if (certificate) return readCertificate(certificate, new Date(context.runtime.now()));
  return text.startsWith("age1") ? ageKey(text) : sshKey(text);
}

function fileOf(path: string, { readFile = (name) => readFileSync(name) }: KeyContext): Uint8Array {
  try {
    return readFile(path.trim());
  } catch (cause) {
    const code = systemCode(cause) ?? "unknown error";
    throw refusal(
      `The file of the recipient's OpenPGP certificate cannot be read (${code}). Check the path behind openpgp:, which is relative to the working directory.`,
      cause,
    );
  }
}
