/**
 * JSON as it is written. JSON.parse gives numbers that are not the ones in the text (`1.10` becomes 1.1, and of
 * 123456789012345678901 the end is lost), and what it gives cannot be written back byte for byte.
 */

/** A value and where it stands: `text.slice(start, end)` is how it is written. */
export type JsonNode = { readonly start: number; readonly end: number } & (
  | { readonly kind: "object"; readonly members: readonly JsonMember[] }
  | { readonly kind: "array"; readonly elements: readonly JsonNode[] }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number" | "boolean" | "null" }
);

export type JsonObject = Extract<JsonNode, { kind: "object" }>;

/** In the order of the text; a name may come twice. */
export type JsonMember = { readonly key: string; readonly value: JsonNode };

/** An object or array whose end has not been read yet. `key` is the name whose value comes next. */
type Open = { readonly start: number; key?: string | undefined } & (
  | { readonly kind: "object"; readonly members: JsonMember[] }
  | { readonly kind: "array"; readonly elements: JsonNode[] }
);

/** A bracket, a string, or a number or word. Commas, colons and white space lie between tokens. */
const TOKEN = /[{}[\]]|"[^"\\]*(?:\\.[^"\\]*)*"|[^\s{}[\],:"]+/g;

/** What `text` spells, or undefined where it is no JSON (RFC 8259). However deep it goes, no stack overflows. */
export function readJson(text: string): JsonNode | undefined {
  if (!isJson(text)) return undefined;
  const open: Open[] = [];
  let root: JsonNode | undefined;
  const place = (node: JsonNode) => {
    const parent = open.at(-1);
    if (!parent) root = node;
    else if (parent.kind === "array") parent.elements.push(node);
    else {
      parent.members.push({ key: parent.key ?? "", value: node });
      parent.key = undefined;
    }
  };
  for (const { 0: token, index: start } of text.matchAll(TOKEN)) {
    const end = start + token.length;
    const parent = open.at(-1);
    if (token === "{") open.push({ kind: "object", start, members: [] });
    else if (token === "[") open.push({ kind: "array", start, elements: [] });
    else if (token === "}" || token === "]") {
      const closed = open.pop();
      if (closed) place({ ...closed, end });
    } else if (parent?.kind === "object" && parent.key === undefined) parent.key = stringIn(token);
    else place({ start, end, ...leaf(token) });
  }
  return root;
}

/** The strict parser decides: every text that the tokens are taken from is JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function leaf(token: string) {
  if (token.startsWith('"')) return { kind: "string", value: stringIn(token) } as const;
  if (token === "null") return { kind: "null" } as const;
  return token === "true" || token === "false"
    ? ({ kind: "boolean" } as const)
    : ({ kind: "number" } as const);
}

function stringIn(token: string): string {
  return String(JSON.parse(token));
}
