/** Time, as the page uses it. Tests inject their own. */
export type Clock = {
  /** Milliseconds since 1970, by this device's clock. */
  now(): number;
  /** Calls `tick` about every `ms` milliseconds until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
};

export const deviceClock: Clock = {
  now: () => Date.now(),
  every(ms, tick) {
    const timer = setInterval(tick, ms);
    return () => clearInterval(timer);
  },
};

/** A moment whose day stays with its month at a line's end, and whose hour with its zone; in Japanese and Chinese the date stays whole. */
export function unparted(moment: string): string {
  return moment.replace(/\b(\d\d?\.?) (?=\p{L})/gu, "$1\u00a0").replace(/([年月])(\d)/g, "$1\u2060$2");
}
