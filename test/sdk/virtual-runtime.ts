import type { Runtime } from "@secret-handoff/sdk";

/** A runtime whose clock moves on by itself to the next timer, as soon as nothing else happens. No test waits for real. */
export type VirtualRuntime = Runtime;

type Timer = { readonly at: number; readonly task: () => void };

/** Turns of the event loop without any I/O, after which nothing is thought to happen. @param quietTurns more where sockets are used */
export function virtualRuntime(quietTurns = 2): VirtualRuntime {
  let now = 1_795_250_000_000;
  const timers = new Set<Timer>();
  let turning = false;
  let quiet = 0;
  const turn = () => {
    quiet += 1;
    if (quiet > quietTurns) {
      quiet = 0;
      const next = [...timers].reduce<Timer | undefined>((a, b) => (a && a.at <= b.at ? a : b), undefined);
      if (next) {
        timers.delete(next);
        now = Math.max(now, next.at);
        next.task();
      }
    }
    turning = timers.size > 0;
    if (turning) setImmediate(turn);
  };
  return {
    now: () => now,
    random: () => 0.5,
    fetch: () => Promise.reject(new Error("this test has no network")),
    schedule: (ms, task) => {
      const timer = { at: now + ms, task };
      timers.add(timer);
      quiet = 0;
      if (!turning) {
        turning = true;
        setImmediate(turn);
      }
      return () => timers.delete(timer);
    },
  };
}
