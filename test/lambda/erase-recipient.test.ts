import { BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  Audit,
  Due,
  Erasures,
  Handoffs,
  LATE_CREATES_SECONDS,
  Outbox,
  Requests,
  StandaloneEvents,
  Subjects,
  sweep,
  Table,
} from "@secret-handoff/lambda";
import { AUDIT_TABLE, localClient, Recipient, TABLE } from "@secret-handoff/local";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

describeOnEachEngine("erasing a recipient", (engine) => {
  let service: TestService;
  let onCall: (operation: string) => void | Promise<void> = () => {};
  let orders: Sender;
  let officer: Sender;
  let responder: Sender;
  let version = 0;

  beforeAll(async () => {
    service = await startTestService({
      engine,
      onCall: (operation) => onCall(operation),
      senders: [
        { repositoryId: "42", may: ["send"] },
        { repositoryId: "43", may: ["audit", "erase"] },
        { repositoryId: "44", may: ["revoke"] },
        { repositoryId: "45", may: ["erase"], classes: ["click-only"] },
      ],
    });
    orders = new Sender(service);
    officer = new Sender(service, { job: { repository: "octo/privacy", repositoryId: "43" } });
    responder = new Sender(service, { job: { repository: "octo/security", repositoryId: "44" } });
  });
  afterAll(() => service.close());

  function handOver(recipient: string, secret = "arn:one") {
    version += 1;
    const subject = { secret, versionId: `v${version}`, versionCreatedAt: version, recipient };
    return orders.handOver({ email: recipient }, { subject });
  }
  const stateOf = async (id: string) => (await service.stored(id))?.state?.S;
  const idOf = async (address: string) =>
    (await officer.call("GET", `/v1/sender/recipients?address=${encodeURIComponent(address)}`)).body.id;
  const erase = async (id: string) => (await officer.call("DELETE", `/v1/sender/recipients/${id}`)).status;
  const revoke = (recipient: string) => responder.call("POST", "/v1/sender/handoffs/revoke", { recipient });
  const eventsOf = async (recipient: string) => {
    await service.service.drained();
    const { text } = await officer.call("GET", `/v1/sender/events?recipient=${recipient}`);
    return (JSON.parse(text) as { events: AuditEvent[] }).events;
  };

  test("takes the right for every class, since a recipient is one in all of them", async () => {
    const handoff = await handOver("max@vendor.example");
    const id = await idOf("max@vendor.example");
    const ofOneClass = new Sender(service, { job: { repository: "octo/support", repositoryId: "45" } });
    expect(await ofOneClass.call("DELETE", `/v1/sender/recipients/${id}`)).toMatchObject({
      status: 403,
      body: { code: "not_allowed" },
    });
    expect(await stateOf(handoff.id)).toBe("open");
  });

  test("revokes what is open for it, also what the trail has not told of yet, and nothing of others", async () => {
    const [first, second] = [
      await handOver("ana@vendor.example"),
      await handOver("ana@vendor.example", "arn:two"),
    ];
    const other = await handOver("bob@vendor.example");
    const id = await idOf("ana@vendor.example");
    expect(await erase(id)).toBe(204);
    expect(await Promise.all([first, second, other].map((each) => stateOf(each.id)))).toEqual([
      "revoked",
      "revoked",
      "open",
    ]);
    const events = await eventsOf(id);
    const revocations = events.filter(({ type }) => type === "revoked");
    expect(revocations.map(({ handoff }) => handoff).toSorted()).toEqual([first.id, second.id].toSorted());
    for (const { actor } of revocations) {
      expect(actor).toMatchObject({ kind: "github", repository: "octo/privacy" });
    }
    const erasures = events.filter(({ type }) => type === "recipient_erased");
    expect(erasures).toHaveLength(1);
  });

  test("revokes what the trail knows, also where others have so much open that no call looks through it", async () => {
    const handoff = await handOver("kit@vendor.example");
    await service.service.drained();
    const id = await idOf("kit@vendor.example");
    // Of what is due before it, each look has time for one page.
    const remove = await putMoreThanAPage(1);
    onCall = (operation) => {
      if (operation === "Query") service.clock.now += 10;
    };
    expect(await erase(id)).toBe(204);
    onCall = () => {};
    expect(await stateOf(handoff.id)).toBe("revoked");
    await remove();
  });

  /** Puts what is due at that time and no handoff, more than a look reads at once. @returns what removes it */
  async function putMoreThanAPage(dueAt: number): Promise<() => Promise<void>> {
    const client = localClient(service.engine.endpoint);
    const ids = Array.from({ length: 225 }, (_, n) => ({ S: `subject/of-another-${n}` }));
    const write = async (requestOf: (id: { readonly S: string }) => WriteRequest) => {
      for (let first = 0; first < ids.length; first += 25) {
        const requests = ids.slice(first, first + 25).map(requestOf);
        await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: requests } }));
      }
    };
    const due = { dueShard: { S: "due" }, dueAt: { N: String(dueAt) } };
    await write((id) => ({ PutRequest: { Item: { id, ...due } } }));
    return async () => {
      await write((id) => ({ DeleteRequest: { Key: { id } } }));
      client.destroy();
    };
  }

  test("leaves no link of an earlier version open beside that of a newer one", async () => {
    const earlier = await handOver("cy@vendor.example");
    await erase(await idOf("cy@vendor.example"));
    const newer = await handOver("cy@vendor.example");
    expect([await stateOf(earlier.id), await stateOf(newer.id)]).toEqual(["revoked", "open"]);
  });

  test("keeps what was opened among its events, so that it can be rotated", async () => {
    const opened = await handOver("dee@vendor.example");
    await new Recipient(opened.link).claim({ email: "dee@vendor.example" });
    const id = await idOf("dee@vendor.example");
    expect(await erase(id)).toBe(204);
    expect(await stateOf(opened.id)).toBe("claimed");
    const claimed = (await eventsOf(id)).filter(({ type }) => type === "claimed");
    expect(claimed.map(({ handoff, secret }) => ({ handoff, secret }))).toEqual([
      { handoff: opened.id, secret: "arn:one" },
    ]);
  });

  test("makes revoking by the address say that nobody has it, instead of an empty success", async () => {
    await handOver("eve@vendor.example");
    await erase(await idOf("eve@vendor.example"));
    const { status, body } = await revoke("eve@vendor.example");
    expect({ status, code: body.code }).toEqual({ status: 404, code: "not_found" });
    expect(body.detail).toContain("There is no such recipient");
    expect(body.detail).not.toContain("eve@");
  });

  /** Is erased while a create for it stands between the directory and its put, which comes after the erasure has answered. */
  async function erasedWhileCreating(address: string) {
    const { id: earlier } = await handOver(address);
    const id = await idOf(address);
    let status = 0;
    onCall = async (operation) => {
      if (operation !== "PutItem") return;
      onCall = () => {};
      status = await erase(id);
    };
    const late = await handOver(address, "arn:two").finally(() => {
      onCall = () => {};
    });
    expect([status, await stateOf(earlier), await stateOf(late.id)]).toEqual([204, "revoked", "open"]);
    return { id, late };
  }

  test("revokes what a create puts that had asked the directory before, once no such create can be under way", async () => {
    const { id, late } = await erasedWhileCreating("gus@vendor.example");
    const other = await handOver("hal@vendor.example");
    const anew = await handOver("gus@vendor.example", "arn:three");
    service.clock.now += LATE_CREATES_SECONDS;
    expect(await service.service.sweep()).toMatchObject({ failed: 0 });
    expect(await Promise.all([late, other, anew].map((each) => stateOf(each.id)))).toEqual([
      "revoked",
      "open",
      "open",
    ]);
    const revoked = (await eventsOf(id)).find(
      ({ handoff, type }) => handoff === late.id && type === "revoked",
    );
    expect(revoked?.actor).toMatchObject({ kind: "github", repository: "octo/privacy" });
    // Nothing is left to do.
    const marker = (await service.scan()).find((item) => item.id?.S === `erasure/${id}`);
    expect(Object.keys(marker ?? {}).toSorted()).toEqual(["actor", "id", "ttl"]);
  });

  test("a look that a sweep has no time to finish goes on where it ended, also after one that failed", async () => {
    service.clock.now += LATE_CREATES_SECONDS;
    await service.service.sweep();
    const { id, late } = await erasedWhileCreating("jo@vendor.example");
    service.clock.now += LATE_CREATES_SECONDS;
    const remove = await putMoreThanAPage(service.clock.now + 2 * LATE_CREATES_SECONDS);
    const client = localClient(service.engine.endpoint);
    const table = new Table(client, TABLE);
    const deps = {
      ...{ outbox: new Outbox(table), standalone: new StandaloneEvents(table), due: new Due(table) },
      ...{ handoffs: new Handoffs(table), subjects: new Subjects(table), requests: new Requests(table) },
      ...{ erasures: new Erasures(table), audit: new Audit(new Table(client, AUDIT_TABLE)) },
      publish: async () => {},
      log: () => {},
    };
    // The first sweep has time for one page of the look, and the second fails at the next page.
    let asked = 0;
    expect(await sweep(deps, service.clock.now, () => asked++ > 0)).toMatchObject({ failed: 0 });
    class Throttled extends Handoffs {
      override getMany = () => Promise.reject(new Error("throttled"));
    }
    const throttled = { ...deps, handoffs: new Throttled(table) };
    expect(await sweep(throttled, service.clock.now)).toMatchObject({ failed: 1 });
    expect(await stateOf(late.id)).toBe("open");
    service.clock.now += LATE_CREATES_SECONDS;
    asked = 0;
    await sweep(deps, service.clock.now, () => asked++ > 0);
    expect(await stateOf(late.id)).toBe("revoked");
    const marker = (await service.scan()).find((item) => item.id?.S === `erasure/${id}`);
    expect(Object.keys(marker ?? {}).toSorted()).toEqual(["actor", "id", "ttl"]);
    await remove();
    client.destroy();
  });

  test("repeated, answers alike and leaves one event", async () => {
    const id = await handOver("fay@vendor.example").then(() => idOf("fay@vendor.example"));
    await service.service.drained();
    expect(await erase(id)).toBe(204);
    expect(await erase(id)).toBe(204);
    expect((await eventsOf(id)).filter(({ type }) => type === "recipient_erased")).toHaveLength(1);
  });
});

describeOnEachEngine("erasing a recipient, killed before a write,", (engine) => {
  let service: TestService;
  let sender: Sender;
  let onCall: (operation: string) => void | Promise<void> = () => {};
  beforeAll(async () => {
    service = await startTestService({
      engine,
      drainAfterWrites: false,
      onCall: (operation) => onCall(operation),
    });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  async function handOver(recipient: string, secret: string) {
    const subject = { secret, versionId: "v1", versionCreatedAt: 1, recipient };
    return (await sender.handOver({ email: recipient }, { subject })).id;
  }
  const idOf = async (address: string) =>
    (await sender.call("GET", `/v1/sender/recipients?address=${address}`)).body.id;
  const erase = async (id: string) => (await sender.call("DELETE", `/v1/sender/recipients/${id}`)).status;
  /** State, and how often the end is told, in the outbox and in the trail. */
  async function endOf(id: string) {
    const item = await service.stored(id);
    const waiting = (item?.outbox?.L ?? []).filter(({ S }) => S?.includes('"revoked"'));
    const told = (await service.audited()).filter(
      ({ handoff, type }) => handoff === id && type === "revoked",
    );
    return [item?.state?.S, waiting.length + told.length];
  }
  /** Dies before that write. @returns what says whether there were so many */
  function dieAt(which: number): () => boolean {
    let writes = 0;
    onCall = (operation) => {
      if (!/^(Put|Update|Delete)Item$/.test(operation)) return;
      writes += 1;
      if (writes === which) throw new Error("killed");
    };
    return () => {
      onCall = () => {};
      return writes >= which;
    };
  }

  test("is finished by the call that comes again", async () => {
    for (let which = 1, died = true; died; which += 1) {
      const address = `ivy${which}@vendor.example`;
      const handoff = await handOver(address, "arn:one");
      const id = await idOf(address);
      const over = dieAt(which);
      const status = await erase(id);
      died = over();
      expect([which, status]).toEqual([which, died ? 500 : 204]);
      if (died) expect(await erase(id)).toBe(204);
      expect([which, ...(await endOf(handoff))]).toEqual([which, "revoked", 1]);
      const erased = (await service.scan()).filter((item) => item.id?.S === `event/erased/${id}`);
      expect(erased).toHaveLength(1);
      expect((await sender.call("GET", `/v1/sender/recipients?id=${id}`)).status).toBe(404);
    }
  });

  test("leaves nothing open that was created meanwhile, whichever write the sweeper dies at", async () => {
    for (let which = 1, died = true; died; which += 1) {
      const address = `jo${which}@vendor.example`;
      await handOver(address, "arn:one");
      const id = await idOf(address);
      onCall = async (operation) => {
        if (operation !== "PutItem") return;
        onCall = () => {};
        expect(await erase(id)).toBe(204);
      };
      const late = await handOver(address, "arn:two");
      expect(await endOf(late)).toEqual(["open", 0]);
      service.clock.now += LATE_CREATES_SECONDS;
      const over = dieAt(which);
      const { failed } = await service.service.sweep();
      died = over();
      expect([which, failed > 0]).toEqual([which, died]);
      service.clock.now += LATE_CREATES_SECONDS;
      expect(await service.service.sweep()).toMatchObject({ failed: 0 });
      expect([which, ...(await endOf(late))]).toEqual([which, "revoked", 1]);
    }
  });
});
