import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import type { RecipientKeys } from "@secret-handoff/lambda";

/** The keys of the recipients directory, made at this start and held in memory. A deployment has them in KMS. */
export function createRecipientKeys(): RecipientKeys {
  const macKey = randomBytes(32);
  const addressKey = randomBytes(32);
  return {
    macOf: async (address) => createHmac("sha256", macKey).update(address).digest(),
    addresses: {
      async encrypt(entry, plain) {
        const nonce = randomBytes(12);
        const cipher = createCipheriv("aes-256-gcm", addressKey, nonce).setAAD(Buffer.from(entry));
        return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      },
      async decrypt(entry, sealed) {
        const decipher = createDecipheriv("aes-256-gcm", addressKey, sealed.subarray(0, 12))
          .setAAD(Buffer.from(entry))
          .setAuthTag(sealed.subarray(-16));
        return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
      },
    },
  };
}
