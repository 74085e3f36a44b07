import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report } from "../support/tier.ts";

const LINKS = atTier({ cit: 3, proof: 200 });
const CLAIMS = 50;

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

test.each([
  ["without checks", {}],
  ["with the address asked for", { email: "ana@vendor.example" }],
])(
  `${LINKS} links, ${CLAIMS} browsers at once each, %s: one browser wins, and only it reads again`,
  async (name, answers) => {
    const sender = new Sender(service);
    const tally = { won: 0, gone: 0 };
    for (let n = 0; n < LINKS; n += 1) {
      const { link } = await sender.handOver(answers);
      const browsers = Array.from({ length: CLAIMS }, () => new Recipient(link));
      const claims = await Promise.all(browsers.map((browser) => browser.claim(answers)));
      const winners = claims.flatMap(({ status }, index) => (status === 200 ? [index] : []));
      expect(winners).toHaveLength(1);
      expect(claims.filter(({ status }) => status === 410)).toHaveLength(CLAIMS - 1);
      tally.won += winners.length;
      tally.gone += CLAIMS - 1;

      const index = winners[0] ?? 0;
      const [winner, won] = [browsers[index], claims[index]];
      if (!winner || !won) throw new Error("there is no winner");
      expect((await winner.claim(answers)).body.envelope).toBe(won.body.envelope);
      const { receipt } = await winner.open(won, answers);
      expect((await winner.acknowledge(receipt)).status).toBe(204);
      const later = await Promise.all(browsers.map((browser) => browser.claim(answers)));
      expect(later.every(({ status }) => status === 410)).toBe(true);
    }
    report(
      `${name}: ${LINKS * CLAIMS} claims on ${LINKS} links, ${tally.won} won, ${tally.gone} answered 410`,
    );
  },
  600_000,
);
