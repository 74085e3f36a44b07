/** Time, as the page uses it. Tests inject their own. */
export type Clock = {
  /** Milliseconds since 1970, by this device's clock. */
  now(): number;
  /** Calls `tell` about every `ms` milliseconds until the returned function is called. */
  every(ms: number, tell: () => void): () => void;
};

export const deviceClock: Clock = {
  now: () => Date.now(),
  every(ms, tell) {
    const timer = setInterval(tell, ms);
    return () => clearInterval(timer);
  },
};
