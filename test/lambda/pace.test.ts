import { describe, expect, test } from "@jest/globals";
import { realPace } from "@secret-handoff/lambda";

const AFTER_MS = 60;
const never = () => new Promise<void>(() => {});
const atOnce = async () => {};

async function took(work: Promise<void>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

describe("a right and a wrong address are answered after the same time", () => {
  test.each([
    ["is sent at once", atOnce],
    ["never ends", never],
  ])("when the mail %s", async (_, mail) => {
    const milliseconds = await took(realPace(AFTER_MS, atOnce, mail));
    expect(milliseconds).toBeGreaterThan(AFTER_MS - 2);
    expect(milliseconds).toBeLessThan(AFTER_MS + 1_000);
  });

  test("when the look takes long, and the mail after it never ends", async () => {
    const slow = () => realPace(2 * AFTER_MS, atOnce, atOnce);
    const milliseconds = await took(realPace(AFTER_MS, slow, never));
    expect(milliseconds).toBeGreaterThan(2 * AFTER_MS - 2);
  });

  test("when the look is refused, and then nothing is mailed", async () => {
    let mailed = false;
    const refused = realPace(
      AFTER_MS,
      () => Promise.reject(new Error("gone")),
      async () => {
        mailed = true;
      },
    );
    await expect(refused).rejects.toThrow("gone");
    expect(mailed).toBe(false);
  });
});
