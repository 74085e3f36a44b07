import { inspect } from "node:util";

/** What refuses to print itself: neither a log, nor an error, nor JSON shows what it holds. */
export abstract class Unprintable {
  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** A value that refuses to print itself; only {@link reveal} gives it. */
export class Concealed<T> extends Unprintable {
  readonly #value: T;

  constructor(value: T) {
    super();
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }
}
