import type { ProtocolErrorCode, ProtocolError as WithMessage } from "@secret-handoff/protocol";

/** What the build puts in the place of globals, in the page's own code and in what it depends on (build-page.ts). */

/**
 * Object.hasOwn (ES2022; Safari 15.4, Chromium 93): @noble/hashes calls it as it loads, so that in the oldest browsers the page is for it
 * would not even start.
 */
export function hasOwn(object: object, key: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: the successor is what the browser lacks.
  return Object.prototype.hasOwnProperty.call(object, key);
}

/**
 * Errors without a message: the page says what is wrong in words of its own, and the minifier drops the messages for developers, which
 * nothing here reads: 0.8 KB of the 25 that a first load may take.
 */
export class QuietError extends globalThis.Error {
  // biome-ignore lint/complexity/noUselessConstructor: the default one would pass the message on.
  constructor() {
    super();
  }
}

export class ProtocolError extends QuietError implements Omit<WithMessage, "name"> {
  readonly code: ProtocolErrorCode;

  constructor(code: ProtocolErrorCode) {
    super();
    this.code = code;
  }
}
