import { type JsonNode, type JsonObject, readJson } from "./json-text.ts";

/** A leaf of a JSON object, under its path: `{"db":{"user":"a"}}` has the leaf `db.user`. */
export type Leaf = { readonly name: string; readonly value: string };

/**
 * The leaves of the object that `text` spells, in its own order, nested names joined with a dot; none where it spells no object.
 * Like the AWS action, an array is not taken apart. Strings as they are; numbers, booleans, null, arrays and empty objects as they
 * are written. Of a name that comes twice the last counts, as for JSON.parse.
 */
export function jsonLeaves(text: string): readonly Leaf[] {
  const root = readJson(text);
  return root?.kind === "object" ? leavesOf(root, text, "") : [];
}

function leavesOf({ members }: JsonObject, text: string, path: string): readonly Leaf[] {
  const lastOfEach = new Map(members.map(({ key, value }) => [key, value]));
  return [...lastOfEach].flatMap(([key, value]) => {
    const name = path === "" ? key : `${path}.${key}`;
    if (value.kind === "object" && value.members.length > 0) return leavesOf(value, text, name);
    return [{ name, value: value.kind === "string" ? value.value : text.slice(value.start, value.end) }];
  });
}

/**
 * Every string, number and boolean inside JSON text, also inside arrays and inside strings that are JSON themselves. A number both
 * as it is written and as programs write it that have parsed it.
 */
export function jsonScalars(text: string): readonly string[] {
  const root = readJson(text);
  if (!root) return [];
  const scalars: string[] = [];
  const left = childrenOf(root).toReversed();
  for (let node = left.pop(); node; node = left.pop()) {
    const written = text.slice(node.start, node.end);
    if (node.kind === "string") scalars.push(node.value, ...jsonScalars(node.value));
    else if (node.kind === "number") scalars.push(...new Set([written, String(Number(written))]));
    else if (node.kind === "boolean") scalars.push(written);
    for (const child of childrenOf(node).toReversed()) left.push(child);
  }
  return scalars;
}

function childrenOf(node: JsonNode): readonly JsonNode[] {
  if (node.kind === "object") return node.members.map(({ value }) => value);
  return node.kind === "array" ? node.elements : [];
}
