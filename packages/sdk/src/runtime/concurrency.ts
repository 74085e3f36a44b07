/** Frees its slot during a wait, so that another value gets its turn, and takes one again afterwards. */
export type YieldSlot = <T>(wait: () => Promise<T>) => Promise<T>;

/** Maps in order, with at most `limit` calls of `map` under way. Rejects with the first rejection, after which nothing new begins. */
export async function mapLimited<T, R>(
  values: readonly T[],
  limit: number,
  map: (value: T, index: number, yieldSlot: YieldSlot) => Promise<R>,
): Promise<R[]> {
  const { enter, leave } = slots(limit);
  const yieldSlot: YieldSlot = async (wait) => {
    leave();
    try {
      return await wait();
    } finally {
      await enter();
    }
  };
  let failed = false;
  const begun: Promise<R>[] = [];
  for (const [index, value] of values.entries()) {
    await enter();
    if (failed) break;
    const work = map(value, index, yieldSlot);
    // The rejection reaches the caller by Promise.all; here it only ends the loop.
    work.catch(() => {
      failed = true;
    });
    work.then(leave, leave);
    begun.push(work);
  }
  return Promise.all(begun);
}

function slots(limit: number) {
  let free = limit;
  const waiting: (() => void)[] = [];
  return {
    enter: async () => {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
    },
    leave: () => {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
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
