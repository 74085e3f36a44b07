import { expect, test } from "@jest/globals";
import { SenderError, startLifetime } from "@secret-handoff/sdk";

/** Timers that the test fires. */
function manualTimers() {
  const timers: { ms: number; task: () => void; off: boolean }[] = [];
  const schedule = (ms: number, task: () => void) => {
    const timer = { ms, task, off: false };
    timers.push(timer);
    return () => {
      timer.off = true;
    };
  };
  const fire = (ms: number) => timers.find((timer) => timer.ms === ms && !timer.off)?.task();
  return { schedule, fire, timers };
}

const late = new SenderError("deadline", "time is up");
const options = { limitMs: 600_000, graceMs: 2_500, atLimit: () => late };

test("at its limit a lifetime stops, and after the grace it is over", () => {
  const { schedule, fire } = manualTimers();
  const { lifetime } = startLifetime(options, { schedule });
  fire(600_000);
  expect([lifetime.stopping.reason, lifetime.over.aborted]).toEqual([late, false]);
  fire(2_500);
  expect(lifetime.over.reason).toBe(late);
});

test("the first reason to stop counts", () => {
  const { schedule, fire, timers } = manualTimers();
  const cancelled = new SenderError("cancelled", "cancelled");
  const { lifetime, stop } = startLifetime(options, { schedule });
  stop(cancelled);
  fire(600_000);
  stop(new SenderError("cancelled", "again"));
  expect(lifetime.stopping.reason).toBe(cancelled);
  expect(timers.filter(({ ms }) => ms === 2_500)).toHaveLength(1);
});

test("closing calls every timer off", () => {
  const { schedule, timers } = manualTimers();
  const { close, stop } = startLifetime(options, { schedule });
  stop(late);
  close();
  expect(timers.map(({ off }) => off)).toEqual([true, true]);
});
