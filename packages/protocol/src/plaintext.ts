import { ProtocolError } from "./errors.ts";
import { isWellFormed } from "./framing.ts";

/** Readers for JSON inside an envelope or a header: unknown keys are ignored, wrong types are refused. */

type JsonObject = { readonly [key: string]: unknown };

/** @throws ProtocolError `plaintext` when the bytes are not UTF-8 or not a JSON object of version 1 */
export function parseVersioned(bytes: Uint8Array, part: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    // No cause: a JSON error quotes the text that it could not read.
    throw new ProtocolError("plaintext", `the ${part} is not UTF-8 JSON`);
  }
  const object = asObject(value, part);
  if (object.v !== 1) throw new ProtocolError("plaintext", `the ${part} is not of version 1`);
  return object;
}

export function asObject(value: unknown, part: string): JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) refuse(part, "an object");
  return value as JsonObject;
}

export function asArray(value: unknown, part: string): readonly unknown[] {
  if (!Array.isArray(value)) refuse(part, "an array");
  return value;
}

/** Well-formed Unicode only: JSON can escape an unpaired surrogate, but many languages cannot hold one. */
export function asString(value: unknown, part: string): string {
  if (typeof value !== "string" || !isWellFormed(value)) refuse(part, "a string of well-formed Unicode");
  return value;
}

export function asBoolean(value: unknown, part: string): boolean {
  if (typeof value !== "boolean") refuse(part, "true or false");
  return value;
}

/** The value read by `read`, or undefined when the key is absent. */
export function optional<T>(value: unknown, read: (value: unknown) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function refuse(part: string, wanted: string): never {
  throw new ProtocolError("plaintext", `${part} is not ${wanted}`);
}
