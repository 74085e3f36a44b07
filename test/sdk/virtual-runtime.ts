import { performance } from "node:perf_hooks";
import type { Runtime } from "@secret-handoff/sdk";

/** A runtime whose clock moves on by itself to the next timer, as soon as nothing else happens: no test waits for real. */
export type VirtualRuntime = Runtime & {
  /** Something happens: the clock stands still a little longer. For servers by the same clock. */
  readonly touch: () => void;
  /** The clock stands still until this is released: something waits by the real clock. */
  readonly hold: () => () => void;
};

type Timer = { readonly at: number; readonly task: () => void };

/** Windows in a row in which the event loop had next to nothing to do: in each, it has looked for what sockets brought. */
const QUIET_WINDOWS = 3;
/** Before a leap: a busy machine must not pass for a quiet one when the next timer is the deadline. */
const LEAP_MS = 20_000;
const QUIET_BEFORE_LEAP = 60;
/** Of this process, in one window, ms. */
const NEXT_TO_NOTHING_MS = 0.5;

/**
 * @param settleMs the length of a window in which nothing may happen before the clock moves, real ms; 0 where no socket is in use.
 * Both ends of a loopback connection are in this process, so what is on its way arrives in the next turn of the event loop.
 */
export function virtualRuntime(settleMs = 0): VirtualRuntime {
  let now = 1_795_250_000_000;
  const timers = new Set<Timer>();
  let looking = false;
  let touches = 0;
  let quiet = 0;
  let held = 0;

  const look = () => {
    const before = touches;
    const used = performance.eventLoopUtilization();
    const decide = () => {
      const active = settleMs > 0 && performance.eventLoopUtilization(used).active > NEXT_TO_NOTHING_MS;
      quiet = active || held > 0 || touches !== before ? 0 : quiet + 1;
      if (quiet >= (settleMs === 0 ? 1 : windowsNeeded())) {
        quiet = 0;
        moveOn();
      }
      looking = timers.size > 0;
      if (looking) look();
    };
    if (settleMs === 0) setImmediate(decide);
    else setTimeout(decide, settleMs);
  };

  const windowsNeeded = () => {
    const next = Math.min(...[...timers].map(({ at }) => at));
    return next - now > LEAP_MS ? QUIET_BEFORE_LEAP : QUIET_WINDOWS;
  };

  const moveOn = () => {
    const [first, ...others] = timers;
    if (!first) return;
    const next = others.reduce((soonest, timer) => (timer.at < soonest.at ? timer : soonest), first);
    timers.delete(next);
    now = Math.max(now, next.at);
    touches += 1;
    next.task();
  };

  return {
    now: () => now,
    random: () => 0.5,
    fetch: () => Promise.reject(new Error("this test has no network")),
    touch: () => {
      touches += 1;
    },
    hold: () => {
      held += 1;
      let released = false;
      return () => {
        if (!released) held -= 1;
        released = true;
      };
    },
    schedule: (ms, task) => {
      const timer = { at: now + ms, task };
      timers.add(timer);
      touches += 1;
      if (!looking) {
        looking = true;
        look();
      }
      return () => timers.delete(timer);
    },
  };
}
