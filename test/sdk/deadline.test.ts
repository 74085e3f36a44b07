import { expect, jest, test } from "@jest/globals";
import { platformRuntime, SenderError, startDeadline } from "@secret-handoff/sdk";

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

test("at the limit the soft deadline comes, and after the grace the hard one", () => {
  const { schedule, fire } = manualTimers();
  const { deadline } = startDeadline(options, { schedule });
  fire(600_000);
  expect([deadline.soft.reason, deadline.hard.aborted]).toEqual([late, false]);
  fire(2_500);
  expect(deadline.hard.reason).toBe(late);
});

test("the first reason to stop counts", () => {
  const { schedule, fire, timers } = manualTimers();
  const cancelled = new SenderError("cancelled", "cancelled");
  const { deadline, stop } = startDeadline(options, { schedule });
  stop(cancelled);
  fire(600_000);
  stop(new SenderError("cancelled", "again"));
  expect(deadline.soft.reason).toBe(cancelled);
  expect(timers.filter(({ ms }) => ms === 2_500)).toHaveLength(1);
});

test("closing cancels every timer", () => {
  const { schedule, timers } = manualTimers();
  const { close, stop } = startDeadline(options, { schedule });
  stop(late);
  close();
  expect(timers.map(({ off }) => off)).toEqual([true, true]);
});

test("a time that is longer than a timer's does not come at once", () => {
  jest.useFakeTimers();
  try {
    const { deadline, close } = startDeadline({ ...options, limitMs: 30 * 86_400_000 }, platformRuntime);
    jest.advanceTimersByTime(86_400_000);
    expect(deadline.soft.aborted).toBe(false);
    close();
  } finally {
    jest.useRealTimers();
  }
});
