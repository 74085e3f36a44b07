import { describe, expect, test } from "@jest/globals";
import { fixedLatency } from "@secret-handoff/lambda";

const AFTER_MS = 60;

function busy(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

describe("a right and a wrong address are answered after the same time", () => {
  test.each<[string, () => Promise<void>]>([
    ["there is nothing to mail", async () => {}],
    ["the mail never ends", () => new Promise<void>(() => {})],
    ["the mail keeps the processor busy", async () => busy(AFTER_MS / 2)],
  ])("when %s", async (_, mail) => {
    const start = performance.now();
    await fixedLatency(AFTER_MS)(mail());
    // How much later is the machine's affair; where the mail never ends, an answer that waits for it never comes.
    expect(performance.now() - start).toBeGreaterThan(AFTER_MS - 2);
  });
});
