import type { Runtime } from "@secret-handoff/sdk";

/** A runtime whose waits take no time. What was waited for is kept; timers of a minute and more never fire. */
export type QuickRuntime = Runtime & { readonly waits: number[] };

export function quickRuntime(overrides: Partial<Runtime> = {}): QuickRuntime {
  const waits: number[] = [];
  let now = 1_795_250_000_000;
  return {
    waits,
    now: () => now,
    random: () => 1,
    fetch: () => Promise.reject(new Error("this test has no network")),
    schedule: (ms, task) => {
      if (ms >= 60_000) return () => {};
      waits.push(ms);
      const timer = setImmediate(() => {
        now += ms;
        task();
      });
      return () => clearImmediate(timer);
    },
    ...overrides,
  };
}
