import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const ANA = "ana@vendor.example";
const BOB = "bob@vendor.example";
const API_KEY = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:orders-AbCdEf";
const DATABASE = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-GhIjKl";

describeOnEachEngine("the trail's queries", (engine) => {
  let service: TestService;
  let orders: Sender;
  let billing: Sender;
  let auditor: Sender;
  let limited: Sender;
  let first: string;

  beforeAll(async () => {
    service = await startTestService({
      engine,
      senders: [
        { repositoryId: "42", may: ["send", "revoke"] },
        { repositoryId: "43", may: ["send"] },
        { repositoryId: "44", may: ["audit", "erase"] },
        { repositoryId: "45", classes: ["internal-tool"], may: ["audit"] },
      ],
    });
    orders = new Sender(service);
    billing = new Sender(service, { job: { repository: "octo/Billing", repositoryId: "43" } });
    auditor = new Sender(service, { job: { repository: "octo/audit", repositoryId: "44" } });
    limited = new Sender(service, { job: { repository: "octo/limited", repositoryId: "45" } });
    const subject = (secret: string, recipient: string) => ({
      subject: { secret, versionId: "v1", versionCreatedAt: 1, recipient },
    });
    const a = await orders.handOver({ email: ANA }, subject(API_KEY, ANA));
    first = a.id;
    await new Recipient(a.link).claim({ email: ANA });
    service.clock.now += 1;
    await orders.handOver({ email: BOB }, subject(API_KEY, BOB));
    service.clock.now += 1;
    await orders.handOver({ email: BOB }, { ...subject("bundle:both", BOB), members: [API_KEY, DATABASE] });
    service.clock.now += 1;
    const d = await billing.handOver({ email: ANA, class: "third-party-service" }, subject(DATABASE, ANA));
    await new Recipient(d.link).report();
    await billing.call("GET", "/v1/sender/events");
    await service.service.drained();
  });
  afterAll(() => service.close());

  async function ask(query: Record<string, string>, by = auditor): Promise<readonly AuditEvent[]> {
    const events: AuditEvent[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20; page += 1) {
      const all = new URLSearchParams({ ...query, ...(cursor === undefined ? {} : { cursor }) });
      const answer = await by.call("GET", `/v1/sender/events?${all}`);
      if (answer.status !== 200) throw new Error(answer.text);
      const body = JSON.parse(answer.text) as { events: AuditEvent[]; cursor?: string };
      events.push(...body.events);
      cursor = body.cursor;
      if (cursor === undefined) return events;
    }
    throw new Error("the trail has more pages than it can have");
  }

  const typesOf = (events: readonly AuditEvent[]) => events.map(({ type }) => type);

  test("by handoff, in its order", async () => {
    expect(typesOf(await ask({ handoff: first }))).toEqual(["created", "claimed"]);
  });

  test("by secret: also where it was one of a set", async () => {
    expect(typesOf(await ask({ secret: API_KEY }))).toEqual(["created", "claimed", "created", "created"]);
    expect(typesOf(await ask({ secret: DATABASE }))).toEqual(["created", "created", "reported"]);
    expect(typesOf(await ask({ secret: "bundle:both" }))).toEqual(["created"]);
  });

  test("by recipient: by the address as somebody writes it, or by its id", async () => {
    const byAddress = await ask({ recipient: ` ${ANA.toUpperCase()}` });
    expect(typesOf(byAddress)).toEqual(["created", "claimed", "created", "reported"]);
    const [id = ""] = new Set(byAddress.map(({ recipient }) => recipient));
    expect(await ask({ recipient: id })).toEqual(byAddress);
    expect(await ask({ recipient: "nobody@vendor.example" })).toEqual([]);
  });

  test("by repository: by the name in any case, or by its number", async () => {
    const named = await ask({ repository: "OCTO/billing" });
    expect(typesOf(named)).toEqual(expect.arrayContaining(["created", "reported", "refused"]));
    expect(named).toHaveLength(3);
    const since = String(service.clock.now - 60);
    expect(await ask({ repository: "43", since })).toHaveLength(3);
  });

  test("by class and by type, and by several at once", async () => {
    expect(typesOf(await ask({ class: "third-party-service" }))).toEqual(["created", "reported"]);
    expect(await ask({ type: "reported" })).toHaveLength(1);
    expect(await ask({ type: "created" })).toHaveLength(4);
    expect(typesOf(await ask({ recipient: ANA, class: "internal-tool", type: "claimed" }))).toEqual([
      "claimed",
    ]);
    expect(await ask({ handoff: first, class: "third-party-service" })).toEqual([]);
  });

  test("within the period, both ends included", async () => {
    const { now } = service.clock;
    expect(await ask({ secret: API_KEY, since: String(now - 3), until: String(now - 2) })).toHaveLength(3);
    expect(await ask({ secret: API_KEY, since: String(now) })).toEqual([]);
    expect(await ask({ handoff: first, until: String(now - 4) })).toEqual([]);
    expect(await ask({ handoff: first, since: String(now - 3), until: String(now - 3) })).toHaveLength(2);
  });

  test("shows a caller for some classes those classes only", async () => {
    expect(typesOf(await ask({ secret: DATABASE }, limited))).toEqual(["created"]);
  });

  test.each([
    { recipient: ANA },
    { secret: API_KEY },
    { repository: "octo/orders" },
    { class: "internal-tool" },
    { type: "reported" },
  ])("by %p is one query and one read of events; a name costs one look into the directory", async (query) => {
    await ask(query);
    const before = service.calls.length;
    await ask(query);
    const calls = service.calls.slice(before).filter((call) => !call.startsWith("Put"));
    expect(calls.filter((call) => call !== "GetItem")).toEqual(["Query", "BatchGetItem"]);
  });

  test("a whole day is one query, and all of the time a bounded number", async () => {
    const callsOf = async (query: Record<string, string>) => {
      const before = service.calls.length;
      await ask(query);
      return service.calls.slice(before).filter((call) => call === "Query").length;
    };
    expect(await callsOf({})).toBeLessThanOrEqual(3);
    expect(await callsOf({ since: "0" })).toBeLessThanOrEqual(410);
  });

  test.each([
    ["a cursor that is none", { secret: API_KEY, cursor: "WzFd" }],
    ["an unknown type", { type: "gone" }],
    ["half an address", { recipient: "ana@" }],
  ])("refuses %s", async (_, query) => {
    const { status } = await auditor.call("GET", `/v1/sender/events?${new URLSearchParams(query)}`);
    expect(status).toBe(400);
  });

  describe("and the recipients directory", () => {
    const path = "/v1/sender/recipients";
    const find = (query: Record<string, string>, by = auditor) =>
      by.call("GET", `${path}?${new URLSearchParams(query)}`);

    test("tells the id of an address and the address of an id, to whoever may audit", async () => {
      const byAddress = await find({ address: "Bob@vendor.example" });
      expect(byAddress.body).toEqual({ id: expect.stringMatching(/^[\w-]{22}$/), address: BOB });
      expect((await find({ id: byAddress.body.id })).body).toEqual(byAddress.body);
      expect((await find({ address: "nobody@vendor.example" })).status).toBe(404);
      expect((await find({ id: "AAAAAAAAAAAAAAAAAAAAAA" })).status).toBe(404);
      expect((await find({})).status).toBe(400);
      expect((await find({ address: BOB, id: byAddress.body.id })).status).toBe(400);
      expect((await find({ address: BOB }, orders)).status).toBe(403);
    });

    test("each look into it leaves an event, also one that finds nobody", async () => {
      const stranger = new Sender(service, {
        job: { repository: "octo/audit", repositoryId: "44", actor: "curious", run: "5150" },
      });
      expect((await find({ address: "guess@vendor.example" }, stranger)).status).toBe(404);
      await service.service.drained();
      const viewings = (await service.audited()).filter(({ type }) => type === "audit_viewed");
      expect(viewings.map(({ actor }) => actor)).toContainEqual(expect.objectContaining({ run: "5150" }));
    });

    test("erases: the events stay, and lead to nobody", async () => {
      const { id } = (await find({ address: BOB })).body;
      const before = await ask({ recipient: id });
      expect((await limited.call("DELETE", `${path}/${id}`)).status).toBe(403);
      expect((await auditor.call("DELETE", `${path}/${id}`)).status).toBe(204);
      expect((await auditor.call("DELETE", `${path}/${id}`)).status).toBe(204);
      expect((await auditor.call("DELETE", `${path}/AAAAAAAAAAAAAAAAAAAAAA`)).status).toBe(404);
      expect((await find({ id })).status).toBe(404);
      expect((await find({ address: BOB })).status).toBe(404);
      expect(await ask({ recipient: BOB })).toEqual([]);
      const after = await ask({ recipient: id });
      expect(after.slice(0, before.length)).toEqual(before);
      // What was open for it is revoked first.
      expect(typesOf(after.slice(before.length))).toEqual(["recipient_erased", "revoked", "revoked"]);
    });
  });
});
