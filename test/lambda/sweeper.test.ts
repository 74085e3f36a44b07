import { type AttributeValue, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { Due, Table } from "@secret-handoff/lambda";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import { LEASE_SECONDS } from "@secret-handoff/protocol";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("the sweeper", (engine) => {
  let service: TestService;
  let sender: Sender;
  let start: number;
  let onCall: (operation: string) => void | Promise<void> = () => {};
  beforeAll(async () => {
    service = await startTestService({
      ...{ drainAfterWrites: false, engine },
      onCall: (operation) => onCall(operation),
    });
    sender = new Sender(service);
  });
  beforeEach(() => {
    start = service.clock.now;
  });
  afterAll(() => service.close());

  const typesOf = async (id: string) =>
    (await service.audited())
      .filter(({ handoff }) => handoff === id)
      .sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0))
      .map(({ type }) => type);

  test("ends what has expired, with the expiry as its moment, and burns the envelope", async () => {
    const { id, expiresAt } = await sender.handOver({ expiresAt: start + 90 });
    service.clock.now = start + 89;
    await service.service.sweep();
    expect((await service.stored(id))?.state?.S).toBe("open");
    service.clock.now = start + 200;
    await service.service.sweep();
    const item = await service.stored(id);
    expect(item).toMatchObject({ state: { S: "expired" }, changedAt: { N: String(expiresAt) } });
    expect(item?.envelope).toBeUndefined();
    expect(item?.receiptVerifier).toBeUndefined();
    expect(item?.ttl?.N).toBe(String(expiresAt + 30 * 86_400));
    expect(item?.dueAt).toBeUndefined();
    expect(await typesOf(id)).toEqual(["created", "expired"]);
  });

  test("leaves the event of what it ends to the drainer, and drains it in the next sweep where that has missed it", async () => {
    const { id, expiresAt } = await sender.handOver();
    await put({ ...(await service.stored(id)), dueAt: { N: String(service.clock.now) } });
    await service.service.sweep();
    expect(await typesOf(id)).toEqual(["created"]);
    service.clock.now = expiresAt;
    await service.service.sweep();
    expect(await service.stored(id)).toMatchObject({ state: { S: "expired" } });
    expect(await typesOf(id)).toEqual(["created"]);
    await service.service.sweep();
    expect(await typesOf(id)).toEqual(["created", "expired"]);
    expect(await service.stored(id)).not.toHaveProperty("dueAt");
  });

  test("ends a claim whose lease is over without a receipt", async () => {
    const { id, link } = await sender.handOver();
    await new Recipient(link).claim();
    service.clock.now += LEASE_SECONDS;
    await service.service.sweep();
    expect((await service.stored(id))?.state?.S).toBe("unconfirmed");
    expect(await typesOf(id)).toEqual(["created", "claimed", "unconfirmed"]);
  });

  test("locks what a killed request left with no attempts", async () => {
    const { id } = await sender.handOver({ email: "ana@vendor.example" });
    const client = localClient(service.engine.endpoint);
    // What a request leaves that dies between its debit and its verdict.
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: { id: { S: id } },
        UpdateExpression: "SET attemptsLeft = :zero, dueAt = :soon",
        ExpressionAttributeValues: { ":zero": { N: "0" }, ":soon": { N: String(service.clock.now + 60) } },
      }),
    );
    client.destroy();
    service.clock.now += 60;
    await service.service.sweep();
    expect((await service.stored(id))?.state?.S).toBe("locked");
  });

  test("drains what the stream has lost when the handoff is due, and then leaves it alone", async () => {
    const { id, link, expiresAt } = await sender.handOver();
    const recipient = new Recipient(link);
    const { receipt } = await recipient.open(await recipient.claim());
    await recipient.acknowledge(receipt);
    expect(await typesOf(id)).toEqual([]);
    service.clock.now += LEASE_SECONDS;
    expect(service.clock.now).toBeLessThan(expiresAt);
    await service.service.sweep();
    expect(await typesOf(id)).toEqual(["created", "claimed", "acknowledged"]);
    expect(await service.stored(id)).not.toHaveProperty("dueAt");
    expect(await service.service.sweep()).toEqual({ visited: 0, failed: 0 });
  });

  test("drains a report within a minute, for somebody must be told", async () => {
    const { id, link } = await sender.handOver();
    await new Recipient(link).report();
    service.clock.now += 60;
    await service.service.sweep();
    expect(await typesOf(id)).toEqual(["created", "reported"]);
  });

  test("looks again at its expiry where a last attempt was given back", async () => {
    const { id, expiresAt } = await sender.handOver({ email: "ana@vendor.example" });
    const item = await service.stored(id);
    await put({ ...item, attemptsLeft: { N: "1" }, dueAt: { N: String(service.clock.now) } });
    await service.service.sweep();
    await service.service.sweep();
    expect(await service.stored(id)).toMatchObject({
      state: { S: "open" },
      dueAt: { N: String(expiresAt) },
    });
  });

  test("finishes a supersede whose process died after it had moved the pointer", async () => {
    const email = "ana@vendor.example";
    const subject = { secret: "arn:x", versionId: "v1", versionCreatedAt: 1, recipient: email };
    const first = await sender.handOver({ email }, { subject });
    const before = await service.stored(first.id);
    const second = await sender.handOver(
      { email },
      { subject: { ...subject, versionId: "v2", versionCreatedAt: 2 } },
    );
    const pointer = (await service.scan()).find(({ id }) => id?.S?.startsWith("subject/"));
    await put({ ...before });
    await put({
      ...pointer,
      previousId: { S: first.id },
      dueShard: { S: "due" },
      dueAt: { N: String(service.clock.now + 60) },
    });
    service.clock.now += 60;
    await service.service.sweep();
    expect((await service.stored(first.id))?.state?.S).toBe("superseded");
    expect((await service.stored(second.id))?.state?.S).toBe("open");
    expect(await service.service.sweep()).toEqual({ visited: 0, failed: 0 });
  });

  test("a create repeated by its identical twin is one handoff, swept once", async () => {
    const sealed = await sender.seal({ expiresAt: service.clock.now + 10 });
    const body = createRequest(sealed);
    await Promise.all([sender.create(body), sender.create(body)]);
    service.clock.now += 60;
    await service.service.sweep();
    expect(await typesOf(sealed.id)).toEqual(["created", "expired"]);
  });

  test("a sweep whose time is over leaves the rest to the next", async () => {
    const both = await Promise.all([1, 2].map(() => sender.handOver({ expiresAt: service.clock.now + 10 })));
    service.clock.now += 10;
    let looks = 0;
    const afterOne = () => looks++ > 0;
    expect(await service.service.sweep(afterOne)).toEqual({ visited: 1, failed: 0 });
    expect(await service.service.sweep()).toEqual({ visited: 1, failed: 0 });
    const states = await Promise.all(both.map(({ id }) => service.stored(id)));
    expect(states.map((item) => item?.state?.S)).toEqual(["expired", "expired"]);
  });

  test("an item that takes long keeps no other waiting", async () => {
    const [slow, other] = [
      await sender.handOver({ expiresAt: service.clock.now + 10 }),
      await sender.handOver({ expiresAt: service.clock.now + 20 }),
    ];
    service.clock.now += 20;
    // The first item's read is answered once the other item is ended.
    let end = () => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let reads = 0;
    onCall = async (operation) => {
      if (operation === "GetItem") reads += 1;
      if (operation === "UpdateItem") end();
      if (operation === "GetItem" && reads === 1) await ended;
    };
    expect(await service.service.sweep()).toEqual({ visited: 2, failed: 0 });
    onCall = () => {};
    const states = await Promise.all([slow, other].map(({ id }) => service.stored(id)));
    expect(states.map((item) => item?.state?.S)).toEqual(["expired", "expired"]);
  });

  test("an item that cannot be swept keeps no other waiting, and is counted and logged by name", async () => {
    const { id } = await sender.handOver({ expiresAt: service.clock.now + 90 });
    const { metadata: _, ...broken } = (await service.stored(id)) ?? {};
    await put({ ...broken, id: { S: "BBBBBBBBBBBBBBBBBBBBBA" }, dueAt: { N: "1" } });
    service.clock.now += 90;
    expect(await service.service.sweep()).toEqual({ visited: 2, failed: 1 });
    expect((await service.stored(id))?.state?.S).toBe("expired");
    expect(service.logged.map((line) => JSON.parse(line))).toEqual([
      { level: "error", what: "sweep_failed", item: "BBBBBBBBBBBBBBBBBBBBBA", error: "Error" },
    ]);
  });

  test("an item that fails in every sweep goes behind what is due, so that sweeps without time for it end the rest", async () => {
    const { id } = await sender.handOver({ expiresAt: service.clock.now + 90 });
    const { metadata: _, ...broken } = (await service.stored(id)) ?? {};
    const ids = Array.from({ length: 10 }, (_, n) => `CCCCCCCCCCCCCCCCCCCCC${"ABCDEFGHIJ"[n]}`);
    for (const broke of ids) await put({ ...broken, id: { S: broke }, dueAt: { N: "1" } });
    service.clock.now += 90;
    // Each sweep has time for ten items only, as many as are broken.
    const tenOf = () => {
      let looks = 0;
      return () => looks++ >= 10;
    };
    expect(await service.service.sweep(tenOf())).toMatchObject({ visited: 10, failed: 10 });
    expect((await service.stored(id))?.state?.S).toBe("open");
    service.clock.now += 60;
    expect(await service.service.sweep(tenOf())).toMatchObject({ failed: 0 });
    expect((await service.stored(id))?.state?.S).toBe("expired");
    // They are postponed, not given up.
    service.clock.now += 300;
    const logged = service.logged.length;
    await service.service.sweep();
    const failed = service.logged.slice(logged).map((line) => JSON.parse(line).item);
    expect(failed).toEqual(expect.arrayContaining(ids));
  });

  test("an item that can never be swept fails one sweep in five minutes, which the alarm's threshold must not ask more of", async () => {
    const { id } = await sender.handOver({ expiresAt: service.clock.now + 9_000 });
    const { metadata: _, ...broken } = (await service.stored(id)) ?? {};
    const item = "DDDDDDDDDDDDDDDDDDDDDA";
    await put({ ...broken, id: { S: item }, dueAt: { N: String(service.clock.now) } });
    const failed: number[] = [];
    for (let minute = 0; minute < 15; minute += 1) {
      const logged = service.logged.length;
      await service.service.sweep();
      if (service.logged.slice(logged).some((line) => line.includes(item))) failed.push(minute);
      service.clock.now += 60;
    }
    expect(failed).toEqual([0, 5, 10]);
  });

  test("an item that fails is not postponed where another write has said when it is due", async () => {
    const { id } = await sender.handOver({ expiresAt: service.clock.now + 900 });
    const client = localClient(service.engine.endpoint);
    await new Due(new Table(client, TABLE)).postpone({ id }, service.clock.now);
    client.destroy();
    expect((await service.stored(id))?.dueAt?.N).toBe(String(service.clock.now + 900));
  });

  async function put(Item: Record<string, AttributeValue>): Promise<void> {
    const client = localClient(service.engine.endpoint);
    await client.send(new PutItemCommand({ TableName: TABLE, Item }));
    client.destroy();
  }
});
