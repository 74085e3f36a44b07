/**
 * Library calls that the oldest browsers of docs/recipients.md lack and a dependency makes; the build puts these in their place.
 * Object.hasOwn (ES2022; Safari 15.4, Chromium 93): @noble/hashes calls it as it loads, so that the page would stay blank.
 */
export function hasOwn(object: object, key: PropertyKey): boolean {
  // biome-ignore lint/suspicious/noPrototypeBuiltins: the successor is what the browser lacks.
  return Object.prototype.hasOwnProperty.call(object, key);
}
