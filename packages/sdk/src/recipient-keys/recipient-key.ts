import type { Recipient } from "../mail/addresses.ts";
import type { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { Sentence } from "../settings.ts";

/** A key of the recipient's own, found usable. The mail to them holds the link encrypted to it, and nowhere in clear. */
export type RecipientKey = {
  /** What names the key to sender and recipient: `SHA256:…`, `age1…`, an OpenPGP fingerprint. */
  readonly fingerprints: readonly string[];
} & (
  | {
      readonly kind: "age";
      /** Where its private half lies, as examples have it. */
      readonly identityFile: string;
      /** @returns the armoured age file, whose text is the link and a line end */
      readonly encryptLink: (link: string) => Promise<string>;
    }
  | {
      readonly kind: "openpgp";
      /** @returns the armoured message @param entity a MIME entity with its headers (RFC 3156, section 4) */
      readonly encryptMail: (entity: Uint8Array) => Promise<string>;
    }
);

/** A recipient whose key was looked at: one with an error gets nothing, and stops nobody else. */
export type KeyedRecipient = {
  readonly address: string;
  readonly key?: RecipientKey | SenderError | undefined;
};

/** What keys are read with. */
export type KeyContext = {
  readonly runtime: Runtime;
  readonly deadline: Deadline;
  /** For `openpgp:FILE`. @throws Error of the system @default Node's own, from the working directory */
  readonly readFile?: ((path: string) => Uint8Array) | undefined;
  /** For `github:LOGIN`. @default https://api.github.com */
  readonly gitHubApi?: string | undefined;
  /** Without one GitHub answers 60 calls an hour for each address, which hosted runners share. */
  readonly gitHubToken?: Concealed<string> | undefined;
};

/** The address of a recipient, with or without a key. */
export function addressOf(recipient: string | Pick<Recipient, "address">): string {
  return typeof recipient === "string" ? recipient : recipient.address;
}

/**
 * Why a recipient gets nothing: a mail with a readable link is not what was asked for where a key was named.
 * @param sentences what is wrong with the key, and what to do
 */
export function refusal(sentences: Sentence, cause?: unknown): SenderError {
  return new SenderError("recipient_key", sentences, cause === undefined ? undefined : { cause });
}

/** A key that cannot be encrypted to. @param reason goes on after "The recipient's key" */
export function unusable(reason: string, cause?: unknown): SenderError {
  return refusal(`The recipient's key ${reason}. Ask the recipient for another one.`, cause);
}
