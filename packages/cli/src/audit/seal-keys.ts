import { readFile } from "node:fs/promises";
import { readSealKeys, type SealKey } from "@secret-handoff/protocol/audit";
import { SenderError } from "@secret-handoff/sdk";

/** The public keys in a file. @throws SenderError `input` */
export async function sealKeys(path: string): Promise<readonly SealKey[]> {
  try {
    return readSealKeys(await readFile(path, "utf8"));
  } catch (cause) {
    throw new SenderError(
      "input",
      `The file of --key holds no public key, or cannot be read: ${path}. aws kms get-public-key gives the key of the seals.`,
      { cause },
    );
  }
}
