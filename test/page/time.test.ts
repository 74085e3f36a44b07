import { expect, test } from "@jest/globals";
import { clockOf } from "../../packages/page/src/time.ts";

test("time goes on when the device's clock is put back, also twice, and jumps ahead with it", () => {
  let device = 1_000;
  const clock = clockOf(() => device);
  const times = [1_000, 1_500, 200, 700, 100, 600, 5_000].map((time) => {
    device = time;
    return clock.now();
  });
  expect(times).toEqual([1_000, 1_500, 1_500, 2_000, 2_000, 2_500, 6_900]);
});
