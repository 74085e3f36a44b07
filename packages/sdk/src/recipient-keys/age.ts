import type { Recipient } from "age-encryption";
import { sshRecipient } from "./age-ssh.ts";
import type { RecipientKey } from "./recipient-key.ts";
import { parseSshPublicKey, type SshPublicKey } from "./ssh-public-key.ts";
import { unusable } from "./unusable.ts";

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
