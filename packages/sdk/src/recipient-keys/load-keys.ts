import type { Recipient } from "../mail/addresses.ts";
import { mapLimited } from "../runtime/concurrency.ts";
import { toResult } from "../sender-error.ts";
import type { KeyContext, KeyedRecipient } from "./recipient-key.ts";

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
