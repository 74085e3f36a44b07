import { DeleteItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import type { CreateRequest } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { CLICK_CLASS, startTestService, type TestService } from "../support/test-service.ts";

const DAY = 86_400;
const LIFETIME = 90 * DAY;
const HANDOFFS = "/v1/sender/handoffs";
const SUBJECT = { versionCreatedAt: 1, recipient: "ana@vendor.example" };

/**
 * Classes may let a link live for months. Whoever has the body of a create (a log, a retrying proxy) can repeat it, with a valid token,
 * for as long as that: nothing that has ended may come back by it.
 */
describeOnEachEngine("a create that is repeated long after its handoff has ended", (engine) => {
  let service: TestService;
  let sender: Sender;
  let client: ReturnType<typeof localClient>;
  beforeAll(async () => {
    const long = { ...CLICK_CLASS, name: "long", expiresWithin: LIFETIME };
    service = await startTestService({ engine, classes: [long, CLICK_CLASS] });
    sender = new Sender(service);
    client = localClient(service.engine.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  /** What DynamoDB's TTL removes, at the earliest. */
  async function removeByTtl(): Promise<void> {
    for (const { id, ttl } of await service.scan()) {
      if (!id || Number(ttl?.N) > service.clock.now) continue;
      await client.send(new DeleteItemCommand({ TableName: TABLE, Key: { id } }));
    }
  }

  async function create(more: Partial<CreateRequest> = {}) {
    const expiresAt = service.clock.now + LIFETIME;
    const sealed = await sender.seal({ class: "long", expiresAt });
    const body = createRequest(sealed, more);
    expect((await sender.create(body)).status).toBe(201);
    return { id: sealed.id, link: sealed.link, expiresAt, body };
  }
  type Created = Awaited<ReturnType<typeof create>>;

  const ends: Record<string, (created: Created) => Promise<unknown>> = {
    revoked: ({ id }) => sender.call("DELETE", `${HANDOFFS}/${id}`),
    superseded: ({ body: { subject } }) =>
      create({ ...(subject && { subject: { ...subject, versionId: "v2", versionCreatedAt: 2 } }) }),
    locked: async ({ link }) => {
      for (let n = 0; n < 5; n += 1) await new Recipient(link).claimWith(new Uint8Array(32));
    },
    reported: ({ link }) => new Recipient(link).report(),
    delivered: async ({ link }) => {
      const recipient = new Recipient(link);
      await recipient.acknowledge((await recipient.open(await recipient.claim())).receipt);
    },
    unconfirmed: async ({ link }) => {
      await new Recipient(link).claim();
      service.clock.now += 120;
      await service.service.sweep();
    },
  };

  test.each(Object.keys(ends))("%s: the link never opens again", async (state) => {
    const created = await create({ subject: { ...SUBJECT, secret: `arn:${state}`, versionId: "v1" } });
    await ends[state]?.(created);
    const { now } = service.clock;
    const times = [now + 31 * DAY, created.expiresAt - 1, created.expiresAt, created.expiresAt + 40 * DAY];
    for (const time of times) {
      service.clock.now = time;
      await removeByTtl();
      const { status } = await sender.create(created.body);
      // The same answer again, or why not; after the expiry the policy refuses it.
      expect(time < created.expiresAt ? [200, 409] : [200, 409, 422]).toContain(status);
      const { body: found } = await new Recipient(created.link).status();
      expect(time < created.expiresAt ? [state] : [state, undefined]).toContain(found.state);
    }
  });

  test.each(["delivered", "reported"])(
    "%s after its expiry: the page can tell so for 30 days more",
    async (state) => {
      const { link, expiresAt } = await create();
      const recipient = new Recipient(link);
      service.clock.now = expiresAt - 1;
      const { receipt } = await recipient.open(await recipient.claim());
      service.clock.now = expiresAt + 180;
      await service.service.sweep();
      service.clock.now = expiresAt + 29 * DAY;
      await removeByTtl();
      expect(
        (await (state === "reported" ? recipient.report() : recipient.acknowledge(receipt))).status,
      ).toBe(204);
      service.clock.now += 30 * DAY;
      await removeByTtl();
      expect((await recipient.status()).body.state).toBe(state);
    },
  );

  test("the ciphertext of a link that nobody has opened or swept goes a day after its expiry", async () => {
    const { id, expiresAt } = await create();
    expect((await service.stored(id))?.ttl?.N).toBe(String(expiresAt + DAY));
  });

  test("a subject is remembered for as long as its handoff can be open, and 400 days more", async () => {
    const { id, expiresAt } = await create({
      subject: { ...SUBJECT, secret: "arn:remembered", versionId: "v1" },
    });
    const pointer = (await service.scan()).find(({ newestId }) => newestId?.S === id);
    expect(pointer?.ttl?.N).toBe(String(expiresAt + 400 * DAY));
  });
});
