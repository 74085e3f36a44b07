/** Whether one more is taken at `now`, ms. */
export type RateLimit = (now: number) => boolean;

/** At most so many in any second that has passed. */
export function slidingWindow(perSecond: number): RateLimit {
  const taken: number[] = [];
  return (now) => {
    if (taken.filter((at) => at > now - 1_000).length >= perSecond) return false;
    taken.push(now);
    return true;
  };
}

/** A bucket that holds what one second brings, and one at least. */
export function tokenBucket(perSecond: number): RateLimit {
  const size = Math.max(1, perSecond);
  let tokens = size;
  let filledAt = 0;
  return (now) => {
    tokens = Math.min(size, tokens + ((now - filledAt) / 1_000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
