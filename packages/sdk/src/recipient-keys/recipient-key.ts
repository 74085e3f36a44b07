import type { Recipient } from "../mail/addresses.ts";
import type { Concealed } from "../redact.ts";
import { mapLimited } from "../runtime/concurrency.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { type SenderError, toResult } from "../sender-error.ts";

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
  // What encrypts is loaded where somebody has a key, and only then.
  const { readKey } = await import("./read-key.ts");
  return mapLimited(keyed, AT_ONCE, async ({ address, key }) =>
    key === undefined ? { address } : { address, key: await toResult(readKey(key, context)) },
  );
}

/** The address of a recipient, with or without a key. */
export function addressOf(recipient: string | Pick<Recipient, "address">): string {
  return typeof recipient === "string" ? recipient : recipient.address;
}
