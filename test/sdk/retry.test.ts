import { describe, expect, test } from "@jest/globals";
import { adaptivePace, retry, retryAfterMs, SenderError, TransientError } from "@secret-handoff/sdk";
import { endable, unending } from "./deadlines.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";

const final = new SenderError("service_unavailable", "busy");

/** Fails `times` times, then gives the number of the attempt that passed. */
function failing(times: number, afterMs?: number) {
  return async (attempt: number) => {
    if (attempt <= times) throw new TransientError(final, { afterMs });
    return attempt;
  };
}

test("what succeeds at the third attempt is returned, after growing waits", async () => {
  const runtime = quickRuntime();
  expect(await retry(failing(2), unending(), runtime)).toBe(3);
  expect(runtime.waits).toEqual([250, 500]);
});

test("the wait is jittered over its whole length and capped", async () => {
  const runtime = quickRuntime({ random: () => 0.5 });
  await retry(failing(7), unending(), runtime, { attempts: 8, baseMs: 1_000, capMs: 8_000 });
  expect(runtime.waits).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000, 4_000]);
});

test("after the last attempt the failure itself is thrown", async () => {
  expect(await rejectionOf(retry(failing(99), unending(), quickRuntime()))).toBe(final);
});

test("what no retry can change is not tried again", async () => {
  let attempts = 0;
  const error = new SenderError("policy", "no");
  const work = retry(
    async () => {
      attempts += 1;
      throw error;
    },
    unending(),
    quickRuntime(),
  );
  expect(await rejectionOf(work)).toBe(error);
  expect(attempts).toBe(1);
});

test("Retry-After is honoured where it is longer than the backoff", async () => {
  const runtime = quickRuntime();
  await retry(failing(1, 5_000), unending(), runtime);
  expect(runtime.waits).toEqual([5_000]);
});

test("a Retry-After of more than a minute is not waited for", async () => {
  const runtime = quickRuntime();
  expect(await rejectionOf(retry(failing(1, 61_000), unending(), runtime))).toBe(final);
  expect(runtime.waits).toEqual([]);
});

test("a soft deadline ends the wait with its reason, and the failure as cause", async () => {
  const { deadline, stop } = endable();
  const runtime = quickRuntime({
    schedule: () => {
      setImmediate(stop);
      return () => {};
    },
  });
  const error = await rejectionOf(retry(failing(9), deadline, runtime));
  expect([error.code, error.cause]).toEqual(["cancelled", final]);
});

test("after the soft deadline an attempt is made all the same, and none after it", async () => {
  const { deadline, stop } = endable();
  stop();
  const runtime = quickRuntime();
  const pace = adaptivePace(runtime);
  expect(await retry(failing(0), deadline, runtime, { pace })).toBe(1);
  expect((await rejectionOf(retry(failing(1), deadline, runtime, { pace }))).code).toBe("cancelled");
});

describe("Retry-After", () => {
  const now = Date.parse("2026-11-21T10:00:00Z");
  test.each([
    ["seconds", "7", 7_000],
    ["a date", "Sat, 21 Nov 2026 10:00:30 GMT", 30_000],
    ["a date that has passed", "Sat, 21 Nov 2026 09:00:00 GMT", 0],
    ["nothing", null, undefined],
    ["nonsense", "soon", undefined],
  ])("of %s is read", (_, value, expected) => {
    expect(retryAfterMs(value, now)).toBe(expected);
  });
});
