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

/** An item of these values. What is undefined is left out: DynamoDB knows no such value. */
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
