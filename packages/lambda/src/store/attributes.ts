import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** One DynamoDB item. */
export type Attributes = Record<string, AttributeValue>;

export const S = (value: string): AttributeValue => ({ S: value });
export const N = (value: number): AttributeValue => ({ N: String(value) });
export const B = (value: Uint8Array): AttributeValue => ({ B: value });
export const L = (values: readonly AttributeValue[]): AttributeValue => ({ L: [...values] });

/** Leaves out what is undefined: DynamoDB knows no such value. */
export function attributes(values: Readonly<Record<string, AttributeValue | undefined>>): Attributes {
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, AttributeValue] => !!entry[1]),
  );
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

  bytes(name: string): Uint8Array {
    return this.#required(name, this.optionalBytes(name));
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
