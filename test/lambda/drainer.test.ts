import { randomBytes } from "node:crypto";
import { DeleteItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Audit, drain, type HandoffKey, Outbox, StandaloneEvents, Table } from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient, Recipient, TABLE } from "@secret-handoff/local";
import { type HandoffId, seal } from "@secret-handoff/protocol";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { eventHash } from "@secret-handoff/protocol/audit";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("the drainer", (engine) => {
  let service: TestService;
  let sender: Sender;
  beforeAll(async () => {
    service = await startTestService({ drainAfterWrites: false, engine });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  function drainer(published: AuditEvent[]) {
    const client = localClient(service.engine.endpoint);
    return {
      client,
      outbox: new Outbox(new Table(client, TABLE)),
      standalone: new StandaloneEvents(new Table(client, TABLE)),
      audit: new Audit(new Table(client, AUDIT_TABLE)),
      publish: async (events: readonly AuditEvent[]) => {
        published.push(...events);
      },
    };
  }

  function keyOf(id: string): HandoffKey {
    return { id: id as HandoffId };
  }

  async function trailOf(id: string): Promise<readonly AuditEvent[]> {
    const events = (await service.audited()).filter(({ handoff }) => handoff === id);
    return [...events].sort((a, b) => (a.sequence ?? 0) - (b.sequence ?? 0));
  }

  async function openedHandoff() {
    const { id, link } = await sender.handOver({ email: "ana@vendor.example" });
    await sender.call("POST", `/v1/sender/handoffs/${id}/mailed`, { messageId: "<a@b>" });
    const recipient = new Recipient(link);
    const answers = { email: "ana@vendor.example" };
    await recipient.claim({ email: "bob@vendor.example" });
    const { receipt } = await recipient.open(await recipient.claim(answers), answers);
    await recipient.acknowledge(receipt);
    return id;
  }

  const STORY = ["created", "mailed", "answer_wrong", "claimed", "acknowledged"];

  test("numbers the events from 1 and chains each to the one before, then the outbox is empty", async () => {
    const id = await openedHandoff();
    const deps = drainer([]);
    await drain(deps, keyOf(id));
    const trail = await trailOf(id);
    expect(trail.map(({ type, sequence }) => [type, sequence])).toEqual(
      STORY.map((type, n) => [type, n + 1]),
    );
    for (const [n, event] of trail.entries()) {
      const before = trail[n - 1];
      expect(event.previous).toBe(before && eventHash(before));
    }
    expect((await service.stored(id))?.outbox?.L).toEqual([]);
    deps.client.destroy();
  });

  test("events name actor and class, and nothing that opens anything", async () => {
    const trail = await trailOf(await drained());
    expect(trail[0]).toMatchObject({
      id: `${trail[0]?.handoff}/1`,
      actor: { kind: "github", repository: "octo/orders" },
      class: "internal-tool",
      checks: ["email"],
      outcome: "done",
    });
    expect(trail.at(-1)?.actor).toEqual({ kind: "recipient" });
    const secrets = /vendor\.example|hunter2|envelope|linkSecret|Token/;
    expect(JSON.stringify(trail)).not.toMatch(secrets);

    async function drained() {
      const id = await openedHandoff();
      const deps = drainer([]);
      await drain(deps, keyOf(id));
      deps.client.destroy();
      return id;
    }
  });

  test("several drainers at once, and one that died half way, double nothing in the trail", async () => {
    const id = await openedHandoff();
    const key = keyOf(id);
    const dying = drainer([]);
    const died = drain({ ...dying, publish: () => Promise.reject(new Error("killed")) }, key);
    await expect(died).rejects.toThrow("killed");
    const several = Array.from({ length: 5 }, () => drainer([]));
    await Promise.all(several.map((deps) => drain(deps, key)));
    expect((await trailOf(id)).map(({ type }) => type)).toEqual(STORY);
    for (const { client } of [dying, ...several]) client.destroy();
  });

  test("events written while it drains stay for the next drain, and follow in order", async () => {
    const { id, link } = await sender.handOver();
    const published: AuditEvent[] = [];
    const deps = drainer(published);
    const publish = async (events: readonly AuditEvent[]) => {
      published.push(...events);
      await new Recipient(link).claim();
    };
    await drain({ ...deps, publish }, keyOf(id));
    await drain(deps, keyOf(id));
    expect(published.map(({ type }) => type)).toEqual(["created", "claimed"]);
    expect((await trailOf(id)).map(({ type, sequence }) => [type, sequence])).toEqual([
      ["created", 1],
      ["claimed", 2],
    ]);
    deps.client.destroy();
  });

  test("an end that something follows while it drains is due until that is drained too", async () => {
    const { id, link } = await sender.handOver();
    await sender.call("DELETE", `/v1/sender/handoffs/${id}`);
    const deps = drainer([]);
    let reported = false;
    const publish = async () => {
      if (!reported) await new Recipient(link).report();
      reported = true;
    };
    await drain({ ...deps, publish }, keyOf(id));
    expect((await trailOf(id)).map(({ type }) => type)).toEqual(["created", "revoked", "reported"]);
    expect(await service.stored(id)).not.toHaveProperty("dueAt");
    deps.client.destroy();
  });

  test("what another release has stored under a number stays, and the next event is chained to it", async () => {
    const id = await openedHandoff();
    const dying = drainer([]);
    const publish = () => Promise.reject(new Error("killed"));
    await expect(drain({ ...dying, publish }, keyOf(id))).rejects.toThrow("killed");
    const [first] = await trailOf(id);
    const stored = JSON.stringify({ ...first, outcome: "as another release said" });
    await dying.client.send(
      new UpdateItemCommand({
        TableName: AUDIT_TABLE,
        Key: { stream: { S: id }, sequence: { N: "1" } },
        UpdateExpression: "SET event = :event",
        ExpressionAttributeValues: { ":event": { S: stored } },
      }),
    );
    await dying.client.send(
      new DeleteItemCommand({ TableName: AUDIT_TABLE, Key: { stream: { S: id }, sequence: { N: "2" } } }),
    );
    const published: AuditEvent[] = [];
    await drain({ ...dying, publish: async (events) => void published.push(...events) }, keyOf(id));
    expect(published[0]?.outcome).toBe("as another release said");
    expect((await trailOf(id))[1]?.previous).toBe(eventHash(JSON.parse(stored)));
    dying.client.destroy();
  });

  test("a link that is used again once its tombstone is gone: its events follow those that the trail has under the id", async () => {
    const linkSecret = randomBytes(32);
    const again = async (secret: string) => {
      let made = 0;
      const random = (length: number) => (made++ === 0 ? linkSecret : randomBytes(length));
      const input = { class: "internal-tool", expiresAt: service.clock.now + 3_600, header: {}, items: [] };
      const sealed = await seal({ ...input, origin: service.url, email: "ana@vendor.example" }, random);
      const subject = { secret, versionId: "v1", versionCreatedAt: 1, recipient: "ana@vendor.example" };
      expect((await sender.create(createRequest(sealed, { subject, resend: true }))).status).toBe(201);
      return sealed;
    };
    const published: AuditEvent[] = [];
    const deps = drainer(published);
    const { id, link } = await again("arn:decoy");
    for (let tries = 0; tries < 3; tries += 1) await new Recipient(link).claim({ email: "bob@x.example" });
    await drain(deps, keyOf(id));
    service.clock.now += 62 * 86_400;
    await deps.client.send(new DeleteItemCommand({ TableName: TABLE, Key: { id: { S: id } } }));

    await again("arn:orders");
    await new Recipient(link).report();
    const publish = () => Promise.reject(new Error("killed"));
    await expect(drain({ ...deps, publish }, keyOf(id))).rejects.toThrow("killed");
    published.length = 0;
    await drain(deps, keyOf(id));
    const [created, reported] = published;
    expect(published).toMatchObject([
      { type: "created", secret: "arn:orders", sequence: 5 },
      { type: "reported", secret: "arn:orders", sequence: 6, previous: created && eventHash(created) },
    ]);
    const trail = await trailOf(id);
    expect(trail.map(({ type }) => type)).toEqual([
      "created",
      ...Array.from({ length: 3 }, () => "answer_wrong"),
      ...["created", "reported"],
    ]);
    expect(created?.previous).toBe(trail[3] && eventHash(trail[3]));
    expect(reported && (await service.stored(id))?.chain?.S).toBe(reported && eventHash(reported));
    deps.client.destroy();
  });

  test("the events of a set name its members, so that each can be rotated", async () => {
    const members = [
      "arn:aws:secretsmanager:eu-central-1:1:secret:a-AbCdEf",
      "arn:aws:secretsmanager:eu-central-1:1:secret:b-AbCdEf",
    ];
    const subject = {
      secret: "bundle:orders",
      versionId: "v1",
      versionCreatedAt: 1,
      recipient: "ana@vendor.example",
    };
    const { id } = await sender.handOver({ email: "ana@vendor.example" }, { subject, members });
    const deps = drainer([]);
    await drain(deps, keyOf(id));
    deps.client.destroy();
    expect(await trailOf(id)).toMatchObject([{ type: "created", secret: "bundle:orders", members }]);
  });
});
