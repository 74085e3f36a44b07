import { type AttributeValue, DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { localClient, Recipient, TABLE } from "@secret-handoff/local";
import type { CreateRequest } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("a create that died between two writes", (engine) => {
  /** The function dies between two writes of a create, and its sender, who has heard nothing, creates again. */

  const EMAIL = "ana@vendor.example";
  const HANDOFFS = "/v1/sender/handoffs";

  let service: TestService;
  let sender: Sender;
  let client: ReturnType<typeof localClient>;
  beforeAll(async () => {
    service = await startTestService({ engine });
    sender = new Sender(service);
    client = localClient(service.engine.endpoint);
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  const subject = (secret: string, versionId: string, versionCreatedAt: number) => ({
    subject: { secret, versionId, versionCreatedAt, recipient: EMAIL },
  });
  const sealed = () => sender.seal({ email: EMAIL });
  const put = (Item: Record<string, AttributeValue>) =>
    client.send(new PutItemCommand({ TableName: TABLE, Item }));

  async function pointerTo(newest: string): Promise<Record<string, AttributeValue>> {
    const pointer = (await service.scan()).find(({ newestId }) => newestId?.S === newest);
    if (!pointer) throw new Error("no subject points to this handoff");
    return { ...pointer };
  }

  test("before the pointer moved, and a newer version came between: refused, and nothing is left open", async () => {
    const died = createRequest(await sealed(), subject("arn:a", "v1", 1));
    const { id: diedId } = (await sender.create(died)).body;
    const { id = { S: "" } } = await pointerTo(diedId);
    await client.send(new DeleteItemCommand({ TableName: TABLE, Key: { id } }));
    const newer = await sender.handOver({ email: EMAIL }, subject("arn:a", "v2", 2));
    expect(await sender.create(died)).toMatchObject({ status: 409, body: { code: "newer_version" } });
    expect((await sender.call("GET", `${HANDOFFS}/${diedId}`)).body.state).toBe("superseded");
    expect((await new Recipient(newer.link).status()).body.state).toBe("open");
  });

  test("after the pointer moved, before the previous handoff ended: that is ended, without waiting for the sweeper", async () => {
    const previous = await sender.handOver({ email: EMAIL }, subject("arn:b", "v1", 1));
    const open = await service.stored(previous.id);
    const died = createRequest(await sealed(), subject("arn:b", "v2", 2));
    const pointer = await pointerTo((await sender.create(died)).body.id);
    await put({ ...open });
    await put({ ...pointer, previousId: { S: previous.id } });
    expect((await sender.create(died)).status).toBe(200);
    expect((await new Recipient(previous.link).status()).body.state).toBe("superseded");
  });

  test("a refused create that names another create's link ends nothing of it, though the owner is the same", async () => {
    const theirs = createRequest(await sealed(), subject("arn:d", "v1", 1));
    const { id } = (await sender.create(theirs)).body;
    await sender.handOver({ email: EMAIL }, subject("arn:e", "v2", 2));
    // Refused, for a newer version was handed over; and, of a version that was, made unnecessary.
    const cheats: readonly [Partial<CreateRequest>, number][] = [
      [subject("arn:e", "v1", 1), 409],
      [subject("arn:e", "v2", 2), 200],
    ];
    for (const [cheat, status] of cheats) {
      expect((await sender.create({ ...theirs, ...cheat })).status).toBe(status);
      expect((await sender.call("GET", `${HANDOFFS}/${id}`)).body.state).toBe("open");
    }
  });

  test("a look that fails ends nothing: the create is repeated once more, and the handoff is open still", async () => {
    const body = createRequest(await sealed(), subject("arn:c", "v1", 1));
    const { id } = (await sender.create(body)).body;
    const pointer = await pointerTo(id);
    const { versionId: _, ...unreadable } = pointer;
    await put(unreadable);
    expect((await sender.create(body)).status).toBe(500);
    await put(pointer);
    expect((await sender.create(body)).body).toMatchObject({ id, state: "open" });
  });
});
