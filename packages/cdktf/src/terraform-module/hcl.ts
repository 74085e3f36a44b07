/** Writes Terraform's own language from what cdktf synthesises as JSON, laid out as `terraform fmt` does. */

/** What the bindings know of an attribute: whether Terraform reads it as a block. */
export type Shape = {
  readonly isBlock?: boolean;
  readonly storageClassType?: string;
  readonly value?: unknown;
};

/** Text that stands in HCL as it is. */
export class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Written as `jsonencode(…)`. */
export class Json {
  readonly value: object;
  constructor(value: object) {
    this.value = value;
  }
}

/** Key of a list's member that is there only if a Terraform condition holds. */
export const WHEN = "@when";

/** Key of an object whose members without a value are left out. */
export const GIVEN = "@given";

type Body = Readonly<Record<string, unknown>>;

/** Arguments that hold addresses, which JSON writes as texts. */
const ADDRESSES = ["depends_on", "provider", "configuration_aliases"];
/** Texts that look like JSON and are templates of EventBridge's: jsonencode would escape their `<placeholders>`. */
const VERBATIM = ["input_template"];
const WIDTH = 100;

/** One block: `resource "aws_sns_topic" "alarms" { … }`. */
export function block(head: string, body: Body, shapes: Readonly<Record<string, Shape>> = {}): string {
  return `${head} {\n${indent(bodyText(body, shapes))}}\n`;
}

function bodyText(body: Body, shapes: Readonly<Record<string, Shape>>): string {
  const entries = Object.entries(body).filter(([, value]) => value !== undefined);
  const isBlock = ([name, value]: readonly [string, unknown]) => {
    const { isBlock: known, storageClassType } = shapes[name] ?? {};
    // The bindings do not look into statements of WAF, which nest without end.
    return storageClassType === "any" || known === undefined ? isBlockLike(value) : known;
  };
  const attributes = entries.filter((entry) => !isBlock(entry));
  const blocks = entries.filter(isBlock).flatMap(([name, value]) => {
    const inner = innerShapes(shapes[name]);
    return (Array.isArray(value) ? value : [value]).map((one: Body) => block(name, one, inner));
  });
  const lines = aligned(attributes.map(([name, value]) => [name, argument(name, value)]));
  return [...(lines === "" ? [] : [lines]), ...blocks].join("\n");
}

function isBlockLike(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every(isObject);
  return isObject(value);
}

/** Of all members of a list together: one may have what another leaves out. */
function innerShapes(shape: Shape | undefined): Readonly<Record<string, Shape>> {
  const members = (Array.isArray(shape?.value) ? shape.value : [shape?.value]).filter(isObject);
  const merged: Record<string, Shape> = {};
  for (const [name, inner] of members.flatMap((member) => Object.entries(member as Record<string, Shape>))) {
    const known = merged[name]?.value;
    const values = [known, inner.value].flat().filter((value) => value !== undefined);
    merged[name] = { ...inner, value: inner.isBlock ? values : inner.value };
  }
  return merged;
}

function argument(name: string, value: unknown): string {
  if (!ADDRESSES.includes(name)) return valueText(value, VERBATIM.includes(name));
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** `name = value` lines; those that follow each other and have one line each share the column of their equals signs. */
function aligned(entries: readonly (readonly [string, string])[]): string {
  const widths = entries.map(([name]) => name.length);
  const single = entries.map(([, value]) => !value.includes("\n"));
  return entries
    .map(([name, value], at) => {
      if (!single[at]) return `${name} = ${value}\n`;
      let first = at;
      while (first > 0 && single[first - 1]) first -= 1;
      let last = at;
      while (last + 1 < entries.length && single[last + 1]) last += 1;
      return `${name.padEnd(Math.max(...widths.slice(first, last + 1)))} = ${value}\n`;
    })
    .join("");
}

/** Any value as an expression. */
function valueText(value: unknown, verbatim = false): string {
  if (value instanceof Raw) return value.text;
  if (value instanceof Json) return `jsonencode(${valueText(value.value)})`;
  if (typeof value === "string") return textValue(value, verbatim);
  if (Array.isArray(value)) return list(value);
  if (isObject(value)) return object(value as Body);
  return String(value);
}

function list(values: readonly unknown[]): string {
  if (values.some((value) => isObject(value) && WHEN in value)) return conditionalList(values);
  const texts = values.map((value) => valueText(value));
  // What is not made has no ARN.
  const [open, close] = texts.some((text) => text.startsWith("one(")) ? ["compact([", "])"] : ["[", "]"];
  const line = `${open}${texts.join(", ")}${close}`;
  if (line.length <= WIDTH && !line.includes("\n")) return line;
  return `${open}\n${texts.map((text) => indent(`${text},\n`)).join("")}${close}`;
}

/** `concat([always], condition ? [sometimes] : [])` */
function conditionalList(values: readonly unknown[]): string {
  const always = values.filter((value) => !(isObject(value) && WHEN in value));
  const sometimes = values.filter((value): value is Body => isObject(value) && WHEN in value);
  const parts = [
    ...(always.length > 0 ? [list(always)] : []),
    ...sometimes.map(({ [WHEN]: condition, ...value }) => `${condition} ? ${list([value])} : []`),
  ];
  return `concat(\n${parts.map((part) => indent(`${part},\n`)).join("")})`;
}

function object(value: Body): string {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  if (entries.length === 0) return "{}";
  if (GIVEN in value) {
    const { [GIVEN]: _, ...members } = value;
    return `{ for key, value in ${object(members)} : key => value if value != null }`;
  }
  return `{\n${indent(aligned(entries.map(([name, inner]) => [key(name), valueText(inner)])))}}`;
}

const key = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name));

/** A text: an expression by itself, JSON as `jsonencode(…)`, or a template. */
function textValue(text: string, verbatim: boolean): string {
  const parts = templateParts(text);
  const [only] = parts;
  if (parts.length === 1 && only?.expression) return only.text;
  const json = verbatim ? undefined : parseTemplate(parts);
  if (json !== undefined) return `jsonencode(${valueText(json)})`;
  return `"${parts.map((part) => (part.expression ? `\${${part.text}}` : escaped(part.text))).join("")}"`;
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

type Part = { readonly expression: boolean; readonly text: string };

/** The literal texts and the `${expressions}` of a template, in their order. */
export function templateParts(template: string): readonly Part[] {
  const parts: Part[] = [];
  let literal = "";
  for (let at = 0; at < template.length; at += 1) {
    if (template.startsWith("$${", at)) {
      literal += "$${";
      at += 2;
    } else if (template.startsWith("${", at)) {
      const end = endOfExpression(template, at + 2);
      if (literal !== "") parts.push({ expression: false, text: literal });
      literal = "";
      parts.push({ expression: true, text: template.slice(at + 2, end) });
      at = end;
    } else literal += template[at];
  }
  if (literal !== "" || parts.length === 0) parts.push({ expression: false, text: literal });
  return parts;
}

/** @returns where the closing brace of the expression stands that begins at `start` */
function endOfExpression(template: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < template.length; at += 1) {
    const character = template[at];
    if (character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (character === "{") depth += 1;
    else if (character === "}") {
      if (depth === 0) return at;
      depth -= 1;
    }
  }
  throw new Error(`an expression has no end: ${template.slice(start, start + 60)}`);
}

/** JSON with expressions in its texts, or in the place of values; undefined for any other text. */
export function parseTemplate(parts: readonly Part[]): object | undefined {
  if (!/^[{[]/.test(parts[0]?.text ?? "") || parts[0]?.expression) return undefined;
  let quoted = false;
  const json = parts.map((part, index) => {
    if (part.expression) return quoted ? `@expression ${index}@` : `"@expression ${index}@"`;
    for (const [token] of part.text.matchAll(/\\.|"/g)) if (token === '"') quoted = !quoted;
    return part.text;
  });
  try {
    return restored(JSON.parse(json.join("")), parts) as object;
  } catch {
    return undefined;
  }
}

/** With the expressions in its texts, keys among them. */
function restored(value: unknown, parts: readonly Part[]): unknown {
  if (typeof value === "string") return withExpressions(value, parts);
  if (Array.isArray(value)) return value.map((inner) => restored(inner, parts));
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    withExpressions(name, parts),
    restored(inner, parts),
  ]);
  return Object.fromEntries(entries);
}

/** Puts the expressions back. What stands in the place of a value as jsonencode(x) is x, inside another jsonencode. */
function withExpressions(text: string, parts: readonly Part[]): string {
  const expression = (index: string | undefined) => parts[Number(index)]?.text ?? "";
  const whole = /^@expression (\d+)@$/.exec(text)?.[1];
  if (whole !== undefined) return `\${${expression(whole).replace(/^jsonencode\((.*)\)$/s, "$1")}}`;
  return text.replaceAll(/@expression (\d+)@/g, (_, index: string) => `\${${expression(index)}}`);
}

/** `merge({ always }, condition ? { sometimes } : {})` */
export function merged(always: Body, sometimes: readonly (readonly [condition: string, value: Body])[]): Raw {
  const parts = sometimes.map(([condition, value]) => {
    const members = Object.entries(value).map(([name, inner]) => `${key(name)} = ${valueText(inner)}`);
    return `, ${condition} ? { ${members.join(", ")} } : {}`;
  });
  return new Raw(`merge(${object(always)}${parts.join("")})`);
}

function isObject(value: unknown): value is Body {
  return (
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Raw) &&
    !(value instanceof Json)
  );
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
