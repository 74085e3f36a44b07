import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** One DynamoDB item. */
export type Attributes = Record<string, AttributeValue>;

/** What an attribute can hold, short of lists: text, a number, bytes. */
export type Value = string | number | Uint8Array;

export function attributeOf(value: Value): AttributeValue {
  if (typeof value === "string") return { S: value };
  return typeof value === "number" ? { N: String(value) } : { B: value };
}

export function listOf(values: readonly string[]): AttributeValue {
  return { L: values.map(attributeOf) };
}

/** An item of these values. What is undefined is left out, for DynamoDB has no such value. */
export function itemOf(values: Readonly<Record<string, Value | readonly string[] | undefined>>): Attributes {
  const item: Attributes = {};
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined) item[name] = Array.isArray(value) ? listOf(value) : attributeOf(value as Value);
  }
  return item;
}

/** Reads typed attributes out of an item; a missing required one is a corrupt table and throws with its name. */
export class ItemReader {
  readonly #item: Attributes;

  constructor(item: Attributes) {
    this.#item = item;
  }

  string(name: string): string {
    return this.#required(name, this.optionalString(name));
  }

  number(name: string): number {
    return this.#required(name, this.optionalNumber(name));
  }

  optionalString(name: string): string | undefined {
    return this.#item[name]?.S;
  }

  optionalNumber(name: string): number | undefined {
    const text = this.#item[name]?.N;
    return text === undefined ? undefined : Number(text);
  }

  optionalBytes(name: string): Uint8Array | undefined {
    return this.#item[name]?.B;
  }

  strings(name: string): readonly string[] {
    return (this.#item[name]?.L ?? []).flatMap((value) => value.S ?? []);
  }

  #required<T>(name: string, value: T | undefined): T {
    if (value === undefined) throw new Error(`an item of the table has no ${name}`);
    return value;
  }
}

/**
 * A part of a DynamoDB expression that carries its own values, so that whoever joins parts need not know them: each `?` in the text
 * stands for the next value. Attributes are written `#name`, so that no reserved word is in the way.
 */
export type Expression = { readonly text: string; readonly values: readonly AttributeValue[] };

const expression = (text: string, ...values: readonly AttributeValue[]): Expression => ({ text, values });

// Conditions.

export const present = (name: string): Expression => expression(`attribute_exists(#${name})`);
export const absent = (name: string): Expression => expression(`attribute_not_exists(#${name})`);
export const equals = (name: string, value: Value): Expression =>
  expression(`#${name} = ?`, attributeOf(value));
export const differs = (name: string, value: Value): Expression =>
  expression(`#${name} <> ?`, attributeOf(value));
export const greaterThan = (name: string, value: number): Expression =>
  expression(`#${name} > ?`, attributeOf(value));
export const lessThan = (name: string, value: number): Expression =>
  expression(`#${name} < ?`, attributeOf(value));
export const atMost = (name: string, value: number): Expression =>
  expression(`#${name} <= ?`, attributeOf(value));
/** Both ends included. */
export const between = <V extends Value>(name: string, first: V, last: V): Expression =>
  expression(`#${name} BETWEEN ? AND ?`, attributeOf(first), attributeOf(last));
/** The number of a list's elements. */
export const sizeIs = (name: string, size: number): Expression =>
  expression(`size(#${name}) = ?`, attributeOf(size));

/** A list that does not have this text, or is not there yet. */
export const lacks = (name: string, text: string): Expression =>
  expression(`attribute_not_exists(#${name}) OR NOT contains(#${name}, ?)`, attributeOf(text));

/** All of them. An alternative among them is put in parentheses. */
export function and(...terms: readonly Expression[]): Expression {
  return {
    text: terms.map(({ text }) => (text.includes(" OR ") ? `(${text})` : text)).join(" AND "),
    values: terms.flatMap(({ values }) => values),
  };
}

/** Any of them. AND binds closer than OR, so that no parentheses are needed. */
export function or(...terms: readonly Expression[]): Expression {
  return {
    text: terms.map(({ text }) => text).join(" OR "),
    values: terms.flatMap(({ values }) => values),
  };
}

// Assignments.

export const set = (name: string, value: Value): Expression => expression(`#${name} = ?`, attributeOf(value));
export const setTexts = (name: string, texts: readonly string[]): Expression =>
  expression(`#${name} = ?`, listOf(texts));
/** So much more than another attribute, as it was before the update. */
export const setPast = (name: string, other: string, amount: number): Expression =>
  expression(`#${name} = #${other} + ?`, attributeOf(amount));
/** Unless it has a value already. */
export const setIfAbsent = (name: string, value: Value): Expression =>
  expression(`#${name} = if_not_exists(#${name}, ?)`, attributeOf(value));
export const add = (name: string, amount: number): Expression =>
  expression(`#${name} = #${name} + ?`, attributeOf(amount));
/** One less; where there is no value yet, one less than `from`. */
export const countDown = (name: string, from: number): Expression =>
  expression(`#${name} = if_not_exists(#${name}, ?) + ?`, attributeOf(from), attributeOf(-1));
/** One more; 1 where there is no value yet. */
export const countUp = (name: string): Expression =>
  expression(`#${name} = if_not_exists(#${name}, ?) + ?`, attributeOf(0), attributeOf(1));
export const append = (name: string, texts: readonly string[]): Expression =>
  expression(`#${name} = list_append(#${name}, ?)`, listOf(texts));
/** As {@link append}, to a list that may not be there yet. */
export const appendOrBegin = (name: string, texts: readonly string[]): Expression =>
  expression(`#${name} = list_append(if_not_exists(#${name}, ?), ?)`, listOf([]), listOf(texts));
/** Its first elements, to be removed: DynamoDB counts places as they were before the update. */
export const firstOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}[${index}]`);

/** What an UpdateItem changes: assignments, and names of attributes or places in lists that go. */
export type Change = { readonly set: readonly Expression[]; readonly remove: readonly string[] };

/** Members of a request that carry expressions. */
type Rendered = {
  readonly expressions: readonly string[];
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues?: Attributes;
};

type Shape = Pick<Rendered, "expressions" | "ExpressionAttributeNames">;

/** There are as many shapes as kinds of request, and a few for the lengths of an outbox. */
const shapes = new Map<string, Shape>();

/** The request's own spelling of these expressions, which share names and values. */
export function render(...parts: readonly Expression[]): Rendered {
  const values = parts.flatMap((part) => part.values);
  const key = parts.map(({ text }) => text).join("\n");
  let shape = shapes.get(key);
  if (!shape) {
    shape = shapeOf(key);
    shapes.set(key, shape);
  }
  const named = values.map((value, index) => [`:${index}`, value] as const);
  return values.length > 0 ? { ...shape, ExpressionAttributeValues: Object.fromEntries(named) } : shape;
}

/** The clauses of an update as one expression. */
export function updateExpression({ set: assignments, remove }: Change): Expression {
  const clauses = [
    ...(assignments.length > 0 ? [`SET ${assignments.map(({ text }) => text).join(", ")}`] : []),
    ...(remove.length > 0 ? [`REMOVE ${remove.map((name) => `#${name}`).join(", ")}`] : []),
  ];
  return { text: clauses.join(" "), values: assignments.flatMap(({ values }) => values) };
}

function shapeOf(key: string): Shape {
  let count = 0;
  const expressions = key.replace(/\?/g, () => `:${count++}`).split("\n");
  const names = new Set(Array.from(key.matchAll(/#(\w+)/g), ([, name = ""]) => name));
  return {
    expressions,
    ExpressionAttributeNames: Object.fromEntries([...names].map((name) => [`#${name}`, name])),
  };
}
