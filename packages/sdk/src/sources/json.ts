import { type Node, parseTree } from "jsonc-parser";

/**
 * JSON as it is written. JSON.parse gives numbers that are not the ones in the text (`1.10` becomes 1.1, and of
 * 123456789012345678901 the end is lost), and what it gives cannot be written back byte for byte.
 */

/** A leaf of a JSON object, under its path: `{"db":{"user":"a"}}` has the leaf `db.user`. */
export type Leaf = { readonly name: string; readonly value: string };

/** A member of a JSON object. `text.slice(start, end)` is how its value is written. */
export type JsonMember = { readonly key: string; readonly start: number; readonly end: number };

/**
 * What `text` spells, or undefined where it is not JSON (RFC 8259). JSON.parse decides, because the other parser forgives. Thousands
 * of levels are too deep for the other parser's stack: such a text is taken as a whole, like one that is not JSON.
 */
function parseJson(text: string): Node | undefined {
  try {
    JSON.parse(text);
    return parseTree(text, [], { disallowComments: true });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The members of the object that `text` spells, in its own order; undefined where it spells no object. */
export function jsonMembers(text: string): readonly JsonMember[] | undefined {
  const root = parseJson(text);
  return root?.type === "object"
    ? membersOf(root).map(([key, { offset, length }]) => ({ key, start: offset, end: offset + length }))
    : undefined;
}

/**
 * The leaves of the object that `text` spells, in its own order, nested names joined with a dot; none where it spells no object.
 * Like the AWS action, an array is not taken apart. Strings as they are; numbers, booleans, null, arrays and empty objects as they
 * are written. Of a name that comes twice the last counts, as for JSON.parse.
 */
export function jsonLeaves(text: string): readonly Leaf[] {
  const root = parseJson(text);
  if (root?.type !== "object") return [];
  const leaves: Leaf[] = [];
  const left: (readonly [string, Node])[] = [...new Map(membersOf(root))].toReversed();
  for (let next = left.pop(); next; next = left.pop()) {
    const [name, node] = next;
    const members = node.type === "object" ? [...new Map(membersOf(node))] : [];
    for (const [key, value] of members.toReversed()) left.push([`${name}.${key}`, value]);
    if (members.length === 0) leaves.push({ name, value: textOf(node, text) });
  }
  return leaves;
}

/**
 * Every string, number and boolean inside JSON text, also inside arrays and inside strings that are JSON themselves. A number both
 * as it is written and as programs write it that have parsed it.
 */
export function jsonScalars(text: string): readonly string[] {
  const root = parseJson(text);
  if (!root) return [];
  const scalars: string[] = [];
  const left = childrenOf(root).toReversed();
  for (let node = left.pop(); node; node = left.pop()) {
    const written = textOf(node, text);
    if (node.type === "string") scalars.push(written, ...jsonScalars(written));
    else if (node.type === "number") scalars.push(...new Set([written, String(Number(written))]));
    else if (node.type === "boolean") scalars.push(written);
    for (const child of childrenOf(node).toReversed()) left.push(child);
  }
  return scalars;
}

/** In the order of the text; a name may come twice. */
function membersOf({ children = [] }: Node): readonly (readonly [key: string, value: Node])[] {
  return children.flatMap(({ children: [key, value] = [] }) =>
    key && value ? [[String(key.value), value] as const] : [],
  );
}

function childrenOf(node: Node): readonly Node[] {
  return node.type === "object" ? membersOf(node).map(([, value]) => value) : (node.children ?? []);
}

/** A string as it reads, anything else as it is written. */
function textOf({ type, value, offset, length }: Node, text: string): string {
  return type === "string" ? String(value) : text.slice(offset, offset + length);
}
