/** Maps in order, with at most `limit` calls of `map` under way. Rejects with the first rejection, after which nothing new begins. */
export async function mapLimited<T, R>(
  values: readonly T[],
  limit: number,
  map: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const queue = values.entries();
  let failed = false;
  const worker = async () => {
    for (const [index, value] of queue) {
      if (failed) return;
      try {
        results[index] = await map(value, index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, worker));
  return results;
}

/** Runs tasks one after the other, in the order they were given. */
export function oneAtATime(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task, task);
    last = result;
    return result;
  };
}
