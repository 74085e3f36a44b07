import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type RecipientId, Recipients, Table } from "@secret-handoff/lambda";
import { AUDIT_TABLE, createRecipientKeys, localClient } from "@secret-handoff/local";
import type { CreateRequest } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const EMAIL = "ana@vendor.example";
const NOW = 1_795_000_000;

describeOnEachEngine("the recipients directory", (engine) => {
  const keys = createRecipientKeys();
  let service: TestService;
  let table: Table;
  let recipients: Recipients;
  beforeAll(async () => {
    service = await startTestService({ engine, recipientKeys: keys });
    table = new Table(localClient(service.engine.endpoint), AUDIT_TABLE);
    recipients = new Recipients(table, keys);
  });
  afterAll(() => service.close());

  const entries = async () =>
    (await service.scan(AUDIT_TABLE)).filter(({ stream }) => stream?.S?.startsWith("recipient/"));

  test("gives an address one id, also when many ask at once, and finds both from each other", async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, () => recipients.idOf("many@vendor.example", NOW)),
    );
    expect(new Set(ids).size).toBe(1);
    const [id = "" as RecipientId] = ids;
    expect(id).toMatch(/^[\w-]{22}$/);
    expect(await recipients.find("many@vendor.example")).toBe(id);
    expect(await recipients.addressOf(id)).toBe("many@vendor.example");
    expect(await recipients.idOf("other@vendor.example", NOW)).not.toBe(id);
  });

  test("finds nobody who was never named, and does not add them", async () => {
    const before = await entries();
    expect(await recipients.find("never@vendor.example")).toBeUndefined();
    expect(await recipients.addressOf("AAAAAAAAAAAAAAAAAAAAAA" as RecipientId)).toBeUndefined();
    expect(await recipients.erase("AAAAAAAAAAAAAAAAAAAAAA" as RecipientId)).toBe(false);
    expect(await entries()).toEqual(before);
  });

  test("erases: nothing leads from the id to the address, and the same address gets another id", async () => {
    const id = await recipients.idOf("erased@vendor.example", NOW);
    expect(await recipients.erase(id)).toBe(true);
    expect(await recipients.erase(id)).toBe(false);
    expect(await recipients.addressOf(id)).toBeUndefined();
    expect(await recipients.find("erased@vendor.example")).toBeUndefined();
    const next = await recipients.idOf("erased@vendor.example", NOW);
    expect(next).not.toBe(id);
    expect(await recipients.erase(id)).toBe(false);
    expect(await recipients.find("erased@vendor.example")).toBe(next);
  });

  test("keeps entries as long as events that name them, and longer with each use", async () => {
    const id = await recipients.idOf("kept@vendor.example", NOW);
    await recipients.idOf("kept@vendor.example", NOW + 1_000);
    const entry = (await entries()).find(({ recipient }) => recipient?.S === id);
    expect(Number(entry?.ttl?.N)).toBe(NOW + 1_000 + 520 * 86_400);
  });

  test("keeps addresses encrypted, all at one length, each bound to its entry", async () => {
    const ids = [
      await recipients.idOf("a@b.example", NOW),
      await recipients.idOf(`${"long".repeat(40)}@vendor.example`, NOW),
    ];
    const [short, long] = ids.map((id) =>
      entries().then((all) => all.find(({ recipient }) => recipient?.S === id)),
    );
    const [a, b] = [await short, await long];
    expect(a?.address?.B?.length).toBe(b?.address?.B?.length);
    await expect(
      keys.addresses?.decrypt(b?.stream?.S ?? "", a?.address?.B ?? new Uint8Array()),
    ).rejects.toThrow();
  });

  test("without the key of the addresses, keeps none and gives one id all the same", async () => {
    const unnamed = new Recipients(table, { ...keys, addresses: undefined });
    const id = await unnamed.idOf("unnamed@vendor.example", NOW);
    expect(await unnamed.idOf("unnamed@vendor.example", NOW)).toBe(id);
    expect(await unnamed.addressOf(id)).toBeUndefined();
    const kept = await recipients.idOf("was-named@vendor.example", NOW);
    await unnamed.idOf("was-named@vendor.example", NOW);
    for (const its of [id, kept]) {
      expect((await entries()).find(({ recipient }) => recipient?.S === its)).not.toHaveProperty("address");
    }
    // Named again, it is told again.
    expect(await recipients.idOf("was-named@vendor.example", NOW)).toBe(kept);
    expect(await recipients.addressOf(kept)).toBe("was-named@vendor.example");
  });

  describe("of a create", () => {
    let body: CreateRequest;
    let id: string;
    beforeAll(async () => {
      const sender = new Sender(service);
      body = createRequest(await sender.seal({ email: EMAIL }), {
        subject: { secret: "arn:orders", versionId: "v1", versionCreatedAt: 1, recipient: EMAIL },
      });
      const created = await sender.create(body);
      expect(created.status).toBe(201);
      id = created.body.id;
      await service.service.drained();
    });

    test("names the recipient in every event", async () => {
      const events = (await service.audited()).filter(({ handoff }) => handoff === id);
      expect(events.map(({ recipient }) => recipient)).toEqual([await recipients.find(EMAIL)]);
    });

    test("the digests in the tables are of the random id: whoever reads them tests no guess of an address", async () => {
      const recipient = await recipients.find(EMAIL);
      const sha256 = (value: unknown) => createHash("sha256").update(JSON.stringify(value)).digest();
      const named = { ...body, subject: { ...body.subject, recipient } };
      const ordered = Object.entries(named).sort(([a], [b]) => (a < b ? -1 : 1));
      const item = await service.stored(id);
      expect(Buffer.from(item?.createDigest?.B ?? [])).toEqual(sha256(ordered));
      const subject = sha256(["42", "arn:orders", recipient]).toString("base64url");
      expect(await service.stored(`subject/${subject}`)).toBeDefined();
      // Nothing else in the item is as long as a digest but what the sender sent, and the claims' own.
      const digests = Object.entries(item ?? {}).filter(([, value]) => value.B?.length === 32);
      expect(digests.map(([name]) => name).sort()).toEqual([
        "claimVerifier",
        "createDigest",
        "receiptVerifier",
      ]);
    });
  });
});
