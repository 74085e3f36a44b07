import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { encodeBase64url, type Link } from "@secret-handoff/protocol";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report } from "../support/tier.ts";

const ANSWERS = atTier({ cit: 300, proof: 10_000 });
/** The first answers of a fresh process are slow for everybody. */
const WARM_UP = atTier({ cit: 100, proof: 1_000 });

let service: TestService;
let link: string;
beforeAll(async () => {
  service = await startTestService();
  link = (await new Sender(service).handOver({ email: "ana@vendor.example" })).link;
});
afterAll(() => service.close());

/** Welch's t of two samples: how far apart their means are, in units of their common error. */
function welch(a: readonly number[], b: readonly number[]): number {
  const mean = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const error = (xs: readonly number[], m: number) =>
    xs.reduce((sum, x) => sum + (x - m) ** 2, 0) / (xs.length - 1) / xs.length;
  return (meanA - meanB) / Math.sqrt(error(a, meanA) + error(b, meanB));
}

test(`${ANSWERS} answers each for an unknown id and a wrong link token: same bytes, same time, no call to a table`, async () => {
  const real = new Recipient(link).link;
  await service.service.drained();
  const [before, calls] = [await fingerprint(), service.calls.length];
  const times = { unknown: [] as number[], wrong: [] as number[] };
  const bytes = new Set<string>();
  for (let n = -WARM_UP; n < ANSWERS; n += 1) {
    const wrong: Link = { ...real, linkSecret: randomSecret() };
    const unknown: Link = {
      ...wrong,
      id: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))) as Link["id"],
    };
    // In turn, and in changing order, so that what drifts drifts for both.
    const pair = [
      ["wrong", wrong],
      ["unknown", unknown],
    ] as const;
    for (const [kind, shown] of n % 2 === 0 ? pair : pair.toReversed()) {
      const stranger = new Recipient(link);
      // No page would show it: the id is not the one that belongs to the token.
      Object.defineProperty(stranger, "link", { value: shown });
      const start = performance.now();
      const { status, text } = await stranger.status();
      const took = performance.now() - start;
      bytes.add(`${status} ${text}`);
      if (n >= 0) times[kind].push(took);
    }
  }
  expect(bytes.size).toBe(1);
  expect(service.calls).toHaveLength(calls);
  expect(await fingerprint()).toBe(before);
  const t = welch(times.unknown, times.wrong);
  report(`${ANSWERS} answers each: one and the same body, Welch's t of the time ${t.toFixed(2)}`);
  expect(Math.abs(t)).toBeLessThan(4.5);
}, 600_000);

function randomSecret(): Link["linkSecret"] {
  return crypto.getRandomValues(new Uint8Array(32)) as Uint8Array as Link["linkSecret"];
}

/** Of every item, so that a difference is told without printing a table. */
async function fingerprint(): Promise<string> {
  return createHash("sha256")
    .update(JSON.stringify((await service.scan()).map((item) => Object.entries(item).sort())))
    .digest("hex");
}
