import * as v from "valibot";
import { decodeBase64url, encodedLength } from "../encoding.ts";
import { ProtocolError } from "../errors.ts";
import { type Flags, STATES } from "../states.ts";

/** The fields that requests and answers are made of. Bytes are unpadded base64url, times are whole Unix seconds. */

/**
 * The schemas of a type's fields, each of them and no others. For types that people write: an inferred type has no readable
 * reference.
 */
export type EntriesOf<T> = { readonly [Name in keyof T]-?: v.GenericSchema<unknown, T[Name]> };

/**
 * What the schema of an object reads: as `v.InferOutput`, with each field declared once. Valibot's type intersects the fields with
 * themselves, so that the reference finds several doc comments for each.
 */
export type Fields<Schema extends ObjectLike> = Flat<
  {
    readonly [Name in keyof Schema["entries"] as NameOf<Schema, Name, false>]: Read<Schema["entries"][Name]>;
  } & {
    readonly [Name in keyof Schema["entries"] as NameOf<Schema, Name, true>]?: Read<Schema["entries"][Name]>;
  }
>;

type ObjectLike = { readonly entries: v.ObjectEntries };

/** The name, where whether it may be left out is as asked. */
type NameOf<Schema extends ObjectLike, Name extends keyof Schema["entries"], IsOptional> = (
  Schema["entries"][Name] extends { readonly type: "optional" }
    ? true
    : false
) extends IsOptional
  ? Name
  : never;

/** Objects within, in lists too, are read in the same way. */
type Read<Schema> = Schema extends { readonly type: "optional"; readonly wrapped: infer Wrapped }
  ? Read<Wrapped> | undefined
  : Schema extends { readonly type: "array"; readonly item: infer Item }
    ? readonly Read<Item>[]
    : Schema extends ObjectLike
      ? Fields<Schema>
      : Schema extends v.GenericSchema
        ? v.InferOutput<Schema>
        : never;

type Flat<T> = { [Name in keyof T]: T[Name] };

/** base64url of exactly `length` bytes, decoded into the branded type. */
export function bytes<Brand extends Uint8Array>(length: number) {
  return v.pipe(v.string(), v.length(encodedLength(length)), decode<Brand>(length));
}

/** base64url of bytes of any length: the limit of the body is one already. */
export const blob = v.pipe(v.string(), decode<Uint8Array>());

/**
 * Text between 1 and `limit` characters: no control characters, no unpaired surrogates, and none of the bidi controls that reorder the
 * text around them (UAX 9, section 2: embeddings, overrides, isolates).
 */
export function text(limit: number) {
  return v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(limit),
    v.regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u),
  );
}

/** An array that nobody changes. */
export function list<const Schema extends v.GenericSchema>(item: Schema) {
  return v.pipe(v.array(item), v.readonly());
}

export const flags = v.picklist([0, 1, 2, 3] satisfies Flags[]);

export const state = v.picklist(STATES);

/** Whole Unix seconds; milliseconds by mistake are too many. */
export const time = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(99_999_999_999));

function decode<Brand extends Uint8Array>(length?: number) {
  return v.rawTransform<string, Brand>(({ dataset, addIssue, NEVER }) => {
    try {
      return decodeBase64url(dataset.value, length) as Uint8Array as Brand;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      addIssue({ message: error.message });
      return NEVER;
    }
  });
}
