import { GenerateMacCommand, KMSClient } from "@aws-sdk/client-kms";
import type { Pseudonymise } from "../sender/create.ts";
import { required } from "./environment.ts";

const client = new KMSClient({});
const KeyId = required("PSEUDONYM_KEY_ID");

/**
 * Pseudonyms under a KMS HMAC_256 key, which nobody can read and whose deletion makes every one of them meaningless. A file of
 * its own, loaded for the first create that names a recipient.
 */
export const pseudonymise: Pseudonymise = async (address) => {
  const Message = Buffer.from(address);
  const { Mac } = await client.send(new GenerateMacCommand({ KeyId, MacAlgorithm: "HMAC_SHA_256", Message }));
  if (!Mac) throw new Error("KMS answered without a MAC");
  return Buffer.from(Mac).toString("base64url");
};
