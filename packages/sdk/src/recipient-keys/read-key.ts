import { readFileSync } from "node:fs";
import { systemCode } from "../sender-error.ts";
import { ageKey, sshKey } from "./age.ts";
import { publishedKeys } from "./github-keys.ts";
import { readCertificate } from "./openpgp.ts";
import { type KeyContext, type RecipientKey, refusal, unusable } from "./recipient-key.ts";

/**
 * @param text an age recipient, an SSH public key, `github:LOGIN`, `openpgp:FILE`, or an armoured OpenPGP certificate itself
 * @throws SenderError `recipient_key` with the reason, or where GitHub cannot be asked
 */
export async function readKey(text: string, context: KeyContext): Promise<RecipientKey> {
  const key = await parseKey(text, context);
  // Now, and not when the first mail is written: by then secrets are rotated and handoffs created.
  const trial =
    key.kind === "age" ? key.encryptLink("https://trial.example") : key.encryptMail(new Uint8Array(1));
  await trial.catch((cause: unknown) => {
    throw unusable("cannot be encrypted to: its numbers are none that a program makes", cause);
  });
  return key;
}

async function parseKey(text: string, context: KeyContext): Promise<RecipientKey> {
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
