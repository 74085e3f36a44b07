import { generateKeyPairSync, sign } from "node:crypto";
import { DeleteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Archive, Audit, firstDayOfService, Seals, sealDays, Table } from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient } from "@secret-handoff/local";
import type { Seal, SealNotice } from "@secret-handoff/protocol/api";
import { dayNumber, isSignedBy, readSealKeys, sealHash } from "@secret-handoff/protocol/audit";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const DAY = 86_400;
const NOON = Date.parse("2026-11-26T12:00:00Z") / 1_000;

const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const KEYS = readSealKeys(String(publicKey.export({ type: "spki", format: "pem" })));
const signer = {
  keyId: "test",
  sign: async (message: Uint8Array) => sign("sha256", message, privateKey),
  isOwn: async (seal: Seal) => isSignedBy(seal, KEYS),
};

/** As a bucket that keeps what it has. */
function bucket() {
  const files = new Map<string, string>();
  const archive: Archive = {
    async put(name, lines) {
      const text = lines.join("\n");
      if ((files.get(name) ?? text) !== text) throw new Error(`The archive has another ${name}`);
      files.set(name, text);
    },
    read: async (name) => files.get(name)?.split("\n"),
  };
  return { files, archive };
}

describe("somebody who can write the audit table", () => {
  let service: TestService;
  const client = () => localClient(service.engine.endpoint);
  let db: ReturnType<typeof client>;
  let notices: SealNotice[] = [];
  let archived: ReturnType<typeof bucket>;
  let genuine: readonly Seal[];

  beforeAll(async () => {
    service = await startTestService();
    db = client();
    service.clock.now = NOON;
    const sender = new Sender(service);
    for (let n = 0; n < 3; n += 1) await sender.handOver();
    await service.service.drained();
    service.clock.now = NOON + 2 * DAY;
  });
  afterAll(async () => {
    db?.destroy();
    await service?.close();
  });

  const seal = (archive?: Archive) => {
    const table = new Table(db, AUDIT_TABLE);
    const audit = new Audit(table, { clock: () => service.clock.now });
    const deps = {
      ...{ audit, seals: new Seals(table), signer, retentionDays: 400, log: () => {} },
      witness: async (notice: SealNotice) => void notices.push(notice),
      // The key is as old as the service.
      firstDay: (lastDay: number) => firstDayOfService(audit, NOON, lastDay, 5),
      ...(archive ? { archive } : {}),
    };
    return sealDays(deps, service.clock.now);
  };
  const items = () => service.scan(AUDIT_TABLE);
  type Item = Awaited<ReturnType<typeof items>>[number];
  const remove = async (wanted: (stream: string, item: Item) => boolean) => {
    for (const item of await items()) {
      if (!wanted(item.stream?.S ?? "", item)) continue;
      const Key = { stream: item.stream, sequence: item.sequence } as Item;
      await db.send(new DeleteItemCommand({ TableName: AUDIT_TABLE, Key }));
    }
  };
  const put = (Item: Item) => db.send(new PutItemCommand({ TableName: AUDIT_TABLE, Item }));
  const isSealOrLeaves = (stream: string) => stream === "seals" || stream.startsWith("leaves/");
  const sealItem = async () => (await items()).find((item) => item.stream?.S === "seals") as Item;

  beforeEach(async () => {
    await remove(isSealOrLeaves);
    notices = [];
    archived = bucket();
    service.clock.now = NOON + 2 * DAY;
    genuine = await seal(archived.archive);
    expect(genuine.map(({ day }) => day)).toEqual(["2026-11-25", "2026-11-26", "2026-11-27"]);
  });

  test("and takes every seal away gets no new beginning once the service is older", async () => {
    await remove(isSealOrLeaves);
    service.clock.now += DAY;
    await expect(seal()).rejects.toThrow("has no seal, though its key exists since 2026-11-26");
    expect((await items()).filter((item) => isSealOrLeaves(item.stream?.S ?? ""))).toEqual([]);
  });

  test("and plants events from before the key gets no new beginning", async () => {
    await remove(isSealOrLeaves);
    const event = (await items()).find((item) => item.event) as Item;
    const planted = {
      ...event,
      ...{ stream: { S: "service/planted" }, day: { S: "2026-11-23" }, at: { S: "2026-11-23T12:00:00Z" } },
    };
    await put(planted);
    await expect(seal()).rejects.toThrow("events of 2026-11-23, before its key");
    await remove((stream) => stream === "service/planted");
  });

  test("cannot have a day sealed that is archived differently, with its events or without any", async () => {
    await remove(isSealOrLeaves);
    const all = (await items()).filter((item) => item.day?.S === "2026-11-26");
    const [gone] = all;
    await remove((_, item) => item.id === gone?.id && item.event?.S === gone?.event?.S);
    await expect(seal(archived.archive)).rejects.toThrow("archive has another 2026/11/26/leaves-00001.jsonl");
    await remove((_, item) => item.day?.S === "2026-11-26");
    await expect(seal(archived.archive)).rejects.toThrow("archive has another seal of 2026-11-26");
    const days = (await items()).flatMap((item) => item.seal?.S ?? []).map((text) => JSON.parse(text).day);
    expect(days).toEqual(["2026-11-25"]);
    for (const item of all) await put(item);
  });

  test("and takes seals away from an honest trail gets the very same back from the archive", async () => {
    await remove(isSealOrLeaves);
    expect(await seal(archived.archive)).toEqual(genuine);
  });

  test("and changes the newest seal stops the sealer, loudly", async () => {
    await remove(isSealOrLeaves);
    service.clock.now = NOON + DAY;
    await seal();
    await remove((_, item) => item.seal?.S?.includes("2026-11-25") ?? false);
    const item = await sealItem();
    await put({ ...item, seal: { S: JSON.stringify({ ...JSON.parse(item.seal?.S ?? ""), count: 99 }) } });
    service.clock.now += DAY;
    await expect(seal()).rejects.toThrow("The seal of 2026-11-26 was changed");
  });

  test("and plants a seal of a future day, or an older one in its place, stops the sealer, loudly", async () => {
    const { day: _, ...rest } = genuine[2] as Seal;
    const item = await sealItem();
    const planted = { ...item, sequence: { N: String(dayNumber("2030-01-01")) } };
    await put({ ...planted, seal: { S: JSON.stringify({ ...rest, day: "2030-01-01" }) } });
    await expect(seal()).rejects.toThrow("The newest seal is of 2030-01-01, which is not over");
    await put({ ...planted, seal: { S: JSON.stringify(genuine[0]) } });
    await expect(seal()).rejects.toThrow("no sealer put it there");
  });

  test("and has the newest days sealed anew is found out by whoever listens to the bus", async () => {
    const pins = notices.map(({ seal: hash }) => hash);
    expect(notices.map(({ type, day, previous }) => ({ type, day, previous }))).toEqual(
      genuine.map(({ day, previous }) => ({ type: "day_sealed", day, previous })),
    );
    expect(pins).toEqual(genuine.map(sealHash));
    await remove((_, item) => item.seal?.S?.includes("2026-11-27") ?? false);
    notices = [];
    const [again] = await seal();
    expect(notices.map(({ day }) => day)).toEqual(["2026-11-26", "2026-11-27"]);
    expect(notices.map(({ seal: hash }) => hash)).toEqual([pins[1], sealHash(again as Seal)]);
    expect(sealHash(again as Seal)).not.toBe(pins[2]);
  });
});
