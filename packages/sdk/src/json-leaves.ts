/** A leaf of a JSON object, under its path: `{"db":{"user":"a"}}` has the leaf `db.user`. */
export type Leaf = { readonly name: string; readonly value: string };

type JsonObject = { readonly [key: string]: unknown };

/** The object that `text` spells, or undefined when it spells none. Like the AWS action, an array is not taken apart. */
export function parseJsonObject(text: string): JsonObject | undefined {
  const value = parseJson(text);
  return isObject(value) ? value : undefined;
}

/**
 * The leaves of an object in its own order, nested names joined with a dot. Strings as they are; numbers, booleans, null,
 * arrays and empty objects as JSON text.
 */
export function jsonLeaves(object: JsonObject, path = ""): readonly Leaf[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const name = path === "" ? key : `${path}.${key}`;
    if (isObject(value) && Object.keys(value).length > 0) return jsonLeaves(value, name);
    return [{ name, value: typeof value === "string" ? value : JSON.stringify(value) }];
  });
}

/** Every string, number and boolean inside JSON text, also inside arrays and inside strings that are JSON themselves. */
export function jsonScalars(text: string): readonly string[] {
  const value = parseJson(text);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(scalarsOf);
}

function scalarsOf(value: unknown): readonly string[] {
  if (value === null || value === undefined) return [];
  if (typeof value === "string") return [value, ...jsonScalars(value)];
  if (typeof value === "object") return Object.values(value).flatMap(scalarsOf);
  return [String(value)];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
