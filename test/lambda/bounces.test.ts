import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Handoffs, Table } from "@secret-handoff/lambda";
import { localClient, TABLE } from "@secret-handoff/local";
import { Recipient } from "../support/recipient.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

test("a bounce is told to the sender and in the trail once, and takes nothing from whoever has the link", async () => {
  const client = localClient(service.engine.endpoint);
  const handoffs = new Handoffs(new Table(client, TABLE));
  const sender = new Sender(service);
  const { id, link } = await sender.handOver();
  expect(await handoffs.bounced(id, service.clock.now)).toBe(true);
  expect(await handoffs.bounced(id, service.clock.now + 1)).toBe(false);
  expect((await sender.call("GET", `/v1/sender/handoffs/${id}`)).body).toMatchObject({
    state: "open",
    bouncedAt: service.clock.now,
  });
  expect((await new Recipient(link).claim()).status).toBe(200);
  await service.service.drained();
  const story = service.events.filter(({ handoff }) => handoff === id).map(({ type }) => type);
  expect(story).toEqual(["created", "bounced", "claimed"]);
  client.destroy();
});
