import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Archive, Audit, firstOpenDay, Seals, sealDays, Table } from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient } from "@secret-handoff/local";
import { type AuditEvent, isoTime, type Leaf, type Seal } from "@secret-handoff/protocol/api";
import {
  canonicalBytes,
  dayOf,
  isSignedBy,
  leafHash,
  MerkleTree,
  NO_PREVIOUS_SEAL,
  placeOf,
  readSealKeys,
  SEALS_AFTER,
  sealHash,
} from "@secret-handoff/protocol/audit";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const DAY = 86_400;
const NOON = Date.parse("2026-11-26T12:00:00Z") / 1_000;

type Trail = { readonly events: readonly AuditEvent[]; readonly seals: readonly Seal[] };

describeOnEachEngine("the sealer", (engine) => {
  let service: TestService;
  let sender: Sender;

  beforeAll(async () => {
    service = await startTestService({ engine });
    service.clock.now = NOON;
    sender = new Sender(service);
  });
  afterAll(() => service?.close());

  const get = async (path: string) => {
    const { status, text } = await sender.call("GET", path);
    return { status, body: JSON.parse(text) };
  };
  /** What the sender API shows of these days, which is all that somebody outside has. */
  const trailOf = async (first: string, last: string): Promise<Trail> => {
    const since = Date.parse(`${first}T00:00:00Z`) / 1_000;
    const until = Date.parse(`${last}T23:59:59Z`) / 1_000;
    const events: AuditEvent[] = [];
    let cursor = "";
    do {
      const { body } = await get(`/v1/sender/events?since=${since}&until=${until}${cursor}`);
      events.push(...body.events);
      cursor = body.cursor ? `&cursor=${body.cursor}` : "";
    } while (cursor);
    const { body } = await get(`/v1/sender/seals?since=${since}&until=${until}`);
    return { events, seals: body.seals };
  };
  const rootOf = (events: readonly AuditEvent[]) => {
    const tree = new MerkleTree();
    for (const event of events) tree.append(leafHash(canonicalBytes(event)));
    return Buffer.from(tree.root()).toString("base64url");
  };

  test("seals a day two hours after its end, over its events in the order in which they are listed", async () => {
    for (let n = 0; n < 3; n += 1) await sender.handOver();
    await service.service.drained();
    service.clock.now = Date.parse("2026-11-27T01:59:59Z") / 1_000;
    // Nothing was there before: the first seal is of the day before the service began.
    const [first] = await service.service.seal();
    expect(first).toMatchObject({ day: "2026-11-25", count: 0, previous: NO_PREVIOUS_SEAL });
    service.clock.now += 1;
    const [seal] = await service.service.seal();
    const { events, seals } = await trailOf("2026-11-26", "2026-11-26");
    expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(["created"]));
    expect(seals).toEqual([seal]);
    expect(seal).toMatchObject({
      day: "2026-11-26",
      count: events.length,
      root: rootOf(events),
      previous: first && sealHash(first),
      algorithm: "ECDSA_SHA_256",
    });
    expect(seal && isSignedBy(seal, readSealKeys(service.service.sealKey))).toBe(true);
  });

  test("catches up on days that were missed, seals empty ones, and chains them all", async () => {
    service.clock.now = Date.parse("2026-11-30T12:00:00Z") / 1_000;
    expect((await service.service.seal()).map(({ day }) => day)).toEqual([
      "2026-11-27",
      "2026-11-28",
      "2026-11-29",
    ]);
    const { events, seals } = await trailOf("2026-11-25", "2026-11-29");
    expect(seals.map(({ day }) => day.slice(-2))).toEqual(["25", "26", "27", "28", "29"]);
    for (const [index, seal] of seals.entries()) {
      const before = seals[index - 1];
      expect(seal.previous).toBe(before ? sealHash(before) : NO_PREVIOUS_SEAL);
      const ofDay = events.filter((event) => dayOf(event) === seal.day);
      expect({ day: seal.day, count: seal.count, root: seal.root }).toEqual({
        day: seal.day,
        count: ofDay.length,
        root: rootOf(ofDay),
      });
    }
    // Nobody did anything on the 28th.
    expect(seals[3]).toMatchObject({ count: 0, root: "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" });
    expect(await service.service.seal()).toEqual([]);
  });

  test("files an event that comes after its day was closed under the day on which it was recorded", async () => {
    service.clock.now = Date.parse("2026-12-02T12:00:00Z") / 1_000;
    const late = { time: "2026-11-30T23:00:00Z", type: "bounced", outcome: "done" } as const;
    const event: AuditEvent = { v: 1, id: "late", actor: { kind: "service" }, ...late };
    const stored = await service.service.audit.put("service/late", 1, event);
    expect(stored).toEqual({ ...event, recorded: "2026-12-02T12:00:00Z" });
    // A drainer that was killed comes again: what is stored stays as it is.
    service.clock.now += 3_600;
    expect(await service.service.audit.put("service/late", 1, event)).toEqual(stored);
    const { events } = await trailOf("2026-12-02", "2026-12-02");
    expect(events).toContainEqual(stored);
    const before = await trailOf("2026-11-30", "2026-11-30");
    expect(before.events.map(({ id }) => id)).not.toContain("late");
  });

  test("an event just before a day closes is in that day's seal, whatever becomes of it later", async () => {
    const end = Date.parse("2026-12-03T00:00:00Z") / 1_000;
    service.clock.now = end + 3_599;
    const event: AuditEvent = {
      v: 1,
      id: "in-time",
      type: "expired",
      time: isoTime(end - 60),
      actor: { kind: "service" },
      outcome: "done",
    };
    expect(await service.service.audit.put("service/in-time", 1, event)).toEqual(event);
    service.clock.now = end + SEALS_AFTER;
    await service.service.seal();
    const { events, seals } = await trailOf("2026-12-02", "2026-12-02");
    expect(events).toContainEqual(event);
    expect(seals[0]).toMatchObject({ count: events.length, root: rootOf(events) });
  });

  test("lists the leaves of a day, which make its root", async () => {
    const { events, seals } = await trailOf("2026-11-26", "2026-11-26");
    const { body } = await get("/v1/sender/seals/2026-11-26/leaves");
    expect(body.leaves.map(({ id }: Leaf) => id)).toEqual(events.map(({ id }) => id));
    const tree = new MerkleTree();
    for (const { hash } of body.leaves as Leaf[]) tree.append(Buffer.from(hash, "base64url"));
    expect(Buffer.from(tree.root()).toString("base64url")).toBe(seals[0]?.root);
    const { body: rest } = await get(`/v1/sender/seals/2026-11-26/leaves?cursor=${body.cursor}`);
    expect(rest).toEqual({ leaves: [] });
    expect((await get("/v1/sender/seals/2026-13-26/leaves")).status).toBe(404);
    expect((await get("/v1/sender/seals/2026-11-26/leaves?cursor=x")).status).toBe(400);
    expect((await get("/v1/sender/seals?since=soon")).status).toBe(400);
    expect((await get("/v1/sender/seals?cursor=soon")).status).toBe(400);
  });

  test("a day can be read on from behind any of its events", async () => {
    const client = localClient(service.engine.endpoint);
    const audit = new Audit(new Table(client, AUDIT_TABLE));
    const { events } = await trailOf("2026-11-26", "2026-11-26");
    expect(events.length).toBeGreaterThanOrEqual(3);
    for (const [index, last] of events.entries()) {
      const rest: AuditEvent[] = [];
      for await (const { event } of audit.ofDay("2026-11-26", placeOf(last))) rest.push(event);
      expect(rest).toEqual(events.slice(index + 1));
    }
    client.destroy();
  });

  test("on demand seals a day that is not over, and files what follows under the next", async () => {
    service.clock.now = Date.parse("2026-12-03T12:00:00Z") / 1_000;
    await sender.handOver();
    const answer = await fetch(`${service.url}/local/seals`, { method: "POST" });
    const { seals } = (await answer.json()) as { readonly seals: readonly Seal[] };
    expect(seals.map(({ day }) => day)).toEqual(["2026-12-03"]);
    const sealed = await sender.handOver();
    await service.service.drained();
    const own = service.events.filter(({ handoff }) => handoff === sealed.id);
    expect(own.map(({ recorded }) => recorded)).toEqual(["2026-12-04T00:00:00Z"]);
    const { events } = await trailOf("2026-12-03", "2026-12-03");
    expect(seals[0]).toMatchObject({ count: events.length, root: rootOf(events) });
  });

  test("two sealers at once make one seal, and both archive the same", async () => {
    service.clock.now = Date.parse("2026-12-05T12:00:00Z") / 1_000;
    const files = new Map<string, string>();
    const conflicts: string[] = [];
    const archive: Archive = {
      async put(name, lines) {
        const text = lines.join("\n");
        if (files.has(name) && files.get(name) !== text) conflicts.push(name);
        files.set(name, files.get(name) ?? text);
      },
      read: async (name) => files.get(name)?.split("\n"),
    };
    const made = await Promise.all([sealWith({ archive }), sealWith({ archive })]);
    expect(made[0]).toEqual(made[1]);
    expect(conflicts).toEqual([]);
    expect([...files.keys()].filter((name) => name.endsWith("seal.json"))).toEqual([
      "2026/12/03/seal.json",
      "2026/12/04/seal.json",
    ]);
  });

  test("killed at any write, it goes on, and the archive lacks nothing", async () => {
    service.clock.now = Date.parse("2026-12-06T12:00:00Z") / 1_000;
    for (let n = 0; n < 4; n += 1) await sender.handOver();
    await service.service.drained();
    service.clock.now = Date.parse("2026-12-08T12:00:00Z") / 1_000;
    const files = new Map<string, readonly string[]>();
    for (let life = 1; ; life += 1) {
      let left = life;
      const archive: Archive = {
        async put(name, lines) {
          left -= 1;
          if (left === 0) throw new Error("killed");
          files.set(name, lines);
        },
        read: async (name) => files.get(name),
      };
      try {
        await sealWith({ archive });
        break;
      } catch (error) {
        expect(error).toHaveProperty("message", "killed");
      }
    }
    const { events } = await trailOf("2026-12-06", "2026-12-06");
    expect(files.get("2026/12/06/events-00001.jsonl")?.map((line) => JSON.parse(line))).toEqual(events);
    expect([...files.keys()].filter((name) => name.endsWith("seal.json"))).toEqual([
      "2026/12/04/seal.json",
      "2026/12/05/seal.json",
      "2026/12/06/seal.json",
      "2026/12/07/seal.json",
    ]);
  });

  test("a day of the largest events is archived in files that fit into memory, and by several runs where one is too short", async () => {
    const event = { v: 1, type: "created", actor: { kind: "service" }, outcome: "done" } as const;
    const large = Array.from({ length: 90 }, (_, n): AuditEvent => {
      return {
        ...event,
        id: `large/${String(n).padStart(2, "0")}`,
        time: "2026-12-08T12:00:00Z",
        reason: "x".repeat(390_000),
      };
    });
    /** Where each run began to read the day. */
    const begins: (string | undefined)[] = [];
    class LargeDay extends Audit {
      override async *ofDay(day: string, behind?: string) {
        if (day !== "2026-12-08") return;
        begins.push(behind);
        const places = large
          .map((of) => ({ event: of, at: placeOf(of) }))
          .sort((a, b) => (a.at < b.at ? -1 : 1));
        yield* places.filter(({ at }) => behind === undefined || at > behind);
      }
    }
    const files = new Map<string, readonly string[]>();
    const archive: Archive = {
      put: async (name, lines) => void files.set(name, lines),
      read: async () => undefined,
    };
    service.clock.now = Date.parse("2026-12-09T12:00:00Z") / 1_000;
    // The first run is over with its first file, and the second dies with its last.
    expect(await sealWith({ archive }, LargeDay, () => begins.length > 0)).toEqual([]);
    const dying: Archive = {
      ...archive,
      async put(name, lines) {
        if (name.endsWith("events-00002.jsonl")) throw new Error("killed");
        await archive.put(name, lines);
      },
    };
    await expect(sealWith({ archive: dying }, LargeDay)).rejects.toThrow("killed");
    const [seal] = await sealWith({ archive }, LargeDay);
    expect(seal).toMatchObject({ day: "2026-12-08", count: 90, root: rootOf(large) });
    expect(begins).toEqual([
      undefined,
      expect.stringContaining(" large/81"),
      expect.stringContaining(" large/81"),
    ]);
    const leaves = await get("/v1/sender/seals/2026-12-08/leaves");
    expect(leaves.body.leaves.map(({ id }: Leaf) => id)).toEqual(large.map(({ id }) => id));
    const parts = [...files].filter(([name]) => name.includes("2026/12/08/events-"));
    expect(parts.map(([, lines]) => lines.length)).toEqual([82, 8]);
    const idsOf = (lines: readonly string[]) => lines.map((line) => /"id":"([^"]*)"/.exec(line)?.[1]);
    expect(parts.flatMap(([, lines]) => idsOf(lines))).toEqual(large.map(({ id }) => id));
  });

  /** As the function seals: on the same table, with a key of its own. */
  async function sealWith(
    more: { readonly archive: Archive },
    AuditOf = Audit,
    isOver = () => false,
  ): Promise<readonly Seal[]> {
    const client = localClient(service.engine.endpoint);
    const table = new Table(client, AUDIT_TABLE);
    try {
      const deps = {
        audit: new AuditOf(table, { clock: () => service.clock.now, firstOpenDay }),
        seals: new Seals(table),
        signer: {
          keyId: "test",
          sign: async () => crypto.getRandomValues(new Uint8Array(70)),
          isOwn: async () => true,
        },
        retentionDays: 400,
        firstDay: async () => {
          throw new Error("there are seals");
        },
        log: () => {},
        ...more,
      };
      return await sealDays(deps, service.clock.now, isOver);
    } finally {
      client.destroy();
    }
  }
});

test("without any event, the first seal is of the last day that is over", async () => {
  const service = await startTestService();
  try {
    service.clock.now = NOON;
    expect((await service.service.seal()).map(({ day }) => day)).toEqual(["2026-11-25"]);
    service.clock.now += 2 * DAY;
    expect(await service.service.seal()).toHaveLength(2);
  } finally {
    await service.close();
  }
});
