import {
  asArray,
  asBoolean,
  asObject,
  asString,
  decodeBase64url,
  encodeBase64url,
  optional,
  parseVersioned,
  utf8,
} from "./encoding.ts";
import type { Receipt } from "./keys.ts";

/** One named value of an item. */
export type Field = {
  readonly name: string;
  readonly value: string;
  /** Hidden until the recipient asks to see it. */
  readonly concealed: boolean;
};

/** One file of an item. */
export type BundleFile = {
  readonly name: string;
  readonly mediaType: string;
  readonly data: Uint8Array;
};

/** One secret of a bundle. */
export type Item = {
  readonly label: string;
  readonly fields: readonly Field[];
  readonly files?: readonly BundleFile[];
};

/** What an envelope holds. */
export type Bundle = {
  readonly items: readonly Item[];
  /** 32 random bytes that prove the bundle was decrypted. */
  readonly receipt: Receipt;
};

const RECEIPT_BYTES = 32;

/**
 * UTF-8 JSON of the bundle, read back before it is given: nothing is sealed that could not be opened.
 * @throws ProtocolError `plaintext` or `base64url` as {@link decodeBundle}
 */
export function encodeBundle(bundle: Bundle): Uint8Array {
  const items = bundle.items.map(({ label, fields, files }) => ({
    label,
    fields: fields.map(({ name, value, concealed }) => ({ name, value, concealed })),
    ...(files && files.length > 0
      ? {
          files: files.map(({ name, mediaType, data }) => ({ name, mediaType, data: encodeBase64url(data) })),
        }
      : {}),
  }));
  const bytes = utf8(JSON.stringify({ v: 1, items, receipt: encodeBase64url(bundle.receipt) }));
  decodeBundle(bytes);
  return bytes;
}

/** @throws ProtocolError `plaintext` on wrong types, `base64url` on misspelt bytes */
export function decodeBundle(bytes: Uint8Array): Bundle {
  const object = parseVersioned(bytes, "bundle");
  return {
    items: asArray(object.items, "items").map(readItem),
    receipt: decodeBase64url(asString(object.receipt, "receipt"), RECEIPT_BYTES) as Uint8Array as Receipt,
  };
}

function readItem(value: unknown): Item {
  const item = asObject(value, "an item");
  const files = optional(item.files, (list) => asArray(list, "files").map(readFile));
  return {
    label: asString(item.label, "an item's label"),
    fields: asArray(item.fields, "an item's fields").map(readField),
    ...(files ? { files } : {}),
  };
}

function readField(value: unknown): Field {
  const field = asObject(value, "a field");
  return {
    name: asString(field.name, "a field's name"),
    value: asString(field.value, "a field's value"),
    concealed: asBoolean(field.concealed, "a field's concealed"),
  };
}

function readFile(value: unknown): BundleFile {
  const file = asObject(value, "a file");
  return {
    name: asString(file.name, "a file's name"),
    mediaType: asString(file.mediaType, "a file's mediaType"),
    data: decodeBase64url(asString(file.data, "a file's data")),
  };
}
