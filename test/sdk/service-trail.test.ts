import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { readSealKeys } from "@secret-handoff/protocol/audit";
import { cachedToken, platformRuntime, serviceClient, serviceTrail, verifyTrail } from "@secret-handoff/sdk";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { unending } from "./deadlines.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service?.close());

test("the trail that the service lists verifies against its seals, over several pages of events", async () => {
  const sender = new Sender(service);
  for (let n = 0; n < 120; n += 1) await sender.handOver();
  await service.service.drained();
  const today = new Date(service.clock.now * 1_000).toISOString().slice(0, 10);
  const [first] = await service.service.seal(today);
  const tokens = cachedToken(() => service.mint(), platformRuntime);
  const client = serviceClient(service.url, tokens, platformRuntime);
  const trail = serviceTrail(client, { since: first?.day ?? today, until: today }, unending());
  const checked = await verifyTrail(trail, readSealKeys(service.service.sealKey), { until: today });
  expect(checked).toMatchObject({ finding: undefined, last: today, fromTheBeginning: true });
  expect(checked.sealedEvents).toBeGreaterThanOrEqual(120);
});
