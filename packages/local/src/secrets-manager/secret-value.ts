import { invalidParameter } from "./exception.ts";
import type { Request } from "./request.ts";

/** Text, or the bytes of a binary secret. */
export type SecretValue = string | Uint8Array;

/** The value that a request carries, if it does. @throws AwsException when it carries two */
export function decodeValue({ SecretString, SecretBinary }: Request): SecretValue | undefined {
  if (SecretString !== undefined && SecretBinary !== undefined) {
    throw invalidParameter(
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  return SecretBinary === undefined ? SecretString : Buffer.from(SecretBinary, "base64");
}

export function encodeValue(value: SecretValue) {
  return typeof value === "string"
    ? { SecretString: value }
    : { SecretBinary: Buffer.from(value).toString("base64") };
}

export function equalValues(one: SecretValue, other: SecretValue): boolean {
  return typeof one === typeof other && Buffer.from(one).equals(Buffer.from(other));
}
