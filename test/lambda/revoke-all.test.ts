import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { RevokeAllRequest, RevokeAllResponse } from "@secret-handoff/protocol/api";
import { describeOnEachEngine } from "../support/engines.ts";
import { Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const ANA = "ana@vendor.example";
const BOB = "bob@vendor.example";
const DATABASE = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:database-GhIjKl";
const WORKFLOW = "octo/billing/.github/workflows/rotate.yml";

describeOnEachEngine("revoking all that is meant", (engine) => {
  let service: TestService;
  let orders: Sender;
  let billing: Sender;
  let responder: Sender;
  let limited: Sender;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    service = await startTestService({
      engine,
      senders: [
        { repositoryId: "42", may: ["send"] },
        { repositoryId: "43", may: ["send"] },
        { repositoryId: "44", may: ["revoke"] },
        { repositoryId: "45", classes: ["third-party-service"], may: ["revoke"] },
      ],
    });
    orders = new Sender(service);
    billing = new Sender(service, {
      job: { repository: "octo/Billing", repositoryId: "43", actor: "mallory" },
    });
    responder = new Sender(service, { job: { repository: "octo/security", repositoryId: "44" } });
    limited = new Sender(service, { job: { repository: "octo/limited", repositoryId: "45" } });
  });
  afterAll(() => service.close());

  let version = 0;
  /** One that was opened and four that are open. */
  async function handOverFive() {
    version += 1;
    const about = (secret: string, recipient: string) => ({
      subject: { secret, versionId: `v${version}`, versionCreatedAt: version, recipient },
    });
    const opened = await orders.handOver({ email: ANA }, about("arn:opened", ANA));
    await new Recipient(opened.link).claim({ email: ANA });
    const third = { email: BOB, class: "third-party-service" };
    Object.assign(ids, {
      opened: opened.id,
      plain: (await orders.handOver({ email: ANA }, about("arn:plain", ANA))).id,
      set: (
        await orders.handOver({ email: BOB }, { ...about("bundle:all", BOB), members: ["arn:x", DATABASE] })
      ).id,
      third: (await billing.handOver(third, about(DATABASE, BOB))).id,
      unnamed: (await billing.handOver()).id,
    });
    await service.service.drained();
  }

  async function revoke(asked: RevokeAllRequest, by = responder) {
    const all = { revoked: new Set<string>(), released: [] as RevokeAllResponse["released"][number][] };
    let cursor: string | undefined;
    for (let call = 0; call < 10; call += 1) {
      const body = { ...asked, ...(cursor === undefined ? {} : { cursor }) };
      const answer = await by.call("POST", "/v1/sender/handoffs/revoke", body);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      const page = JSON.parse(answer.text) as RevokeAllResponse;
      for (const id of page.revoked) all.revoked.add(id);
      all.released.push(...page.released);
      cursor = page.cursor;
      if (cursor === undefined) return all;
    }
    throw new Error("it goes on and on");
  }

  const revokedNow = async () => {
    await service.service.drained();
    const states = await Promise.all(
      Object.entries(ids).map(async ([name, id]) => [name, (await service.stored(id))?.state?.S] as const),
    );
    return states.flatMap(([name, state]) => (state === "revoked" ? [name] : []));
  };

  test.each<[string, RevokeAllRequest, readonly string[]]>([
    ["all that is open", { all: true }, ["plain", "set", "third", "unnamed"]],
    ["a secret, alone or in a set", { secret: DATABASE }, ["set", "third"]],
    ["a recipient's", { recipient: "Bob@vendor.example" }, ["set", "third"]],
    ["a repository's, by name", { repository: "octo/billing" }, ["third", "unnamed"]],
    ["a repository's, by number", { repository: "43" }, ["third", "unnamed"]],
    ["a class", { class: "third-party-service" }, ["third"]],
    ["a sender's, by the login", { sender: "mallory" }, ["third", "unnamed"]],
    ["both at once", { recipient: BOB, repository: "42" }, ["set"]],
    ["a sender's, whatever the case of the login", { sender: "Mallory" }, ["third", "unnamed"]],
    ["what nobody has open", { class: "api-key" }, []],
  ])("ends %s, and nothing else", async (_, asked, wanted) => {
    await handOverFive();
    const { revoked } = await revoke(asked);
    expect(await revokedNow()).toEqual(wanted);
    expect([...revoked]).toEqual(expect.arrayContaining(wanted.map((name) => ids[name])));
    service.clock.now += 1;
    expect([...(await revoke(asked)).revoked]).toEqual([]);
    await revoke({ all: true });
  });

  test("asking for an address is a look at the recipients directory, whether or not it is known", async () => {
    await handOverFive();
    for (const [recipient, status] of [
      [ANA, 200],
      ["eve@vendor.example", 404],
    ] as const) {
      // The next five minutes: each has one such event.
      service.clock.now += 300;
      const before = service.events.length;
      const answer = await limited.call("POST", "/v1/sender/handoffs/revoke", { recipient });
      await service.service.drained();
      expect(answer.status).toBe(status);
      expect(service.events.slice(before)).toMatchObject([
        { type: "audit_viewed", actor: { repository: "octo/limited" } },
      ]);
    }
    await revoke({ all: true });
  });

  test("names what was released before, so that it can be rotated", async () => {
    await handOverFive();
    const { released } = await revoke({ recipient: ANA });
    const its = released.find(({ id }) => id === ids.opened);
    expect(its).toEqual({
      id: ids.opened,
      class: "internal-tool",
      claimedAt: service.clock.now,
      secret: "arn:opened",
      recipient: expect.stringMatching(/^[\w-]{22}$/),
    });
    expect(released.map(({ id }) => id)).not.toContain(ids.plain);
    await revoke({ all: true });
  });

  test("by somebody who may revoke some classes, ends those only", async () => {
    await handOverFive();
    await revoke({ all: true }, limited);
    expect(await revokedNow()).toEqual(["third"]);
    await revoke({ all: true });
  });

  test("each leaves one event, with who did it", async () => {
    await handOverFive();
    await revoke({ all: true });
    await service.service.drained();
    const events = (await service.audited()).filter(
      ({ handoff, type }) => handoff === ids.plain && type === "revoked",
    );
    expect(events.map(({ actor }) => actor)).toEqual([
      expect.objectContaining({ kind: "github", repository: "octo/security" }),
    ]);
  });

  describe("is refused", () => {
    test.each<[string, object, number]>([
      ["without anything that is meant", {}, 400],
      ["with all and a part", { all: true, class: "internal-tool" }, 400],
      ["with an empty part", { secret: "" }, 400],
      ["with a cursor that is none", { all: true, cursor: "WzFd" }, 400],
      ["with half an address", { recipient: "bob@" }, 400],
      ["with a recipient that is neither an address nor an id", { recipient: "bob" }, 400],
      ["for an address that the directory does not know", { recipient: "nobody@vendor.example" }, 404],
      ["for an id that nobody ever had", { recipient: "AAAAAAAAAAAAAAAAAAAAAA" }, 404],
    ])("%s", async (_, body, status) => {
      expect((await responder.call("POST", "/v1/sender/handoffs/revoke", body)).status).toBe(status);
    });

    test("to whoever may not revoke, and leaves an event", async () => {
      const answer = await orders.call("POST", "/v1/sender/handoffs/revoke", { all: true });
      expect([answer.status, answer.body.code]).toEqual([403, "not_allowed"]);
    });
  });

  test("a workflow is a sender, with its ref or without", async () => {
    const rotate = new Sender(service, {
      job: { repository: "octo/billing", repositoryId: "43", workflow: `${WORKFLOW}@refs/heads/main` },
    });
    const { id } = await rotate.handOver();
    await service.service.drained();
    await revoke({ sender: "octo/billing/.github/workflows/other.yml" });
    expect((await service.stored(id))?.state?.S).toBe("open");
    await revoke({ sender: WORKFLOW });
    expect((await service.stored(id))?.state?.S).toBe("revoked");
  });
});
