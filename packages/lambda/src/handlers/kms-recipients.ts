import { DecryptCommand, EncryptCommand, GenerateMacCommand, KMSClient } from "@aws-sdk/client-kms";
import { callOptions } from "./aws-calls.ts";
import { required } from "./environment.ts";

const client = new KMSClient(callOptions());

/** Names an address under a KMS HMAC_256 key, which nobody can read. A file of its own, loaded for the first call that names a recipient. */
export async function macOf(address: string): Promise<Uint8Array> {
  const KeyId = required("RECIPIENT_MAC_KEY_ID");
  const Message = Buffer.from(address);
  const { Mac } = await client.send(new GenerateMacCommand({ KeyId, MacAlgorithm: "HMAC_SHA_256", Message }));
  return answered(Mac);
}

/** @param entry is bound to the ciphertext as its encryption context */
export async function encrypt(entry: string, Plaintext: Uint8Array): Promise<Uint8Array> {
  const KeyId = required("RECIPIENT_ADDRESS_KEY_ID");
  const { CiphertextBlob } = await client.send(
    new EncryptCommand({ KeyId, Plaintext, EncryptionContext: { entry } }),
  );
  return answered(CiphertextBlob);
}

/** @throws Error where the ciphertext was made for another entry */
export async function decrypt(entry: string, CiphertextBlob: Uint8Array): Promise<Uint8Array> {
  const KeyId = required("RECIPIENT_ADDRESS_KEY_ID");
  const { Plaintext } = await client.send(
    new DecryptCommand({ KeyId, CiphertextBlob, EncryptionContext: { entry } }),
  );
  return answered(Plaintext);
}

function answered(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error("KMS answered without the bytes it was asked for");
  return bytes;
}
