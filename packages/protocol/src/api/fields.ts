import * as v from "valibot";
import { decodeBase64url, encodedLength } from "../encoding.ts";
import { ProtocolError } from "../errors.ts";
import { type Flags, STATES } from "../states.ts";

/** The fields that requests, answers and events are made of. Bytes are unpadded base64url, times are whole Unix seconds. */

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
 * A name between 1 and `limit` characters, all on one line and all visible, so that two names that look alike to a reader are not made
 * different, and no name reorders what stands around it: no control and format characters, line or paragraph separators, unpaired
 * surrogates, or anything else that is not drawn (Unicode's Default_Ignorable_Code_Point).
 */
export function text(limit: number) {
  return bounded(limit, /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]*$/u);
}

/**
 * A sentence of a person, as {@link text}, in any script: the joiners U+200C and U+200D may stand between two other characters, as Persian,
 * Indic scripts and emoji need them, and a character may be followed by a selector of its form (U+FE0E, U+FE0F).
 */
export function prose(limit: number) {
  return bounded(
    limit,
    /^(?:[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}][\ufe0e\ufe0f]?(?:[\u200c\u200d](?!$|[\u200c\u200d]))?)*$/u,
  );
}

/** Whether a text is what {@link prose} takes. */
export function isProse(text: string, limit: number): boolean {
  return v.is(prose(limit), text);
}

function bounded(limit: number, characters: RegExp) {
  return v.pipe(v.string(), v.minLength(1), v.maxLength(limit), v.regex(characters));
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

const claim = v.string();

/** Who did it, as far as it was verified. */
export const Actor = v.variant("kind", [
  v.object({
    kind: v.literal("github"),
    repository: claim,
    repositoryId: claim,
    workflow: claim,
    ref: claim,
    event: claim,
    run: claim,
    attempt: claim,
    actor: claim,
    environment: v.optional(claim),
  }),
  /** A pipeline of a trusted issuer. */
  v.object({
    kind: v.literal("pipeline"),
    issuer: claim,
    project: claim,
    projectId: claim,
    run: v.optional(claim),
    actor: v.optional(claim),
    environment: v.optional(claim),
  }),
  /** The ARN of an IAM principal. */
  v.object({ kind: v.literal("iam"), principal: claim }),
  /** Whoever holds the link. */
  v.object({ kind: v.literal("recipient") }),
  v.object({ kind: v.literal("service") }),
  /** A caller whose token did not verify. */
  v.object({ kind: v.literal("unverified") }),
]);
export type Actor = v.InferOutput<typeof Actor>;
