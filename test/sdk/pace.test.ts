import { describe, expect, test } from "@jest/globals";
import { adaptivePace, mapLimited, retry, SenderError, TransientError } from "@secret-handoff/sdk";
import { type RateLimit, slidingWindow, tokenBucket } from "../support/rate-limits.ts";
import { endable, unending } from "./deadlines.ts";
import { rejectionOf } from "./error-of.ts";
import { type VirtualRuntime, virtualRuntime } from "./virtual-runtime.ts";

const busy = new SenderError("aws_unavailable", "Slow down.");
const AT_ONCE = 6;

/** Refuses everything between two moments. */
function storm(fromMs: number, toMs: number, start: number): RateLimit {
  return (now) => now - start < fromMs || now - start >= toMs;
}

/** 200 calls of 50 ms each, six at once. Gives how long they took and how many calls were refused. */
async function run(limit: RateLimit, runtime: VirtualRuntime, calls = 200) {
  const pace = adaptivePace(runtime);
  const start = runtime.now();
  let refused = 0;
  const one = () =>
    retry(
      async () => {
        await new Promise<void>((resolve) => runtime.schedule(50, resolve));
        if (limit(runtime.now())) return;
        refused += 1;
        throw new TransientError(busy, { kind: "throttled" });
      },
      unending(),
      runtime,
      { pace },
    );
  await mapLimited(Array.from({ length: calls }), AT_ONCE, one);
  return { seconds: (runtime.now() - start) / 1_000, refused };
}

describe("200 calls under a limit of", () => {
  test.each([
    ["1 a second, token bucket", () => tokenBucket(1), 200],
    ["1 a second, sliding window", () => slidingWindow(1), 200],
    ["14 a second, token bucket", () => tokenBucket(14), 14.3],
    ["14 a second, sliding window", () => slidingWindow(14), 14.3],
    ["1 in ten seconds", () => tokenBucket(0.1), 2_000],
  ] as const)("%s are all taken in at most one and a half times the least time", async (_, limit, least) => {
    const { seconds, refused } = await run(limit(), virtualRuntime());
    expect(seconds).toBeLessThan(1.5 * least);
    expect(refused).toBeLessThan(60);
  });
});

test("without a limit nothing waits", async () => {
  const { seconds } = await run(() => true, virtualRuntime());
  expect(seconds).toBeLessThan((200 / AT_ONCE) * 0.05 + 0.2);
});

test("after a storm of a minute in which everything is refused the pace is soon the old one", async () => {
  const runtime = virtualRuntime();
  const { seconds, refused } = await run(storm(100, 60_000, runtime.now()), runtime, 1_000);
  expect(seconds).toBeLessThan(1.5 * 60 + 30);
  expect(refused).toBeLessThan(40);
});

test("refusals of calls that were under way together slow down once", async () => {
  const runtime = virtualRuntime();
  const pace = adaptivePace(runtime);
  const turns = await Promise.all([1, 2, 3].map(() => pace.turn(unending().soft)));
  for (const turn of turns) pace.throttled(turn, busy);
  const before = runtime.now();
  await pace.turn(unending().soft);
  expect(runtime.now() - before).toBeCloseTo(1_500, -1);
});

test("everyone waits as long as the other side asked one of them to", async () => {
  const runtime = virtualRuntime();
  const pace = adaptivePace(runtime);
  pace.throttled(await pace.turn(unending().soft), busy, 90_000);
  const before = runtime.now();
  await pace.turn(unending().soft);
  expect(runtime.now() - before).toBeGreaterThanOrEqual(90_000);
});

test("what would meet every call ends those in line and those to come, without another call", async () => {
  const runtime = virtualRuntime();
  const pace = adaptivePace(runtime, ["mail_quota"]);
  pace.throttled(await pace.turn(unending().soft), busy);
  const inLine = pace.turn(unending().soft);
  const quota = new SenderError("mail_quota", "Used up.");
  let calls = 0;
  const call = () =>
    retry(
      async () => {
        calls += 1;
        throw quota;
      },
      unending(),
      runtime,
      { pace },
    );
  pace.closeOn(new SenderError("mail_refused", "No."));
  pace.closeOn(quota);
  await expect(inLine).rejects.toBe(quota);
  expect(await rejectionOf(call())).toBe(quota);
  expect(calls).toBe(0);
});

test("a call that is still in line at the soft deadline fails with the reason why it waited", async () => {
  const runtime = virtualRuntime();
  const pace = adaptivePace(runtime);
  pace.throttled(await pace.turn(unending().soft), busy, 60_000);
  const { deadline, stop } = endable();
  runtime.schedule(1_000, stop);
  const error = await rejectionOf(retry(async () => {}, deadline, runtime, { pace }));
  expect([error.code, error.message]).toEqual([
    "cancelled",
    "The workflow was cancelled. The last attempt: Slow down.",
  ]);
});

test("a call that is asked to come later frees its slot for others meanwhile", async () => {
  const runtime = virtualRuntime();
  const start = runtime.now();
  const greylisted = new SenderError("mail_refused", "Greylisted.");
  const begun = new Map<number, number>();
  await mapLimited(Array.from({ length: 60 }), 2, (_, index, yieldSlot) =>
    retry(
      async () => {
        begun.set(index, begun.get(index) ?? runtime.now());
        if (runtime.now() - (begun.get(index) ?? 0) >= 60_000) return;
        throw new TransientError(greylisted, { kind: "deferred" });
      },
      unending(),
      runtime,
      { yieldSlot },
    ),
  );
  expect((runtime.now() - start) / 1_000).toBeLessThan(180);
});
