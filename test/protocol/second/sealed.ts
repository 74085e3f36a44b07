import { isUtf8 } from "node:buffer";
import type { BundleJson, EnvelopeGiven, HeaderGiven, HeaderJson } from "../../vectors/format.ts";
import { refuseUnless } from "./refusal.ts";
import { decode } from "./text.ts";
import { decrypt, encrypt } from "./xchacha.ts";

const ENVELOPE_BUCKETS = [256, 1_024, 4_096, 16_384, 65_536, 262_144];
const HEADER_BUCKETS = [256, 1_024, 4_096];

export function sealBytes(given: EnvelopeGiven, nonce: Uint8Array, plaintext: Uint8Array): Buffer {
  const bucket = ENVELOPE_BUCKETS.find((size) => size >= plaintext.length + 4);
  refuseUnless(bucket !== undefined, "too_large");
  const padded = Buffer.alloc(bucket ?? 0);
  padded.writeUInt32BE(plaintext.length);
  padded.set(plaintext, 4);
  const sealed = encrypt(Buffer.from(given.contentKey, "hex"), nonce, envelopeAad(given), padded);
  return Buffer.concat([Buffer.of(1), nonce, Buffer.from(given.commitment, "hex"), sealed]);
}

export function openEnvelope(given: EnvelopeGiven, envelope: Buffer): BundleJson {
  refuseUnless(ENVELOPE_BUCKETS.includes(envelope.length - 73), "envelope");
  refuseUnless(envelope[0] === 1, "version");
  refuseUnless(envelope.toString("hex", 25, 57) === given.commitment, "commitment");
  return readBundle(open(given.contentKey, envelope, 57, envelopeAad(given)));
}

export function openHeader({ id, headerKey }: HeaderGiven, header: Buffer): HeaderJson {
  refuseUnless(HEADER_BUCKETS.includes(header.length - 41), "envelope");
  refuseUnless(header[0] === 1, "version");
  const aad = Buffer.concat([Buffer.from("secret-handoff/v1 header"), decode(id, 16)]);
  const json = open(headerKey, header, 25, aad);
  const texts = ["title", "message", "sender", "emailHint"].filter((key) => Object.hasOwn(json, key));
  const read = Object.fromEntries(texts.map((key) => [key, string(json[key])]));
  if (!/^[ -~]\u2022{3}@[ -~]{1,320}$/.test(read.emailHint ?? "")) delete read.emailHint;
  if (!Object.hasOwn(json, "context")) return read;
  const context = Object.entries(object(json.context)).map(([name, value]) => [string(name), string(value)]);
  return { ...read, context: Object.fromEntries(context) };
}

function envelopeAad({ id, flags, expiresAt, class: name }: EnvelopeGiven): Buffer {
  refuseUnless(name !== "" && !hasLoneSurrogate(name), "class");
  refuseUnless(Number.isInteger(expiresAt) && expiresAt >= 0 && expiresAt < 2 ** 53, "expiry");
  refuseUnless([0, 1, 2, 3].includes(flags), "flags");
  const label = Buffer.from("secret-handoff/v1 envelope");
  const numbers = Buffer.alloc(13);
  numbers.writeUInt8(flags, 0);
  numbers.writeBigUInt64BE(BigInt(expiresAt), 1);
  numbers.writeUInt32BE(Buffer.byteLength(name), 9);
  return Buffer.concat([label, decode(id, 16), numbers, Buffer.from(name)]);
}

/** Decrypts, strips the padding and reads the JSON of version 1. */
function open(key: string, sealed: Buffer, offset: number, aad: Buffer): Record<string, unknown> {
  const padded = decrypt(Buffer.from(key, "hex"), sealed.subarray(1, 25), aad, sealed.subarray(offset));
  refuseUnless(padded !== undefined, "decryption");
  const bytes = Buffer.from(padded ?? []);
  const end = bytes.readUInt32BE() + 4;
  const needed = ENVELOPE_BUCKETS.find((bucket) => bucket >= end);
  refuseUnless(needed === bytes.length && bytes.subarray(end).every((byte) => byte === 0), "padding");
  const text = bytes.subarray(4, end);
  refuseUnless(isUtf8(text), "plaintext");
  const json = object(parse(text.toString("utf8")));
  refuseUnless(json.v === 1, "plaintext");
  return json;
}

function readBundle(json: Record<string, unknown>): BundleJson {
  return {
    items: array(json.items).map((entry) => {
      const item = object(entry);
      const fields = array(item.fields).map((value) => {
        const field = object(value);
        refuseUnless(typeof field.concealed === "boolean", "plaintext");
        return { name: string(field.name), value: string(field.value), concealed: field.concealed === true };
      });
      const label = string(item.label);
      if (!Object.hasOwn(item, "files")) return { label, fields };
      const files = array(item.files).map((value) => {
        const { name, mediaType, data } = object(value);
        return {
          name: string(name),
          mediaType: string(mediaType),
          data: decode(string(data)).toString("base64url"),
        };
      });
      return { label, fields, files };
    }),
    receipt: decode(string(json.receipt), 32).toString("base64url"),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    refuseUnless(false, "plaintext");
  }
}

function object(value: unknown): Record<string, unknown> {
  refuseUnless(Object.prototype.toString.call(value) === "[object Object]", "plaintext");
  return { ...(value as object) };
}

function array(value: unknown): readonly unknown[] {
  refuseUnless(Array.isArray(value), "plaintext");
  return value as readonly unknown[];
}

function string(value: unknown): string {
  refuseUnless(typeof value === "string" && !hasLoneSurrogate(value), "plaintext");
  return String(value);
}

function hasLoneSurrogate(text: string): boolean {
  return Buffer.from(text, "utf8").toString("utf8") !== text;
}
