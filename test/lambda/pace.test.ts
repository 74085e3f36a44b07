import { describe, expect, test } from "@jest/globals";
import { paced } from "@secret-handoff/lambda";

const AFTER_MS = 60;
const never = () => new Promise<void>(() => {});
const atOnce = async () => {};

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

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
    const milliseconds = await took(paced(AFTER_MS)(atOnce, mail));
    expect(milliseconds).toBeGreaterThan(AFTER_MS - 2);
    expect(milliseconds).toBeLessThan(AFTER_MS + 1_000);
  });

  test.each([
    ["there is nothing to mail", atOnce],
    ["the mail never ends", never],
    ["the mail keeps the processor busy", async () => busy(AFTER_MS / 2)],
  ])("when the look takes long, and %s", async (_, mail) => {
    const slow = () => paced(2 * AFTER_MS)(atOnce, atOnce);
    const milliseconds = await took(paced(AFTER_MS)(slow, mail));
    expect(milliseconds).toBeGreaterThan(3 * AFTER_MS - 4);
    expect(milliseconds).toBeLessThan(3 * AFTER_MS + 1_000);
  });
});

describe("a link that cannot be opened", () => {
  test("is told at once, and nothing is mailed", async () => {
    const wait = 60_000;
    let mailed = false;
    const refused = paced(wait)(
      () => Promise.reject(new Error("gone")),
      async () => {
        mailed = true;
      },
    );
    const start = performance.now();
    await expect(refused).rejects.toThrow("gone");
    expect(performance.now() - start).toBeLessThan(wait / 10);
    expect(mailed).toBe(false);
  });
});
