import { createHmac } from "node:crypto";

/** Gives the name under which an address appears in the trail: an HMAC, whose key's destruction erases it. */
export type Pseudonymise = (normalisedAddress: string) => Promise<string>;

/** Pseudonyms under a key held in memory: for the local stack. */
export function localPseudonyms(key: Uint8Array): Pseudonymise {
  return async (address) => createHmac("sha256", key).update(address).digest("base64url");
}

/** Pseudonyms under a KMS HMAC_256 key, which nobody can read and whose deletion makes every one of them meaningless. */
export function kmsPseudonyms(keyId: string): Pseudonymise {
  return async (address) => {
    // Loaded on the first create that names a recipient: a start of the function does not wait for it.
    const { GenerateMacCommand, KMSClient } = await import("@aws-sdk/client-kms");
    const { Mac } = await new KMSClient({}).send(
      new GenerateMacCommand({ KeyId: keyId, MacAlgorithm: "HMAC_SHA_256", Message: Buffer.from(address) }),
    );
    if (!Mac) throw new Error("KMS answered without a MAC");
    return Buffer.from(Mac).toString("base64url");
  };
}
