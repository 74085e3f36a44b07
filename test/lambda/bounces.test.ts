import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Handoffs, Table } from "@secret-handoff/lambda";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("a bounce", (engine) => {
  let service: TestService;
  let client: ReturnType<typeof localClient>;
  let handoffs: Handoffs;
  beforeAll(async () => {
    service = await startTestService({ engine });
    client = localClient(service.engine.endpoint);
    handoffs = new Handoffs(new Table(client, TABLE));
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  const MESSAGE = "0102018f-ses";
  const bouncedOf = async (id: string) => (await service.stored(id))?.bouncedAt?.N;

  async function mailedHandoff() {
    const sender = new Sender(service);
    const { id, link } = await sender.handOver();
    await sender.call("POST", `/v1/sender/handoffs/${id}/mailed`, { messageId: MESSAGE });
    return { id, link, sender };
  }

  test("is told to the sender and in the trail once, and takes nothing from whoever has the link", async () => {
    const { id, link, sender } = await mailedHandoff();
    expect(await handoffs.bounced(id, MESSAGE, service.clock.now)).toBe(true);
    expect(await handoffs.bounced(id, MESSAGE, service.clock.now + 1)).toBe(false);
    expect((await sender.call("GET", `/v1/sender/handoffs/${id}`)).body).toMatchObject({
      state: "open",
      bouncedAt: service.clock.now,
    });
    expect((await new Recipient(link).claim()).status).toBe(200);
    await service.service.drained();
    const types = service.events.filter(({ handoff }) => handoff === id).map(({ type }) => type);
    expect(types).toEqual(["created", "mailed", "bounced", "claimed"]);
  });

  test.each(["another mail that names this handoff in its tag", "", "<0102018f-ses>"])(
    "of a mail that was not reported for this handoff marks nothing: %s",
    async (messageId) => {
      const { id } = await mailedHandoff();
      expect(await handoffs.bounced(id, messageId, service.clock.now)).toBe(false);
      expect(await bouncedOf(id)).toBeUndefined();
    },
  );

  test("before any mail was reported marks nothing", async () => {
    const { id } = await new Sender(service).handOver();
    expect(await handoffs.bounced(id, MESSAGE, service.clock.now)).toBe(false);
    expect(await handoffs.bounced(id, "", service.clock.now)).toBe(false);
    expect(await bouncedOf(id)).toBeUndefined();
  });

  test("after the handoff was opened, delivered or revoked marks nothing", async () => {
    const opened = await mailedHandoff();
    const recipient = new Recipient(opened.link);
    const claim = await recipient.claim();
    const revoked = await mailedHandoff();
    await revoked.sender.call("DELETE", `/v1/sender/handoffs/${revoked.id}`);
    for (const { id } of [opened, revoked]) {
      expect(await handoffs.bounced(id, MESSAGE, service.clock.now)).toBe(false);
    }
    await recipient.acknowledge((await recipient.open(claim)).receipt);
    expect(await handoffs.bounced(opened.id, MESSAGE, service.clock.now)).toBe(false);
    expect([await bouncedOf(opened.id), await bouncedOf(revoked.id)]).toEqual([undefined, undefined]);
  });
});
