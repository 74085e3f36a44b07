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
 * What stands under `path` in the object that `text` spells: names joined with dots, and a name may hold dots itself. A string as it
 * reads, anything else as it is written.
 * @returns every value that the path can mean: none where there is no such name, several where the path is ambiguous
 */
export function jsonValues(text: string, path: string): readonly string[] {
  const root = parseJson(text);
  const found: string[] = [];
  const left: (readonly [Node, string])[] = root ? [[root, path]] : [];
  for (let next = left.pop(); next; next = left.pop()) {
    const [node, rest] = next;
    if (node.type !== "object") continue;
    for (const [key, value] of new Map(membersOf(node))) {
      if (key === rest) found.push(textOf(value, text));
      else if (rest.startsWith(`${key}.`)) left.push([value, rest.slice(key.length + 1)]);
    }
  }
  return found;
}

/** True where `text` spells a JSON object or array. */
export function isJsonContainer(text: string): boolean {
  const { type } = parseJson(text) ?? {};
  return type === "object" || type === "array";
}

/**
 * Every string, number and boolean inside JSON text, also inside arrays and inside strings that are JSON themselves, each under the
 * nearest name above it. Each as it reads and as it is written; a number also as programs write it that have parsed it.
 */
export function jsonScalars(text: string): readonly Leaf[] {
  const root = parseJson(text);
  const scalars: Leaf[] = [];
  const left: (readonly [string, Node])[] = root ? childrenOf("", root).toReversed() : [];
  for (let next = left.pop(); next; next = left.pop()) {
    const [name, node] = next;
    const written = text.slice(node.offset, node.offset + node.length);
    const read = textOf(node, text);
    if (node.type === "string") {
      for (const value of new Set([read, written.slice(1, -1)])) scalars.push({ name, value });
      scalars.push(...jsonScalars(read).map((inner) => ({ ...inner, name: inner.name || name })));
    } else if (node.type === "number" || node.type === "boolean") {
      const parsed = node.type === "number" ? String(Number(written)) : written;
      for (const value of new Set([written, parsed])) scalars.push({ name, value });
    }
    left.push(...childrenOf(name, node).toReversed());
  }
  return scalars;
}

/** In the order of the text; a name may come twice. */
function membersOf({ children = [] }: Node): readonly (readonly [key: string, value: Node])[] {
  return children.flatMap(({ children: [key, value] = [] }) =>
    key && value ? [[String(key.value), value] as const] : [],
  );
}

/** What lies directly in a node, each under its own name or else the node's. */
function childrenOf(name: string, node: Node): readonly (readonly [name: string, child: Node])[] {
  return node.type === "object" ? membersOf(node) : (node.children ?? []).map((child) => [name, child]);
}

/** A string as it reads, anything else as it is written. */
function textOf({ type, value, offset, length }: Node, text: string): string {
  return type === "string" ? String(value) : text.slice(offset, offset + length);
}

/** What JSON spells; undefined where the text is none. */
export function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: a JSON error quotes the text.
    return undefined;
  }
}
