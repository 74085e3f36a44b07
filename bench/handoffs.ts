import {
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  open,
  parseLink,
  type Sealed,
  seal,
} from "@secret-handoff/protocol";
import { createRequestOf } from "@secret-handoff/protocol/api";

/** Everything one handoff sends, made beforehand: the bench times the service, not the cryptography of its clients. */
export type Prepared = {
  readonly id: string;
  readonly create: string;
  readonly claim: string;
  readonly acknowledge: string;
};

/** @param email asked of the recipient, where given */
export async function prepare(origin: string, count: number, email?: string): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (let n = 0; n < count; n += 1) {
    prepared.push(
      await prepareOne(
        await seal({
          origin,
          class: "internal-tool",
          expiresAt: Math.floor(Date.now() / 1_000) + 3_600,
          items: [
            { label: "orders", fields: [{ name: "password", value: "correct-horse", concealed: true }] },
          ],
          header: { title: "Orders database", sender: "acme/orders" },
          ...(email === undefined ? {} : { email }),
        }),
        email,
      ),
    );
  }
  return prepared;
}

async function prepareOne(sealed: Sealed, email: string | undefined): Promise<Prepared> {
  const link = parseLink(sealed.link);
  const { linkToken } = deriveLinkKeys(link);
  const openKeys = await deriveOpenKeys(link, { email });
  const { receipt } = open(link, openKeys, sealed);
  const shown = {
    linkToken: encodeBase64url(linkToken),
    claimId: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
  };
  return {
    id: sealed.id,
    create: JSON.stringify(createRequestOf(sealed)),
    claim: JSON.stringify({ ...shown, claimToken: encodeBase64url(openKeys.claimToken), flags: link.flags }),
    acknowledge: JSON.stringify({ ...shown, receipt: encodeBase64url(receipt) }),
  };
}
