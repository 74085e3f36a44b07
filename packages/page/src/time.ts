/** Time, as the page uses it. Tests inject their own. */
export type Clock = {
  /** Milliseconds since 1970, by this device's clock. */
  now(): number;
  /** Calls `tick` about every `ms` milliseconds until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
};

/**
 * Time that never goes back when the network puts the device's clock back: what is due in a minute would be due in an hour.
 * @param device gives milliseconds since 1970
 */
export function clockOf(device: () => number): Clock {
  let putBack = 0;
  let latest = 0;
  return {
    now() {
      const time = device();
      putBack = Math.max(putBack, latest - time);
      latest = time + putBack;
      return latest;
    },
    every(ms, tick) {
      const timer = setInterval(tick, ms);
      return () => clearInterval(timer);
    },
  };
}

/** A moment whose day stays with its month at a line's end, and whose hour with its zone; in Japanese and Chinese the date stays whole. */
export function unparted(moment: string): string {
  return (
    moment
      .replace(/\b(\d\d?\.?) (?=\p{L})/gu, "$1\u00a0")
      // Arabic has a letter for the half of the day between the two; Chinese has the zone before the hour.
      .replace(/(\u00a0\p{L}|[A-Z]{3}\S*) (?=\p{L}|\d)/gu, "$1\u00a0")
      .replace(/([年月])(\d)/g, "$1\u2060$2")
  );
}
