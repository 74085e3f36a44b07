import { expect, test } from "@jest/globals";
import { type Polling, poll } from "../../packages/sdk/src/runtime/polling.ts";
import { virtualRuntime } from "./virtual-runtime.ts";

const POLLING = { firstMs: 1_000, longestMs: 4_000, limitMs: 60_000 };

/** When it looked, ms after the first look, and what came of it. */
async function polled(
  found: (looks: number) => string | undefined,
  { onLook, ...polling }: Partial<Polling> & { readonly onLook?: (elapsedMs: number) => void } = {},
  signal = new AbortController().signal,
) {
  const runtime = virtualRuntime();
  const from = runtime.now();
  const looks: number[] = [];
  const waits: number[] = [];
  const look = async () => {
    looks.push(runtime.now() - from);
    onLook?.(runtime.now() - from);
    return found(looks.length);
  };
  const all = { ...POLLING, onWaiting: (elapsedMs: number) => waits.push(elapsedMs), ...polling };
  const outcome = await poll(look, all, runtime, signal).catch((error: unknown) => error);
  return { looks, waits, outcome };
}

test("it looks at once, and then more rarely, until there is something to see", async () => {
  expect(await polled((looks) => (looks === 6 ? "seen" : undefined))).toEqual({
    looks: [0, 1_000, 2_500, 4_750, 8_125, 12_125],
    waits: [0, 1_000, 2_500, 4_750, 8_125],
    outcome: "seen",
  });
});

test("it looks once more when the time is over, and says that nothing was found", async () => {
  const { looks, waits, outcome } = await polled(() => undefined, { limitMs: 3_000 });
  expect({ looks, waits, outcome }).toEqual({
    looks: [0, 1_000, 2_500, 3_000],
    waits: [0, 1_000, 2_500],
    outcome: undefined,
  });
  expect(await polled(() => undefined, { limitMs: 0 })).toEqual({
    looks: [0],
    waits: [],
    outcome: undefined,
  });
});

test("what a look throws ends it", async () => {
  const fault = new Error("fault");
  const { looks, outcome } = await polled((looks) => {
    if (looks === 2) throw fault;
    return undefined;
  });
  expect({ looks, outcome }).toEqual({ looks: [0, 1_000], outcome: fault });
});

test.each([
  ["while it waits", 1_001],
  ["while it looks", 1_000],
])(
  "a signal ends it %s, with the signal's reason, and what was found counts all the same",
  async (_, atMs) => {
    const reason = new Error("cancelled");
    const stop = () => {
      const controller = new AbortController();
      const onLook = (elapsedMs: number) => {
        if (elapsedMs < 1_000) return;
        if (atMs === 1_000) controller.abort(reason);
        else setImmediate(() => controller.abort(reason));
      };
      return [{ onLook }, controller.signal] as const;
    };
    expect(await polled(() => undefined, ...stop())).toMatchObject({ looks: [0, 1_000], outcome: reason });
    expect(await polled((looks) => (looks === 2 ? "seen" : undefined), ...stop())).toMatchObject({
      outcome: "seen",
    });
  },
);
