import { types } from "node:util";

/**
 * Jest runs tests in a realm of their own, where an error that Node makes is no `instanceof Error`. In production there is one
 * realm, and the AWS SDK counts on it: whoever imports this file has that here as well.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  configurable: true,
  value(this: unknown, error: unknown): boolean {
    return this === Error
      ? types.isNativeError(error)
      : Function.prototype[Symbol.hasInstance].call(this, error);
  },
});
