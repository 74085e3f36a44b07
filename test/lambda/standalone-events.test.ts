import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import {
  Audit,
  Due,
  drain,
  Erasures,
  Handoffs,
  Outbox,
  Requests,
  StandaloneEvents,
  Subjects,
  sweep,
  Table,
} from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient, TABLE } from "@secret-handoff/local";
import { type Actor, type AuditEvent, isoTime } from "@secret-handoff/protocol/api";
import type { Caller } from "../../packages/lambda/src/sender/callers.ts";
import { Refusals } from "../../packages/lambda/src/sender/refusals.ts";
import { newRequestId } from "../../packages/lambda/src/store/requests.ts";
import { describeOnEachEngine } from "../support/engines.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("events that belong to no handoff's chain", (engine) => {
  let service: TestService;
  let sender: Sender;
  let client: ReturnType<typeof localClient>;
  let published: AuditEvent[];
  beforeAll(async () => {
    // Nothing follows the stream: what reaches the bus has been drained by hand, or swept.
    service = await startTestService({ engine, drainAfterWrites: false });
    sender = new Sender(service);
    client = localClient(service.engine.endpoint);
  });
  beforeEach(async () => {
    // The next five minutes, with nothing left over from the last.
    service.clock.now += 900 - (service.clock.now % 300);
    await service.service.sweep();
    published = [];
  });
  afterAll(async () => {
    client.destroy();
    await service.close();
  });

  const table = () => new Table(client, TABLE);
  const drainer = () => ({
    outbox: new Outbox(table()),
    standalone: new StandaloneEvents(table()),
    audit: new Audit(new Table(client, AUDIT_TABLE)),
    publish: async (events: readonly AuditEvent[]) => void published.push(...events),
  });
  const waiting = async () =>
    (await service.scan())
      .filter((item) => /^(counted-)?event\//.test(item.id?.S ?? "") && item.dueAt)
      .map(({ id }) => ({ id: id?.S ?? "" }));
  const drainAll = async () => {
    for (const key of await waiting()) await drain(drainer(), key);
  };
  const audited = async (type: string) => (await service.audited()).filter((event) => event.type === type);
  /** By the very class that no deployment has. */
  const refusedBy = async (who: Sender) =>
    who.create({ ...createRequest(await sender.seal()), class: "nope" });

  test("reach the trail and the bus: a refusal, a stranger's, a reading of the trail", async () => {
    await refusedBy(sender);
    await fetch(`${service.url}/v1/sender/handoffs`);
    await sender.call("GET", "/v1/sender/events");
    await drainAll();
    expect(published.map(({ type, outcome }) => `${type} ${outcome}`).sort()).toEqual([
      "audit_viewed done",
      "refused policy",
      "refused unauthenticated",
    ]);
    expect(published).toEqual(expect.arrayContaining([...(await service.audited())]));
    // The stream tells of the drainer's own writes too.
    await drainAll();
    expect(published).toHaveLength(3);
  });

  test.each(["before it published", "after it published"])(
    "that a drainer was killed over, %s, are published again under the same id, and stored once",
    async (when) => {
      await refusedBy(sender);
      const [key = { id: "" }] = await waiting();
      const dying = {
        ...drainer(),
        publish: async (events: readonly AuditEvent[]) => {
          if (when === "after it published") published.push(...events);
          throw new Error("killed");
        },
      };
      const before = (await audited("refused")).length;
      await expect(drain(dying, key)).rejects.toThrow("killed");
      await drainAll();
      expect(new Set(published.map(({ id }) => id)).size).toBe(1);
      expect(await audited("refused")).toHaveLength(before + 1);
    },
  );

  test("a write that the SDK of AWS repeats, because its answer was lost, is known as the call's own", async () => {
    const repeating = table();
    const put = repeating.put.bind(repeating);
    repeating.put = async (...write) => {
      await put(...write);
      return put(...write);
    };
    const event = (id: string): AuditEvent => {
      const what = { v: 1, type: "refused", outcome: "policy", actor: { kind: "service" } } as const;
      return { ...what, id, time: isoTime(service.clock.now) };
    };
    const events = new StandaloneEvents(repeating);
    expect(await events.put("refused/own", event("own"), service.clock.now)).toBe(true);
    expect(await events.put("refused/own", event("another's"), service.clock.now)).toBe(false);
    const asked = {
      ...{ class: "api-key", secrets: ["arn:a"], recipients: ["x"], expiresIn: 60, reason: "r" },
    };
    const requester = { kind: "iam", principal: "arn:aws:iam::1:user/a" } as const;
    const by = { requester, person: ["name:a"], owner: "iam:a", eventOwner: "iam" };
    const requests = new Requests(repeating);
    const later = service.clock.now + 600;
    const made = await requests.put(newRequestId(), { ...asked, ...by }, later, service.clock.now);
    expect(await requests.get(made.id)).toEqual(made);
    const other = requests.put(made.id, { ...asked, ...by, reason: "another" }, later, service.clock.now);
    await expect(other).rejects.toThrow("taken");
  });

  test("that the stream has lost are swept within two minutes", async () => {
    await refusedBy(sender);
    const before = service.events.length;
    service.clock.now += 60;
    await service.service.sweep();
    expect(service.events.slice(before)).toMatchObject([{ type: "refused", outcome: "policy" }]);
    expect(await waiting()).toEqual([]);
  });

  test("one that cannot be published keeps no other waiting, and is swept again", async () => {
    await refusedBy(sender);
    await sender.call("GET", "/v1/sender/events");
    service.clock.now += 60;
    const broken = async (events: readonly AuditEvent[]) => {
      if (events[0]?.type === "refused") throw new Error("the bus does not answer");
      published.push(...events);
    };
    const deps = { ...drainer(), ...sweeperParts(), publish: broken };
    expect(await sweep(deps, service.clock.now)).toEqual({ visited: 2, failed: 1 });
    service.clock.now += 300;
    expect(await sweep({ ...deps, ...drainer() }, service.clock.now)).toEqual({ visited: 1, failed: 0 });
    expect(published.map(({ type }) => type)).toEqual(["audit_viewed", "refused"]);
  });

  describe("an admitted sender's refusals", () => {
    test("leave one event each for the first ten of a kind in five minutes, and one for all others, with their number", async () => {
      for (let n = 0; n < 35; n += 1) await refusedBy(sender);
      service.clock.now += 361;
      const before = service.events.length;
      await service.service.sweep();
      const events = service.events.slice(before);
      expect(events.map(({ count }) => count).filter(Boolean)).toEqual([25]);
      expect(events).toHaveLength(11);
      expect(events.filter(({ count }) => !count).every(({ handoff }) => handoff !== undefined)).toBe(true);
      expect(events.find(({ count }) => count)).toMatchObject({
        type: "refused",
        outcome: "policy",
        actor: { kind: "github", repositoryId: "42" },
      });
    });

    test("of another kind, of another caller, and of the next five minutes have their own first ones", async () => {
      const refusals = noting();
      for (let n = 0; n < 12; n += 1) await refusals.note("policy", operator("a/one"));
      await refusals.note("not_allowed", operator("a/one"));
      await refusals.note("policy", operator("b/one"));
      service.clock.now += 300;
      await refusals.note("policy", operator("a/one"));
      expect((await waiting()).filter(({ id }) => id.startsWith("event/"))).toHaveLength(13);
    });

    test("are bounded together for all instances of the function, and for all sessions of a role", async () => {
      const instances = [noting(), noting(), noting()];
      for (let n = 0; n < 30; n += 1) {
        await instances[n % 3]?.note("policy", operator(`team/session-${n}`), { class: "api-key" });
      }
      const ids = (await waiting()).map(({ id }) => id);
      expect(ids.filter((id) => id.startsWith("event/"))).toHaveLength(10);
      expect(ids.filter((id) => id.startsWith("counted-event/"))).toHaveLength(1);
      service.clock.now += 361;
      await sweep({ ...drainer(), ...sweeperParts() }, service.clock.now);
      expect(published.find(({ count }) => count)).toMatchObject({ count: 20, outcome: "policy" });
    });

    test("that come after their number was recorded, by a clock that is far behind, count for the next five minutes", async () => {
      const late = noting(service.clock.now);
      for (let n = 0; n < 11; n += 1) await late.note("policy", operator("late/one"));
      service.clock.now += 361;
      await sweep({ ...drainer(), ...sweeperParts() }, service.clock.now);
      await late.note("policy", operator("late/one"));
      service.clock.now += 300;
      await sweep({ ...drainer(), ...sweeperParts() }, service.clock.now);
      expect(published.flatMap(({ count }) => count ?? [])).toEqual([1, 1]);
    });
  });

  const sweeperParts = () => ({
    due: new Due(table()),
    handoffs: new Handoffs(table()),
    subjects: new Subjects(table()),
    requests: new Requests(table()),
    erasures: new Erasures(table()),
    log: () => {},
  });

  /** As one instance of the function. @param at its clock; the service's where left out */
  function noting(at?: number): Refusals {
    const clock = () => at ?? service.clock.now;
    return new Refusals({ standalone: new StandaloneEvents(table()), clock, log: () => {} });
  }

  function operator(session: string): Caller {
    const principal = `arn:aws:sts::123456789012:assumed-role/${session}`;
    const actor: Actor = { kind: "iam", principal };
    const grants = [{ rights: new Set(["send" as const]), classes: undefined, roles: new Set<string>() }];
    const who = { owner: "iam", requestOwner: principal, person: [principal] };
    return { actor, ...who, run: undefined, environment: undefined, grants };
  }
});
