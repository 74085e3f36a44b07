type Kind = "string" | "number" | "string?" | "number?";

/** The keys of a flat JSON object and the types of their values; `?` where it may be missing. */
export type Shape<Body> = { readonly [Key in keyof Body]-?: Kind };

/**
 * JSON from outside, once every key of the shape has been looked at; keys beyond it are ignored.
 * @throws TypeError naming the key whose value is of another type
 */
export function readShape<Body>(value: unknown, shape: Shape<Body>): Body {
  const record = Object(value) as Record<string, unknown>;
  for (const [key, kind] of Object.entries<Kind>(shape)) {
    const found = record[key];
    if (found === undefined && kind.endsWith("?")) continue;
    if (typeof found !== kind.replace("?", "")) throw new TypeError(key);
  }
  return record as Body;
}
