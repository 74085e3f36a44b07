import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import type { HandoffId, State } from "@secret-handoff/protocol";
import { type Decision, decide } from "../../packages/lambda/src/sender/once-per-version.ts";
import type { HandoffRecord } from "../../packages/lambda/src/store/handoff-record.ts";
import type { SubjectRecord } from "../../packages/lambda/src/store/subjects.ts";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

const NOW = 1_800_000_000;
const subject: SubjectRecord = {
  newest: { id: "AAAAAAAAAAAAAAAAAAAAAA" as HandoffId },
  versionId: "v2",
  versionCreatedAt: 200,
  previous: undefined,
};

const handoff = (parts: Partial<HandoffRecord>): HandoffRecord =>
  ({
    state: "open",
    createdAt: NOW - 10,
    changedAt: NOW - 10,
    expiresAt: NOW + 3_600,
    ...parts,
  }) as HandoffRecord;

const asked = { versionId: "v2", versionCreatedAt: 200, resend: false };

test("the first handoff of a subject is handed over", () => {
  expect(decide(undefined, undefined, asked, NOW)).toBe("hand_over");
});

describe("the same version again", () => {
  test.each<[string, Partial<HandoffRecord>, Decision]>([
    ["open and mailed", { mailedAt: NOW - 5 }, "already"],
    ["open and mailed long ago", { createdAt: NOW - 3_000, mailedAt: NOW - 2_990 }, "already"],
    ["open and not mailed yet", { createdAt: NOW - 299 }, "already"],
    ["open and abandoned", { createdAt: NOW - 300 }, "hand_over"],
    ["open past its expiry", { expiresAt: NOW, mailedAt: NOW - 5 }, "hand_over"],
    ["claimed within its lease", { state: "claimed", leaseUntil: NOW + 1 }, "already"],
    ["claimed past its lease", { state: "claimed", leaseUntil: NOW }, "already"],
    ...(["delivered", "unconfirmed"] as const).map((state) => [state, { state }, "already"] as const),
    ...(["expired", "revoked", "superseded"] as const).map(
      (state) => [state, { state }, "hand_over"] as const,
    ),
    ...(["locked", "reported"] as const).map((state) => [state, { state }, "resend_needed"] as const),
  ] as [string, Partial<HandoffRecord>, Decision][])("whose handoff is %s", (_, parts, decision) => {
    expect(decide(subject, handoff(parts), asked, NOW)).toBe(decision);
  });

  test("whose handoff ended so long ago that its tombstone is gone is handed over anew", () => {
    expect(decide(subject, undefined, asked, NOW)).toBe("hand_over");
  });

  test.each<State>(["open", "delivered", "locked", "reported"])("is sent anew by resend when %s", (state) => {
    expect(decide(subject, handoff({ state, mailedAt: NOW }), { ...asked, resend: true }, NOW)).toBe(
      "hand_over",
    );
  });
});

describe("another version", () => {
  test.each<[string, number, Decision]>([
    ["made later", 201, "hand_over"],
    ["made in the same second", 200, "hand_over"],
    ["made earlier", 199, "newer_version"],
  ])("%s", (_, versionCreatedAt, decision) => {
    const other = { versionId: "v1", versionCreatedAt, resend: false };
    expect(decide(subject, handoff({ state: "delivered" }), other, NOW)).toBe(decision);
  });

  test("made earlier displaces a newer one by resend alone: the sender has looked, and says so", () => {
    const older = { versionId: "v1", versionCreatedAt: 199, resend: true };
    expect(decide(subject, handoff({}), older, NOW)).toBe("hand_over");
  });
});

describe("by the sender's API", () => {
  let service: TestService;
  let sender: Sender;
  beforeAll(async () => {
    service = await startTestService({
      senders: [
        { repositoryId: "42", may: ["send", "revoke"] },
        { repositoryId: "7", may: ["send"] },
      ],
    });
    sender = new Sender(service);
  });
  afterAll(() => service.close());

  const HANDOFFS = "/v1/sender/handoffs";
  const EMAIL = "once@vendor.example";
  const subject = (secret: string, versionId: string, versionCreatedAt: number) => ({
    subject: { secret, versionId, versionCreatedAt, recipient: EMAIL },
  });
  const sealed = () => sender.seal({ email: EMAIL });

  test("the same version creates nothing and reports the first handoff", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:a", "v1", 1));
    const again = await sealed();
    expect(await sender.create(createRequest(again, subject("arn:a", "v1", 1)))).toMatchObject({
      status: 200,
      body: { id: first.id },
    });
    expect((await sender.call("GET", `${HANDOFFS}/${again.id}`)).status).toBe(404);
  });

  test("a newer version supersedes, an older one is refused and displaces nothing", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:b", "v1", 1));
    const second = await sender.handOver({ email: EMAIL }, subject("arn:b", "v2", 2));
    expect((await new Recipient(first.link).status()).body.state).toBe("superseded");
    expect(await sender.create(createRequest(await sealed(), subject("arn:b", "v1", 1)))).toMatchObject({
      status: 409,
      body: { code: "newer_version" },
    });
    expect((await new Recipient(second.link).status()).body.state).toBe("open");
  });

  test("two that race leave one live handoff", async () => {
    const racing = await Promise.all(Array.from({ length: 8 }, sealed));
    const answers = await Promise.all(
      racing.map((one) => sender.create(createRequest(one, subject("arn:c", "v1", 1)))),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    const states = await Promise.all(racing.map(({ id }) => sender.call("GET", `${HANDOFFS}/${id}`)));
    expect(states.filter(({ body }) => body.state === "open")).toHaveLength(1);
  });

  test("is each owner's own: who names another's secret and recipient learns nothing, ends nothing, and blocks nobody", async () => {
    const other = new Sender(service, { job: { repositoryId: "7" } });
    const mine = await sender.handOver({ email: EMAIL }, subject("arn:f", "v1", 1));
    const theirs = await other.handOver({ email: EMAIL }, subject("arn:f", "v1", 1));
    expect(theirs.id).not.toBe(mine.id);
    await other.handOver({ email: EMAIL }, subject("arn:f", "v9", service.clock.now));
    expect((await new Recipient(mine.link).status()).body.state).toBe("open");
    await sender.handOver({ email: EMAIL }, subject("arn:f", "v2", 2));
  });

  test("a create that names another's link, and is not needed, does not end that link", async () => {
    const other = new Sender(service, { job: { repositoryId: "7" } });
    const mine = await sender.handOver({ email: EMAIL }, subject("arn:k", "v1", 1));
    await other.handOver({ email: EMAIL }, subject("arn:k", "v2", 2));
    for (const version of [subject("arn:k", "v2", 2), subject("arn:k", "v1", 1)]) {
      expect((await other.create(createRequest(mine, version))).status).not.toBe(201);
      expect((await new Recipient(mine.link).status()).body.state).toBe("open");
    }
  });

  test("the trail names the run that superseded a handoff, and the one that mailed it", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:g", "v1", 1));
    const later = new Sender(service, { job: { run: "888" } });
    await later.call("POST", `${HANDOFFS}/${first.id}/mailed`, { messageId: "<a@b>" });
    await later.handOver({ email: EMAIL }, subject("arn:g", "v2", 2));
    await service.service.drained();
    const runs = service.events
      .filter(({ handoff }) => handoff === first.id)
      .map(({ type, actor }) => [type, actor.kind === "github" && actor.run]);
    expect(runs.slice(1)).toEqual([
      ["mailed", "888"],
      ["superseded", "888"],
    ]);
  });

  test("is remembered for more than a year after the last handoff, and then forgotten", async () => {
    const { id } = await sender.handOver({ email: EMAIL }, subject("arn:remembered", "v1", 1));
    const pointer = (await service.scan()).find(({ newestId }) => newestId?.S === id);
    const expiresAt = Number((await service.stored(id))?.expiresAt?.N);
    expect(Number(pointer?.ttl?.N)).toBe(expiresAt + 400 * 86_400);
  });

  test.each([
    [60, 201],
    [61, 400],
  ])("a version dated %i seconds ahead is answered %i", async (ahead, status) => {
    const dated = subject(`arn:ahead-${ahead}`, "v1", service.clock.now + ahead);
    const { body, status: answered } = await sender.create(createRequest(await sealed(), dated));
    expect(answered).toBe(status);
    if (status === 400) expect(body.detail).toContain("versionCreatedAt");
  });

  test("an older version is handed over by resend, and supersedes the newer", async () => {
    const newer = await sender.handOver({ email: EMAIL }, subject("arn:h", "v2", 2));
    const older = createRequest(await sealed(), { ...subject("arn:h", "v1", 1), resend: true });
    expect((await sender.create(older)).status).toBe(201);
    expect((await new Recipient(newer.link).status()).body.state).toBe("superseded");
  });

  test("a reported one takes resend", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:d", "v1", 1));
    await new Recipient(first.link).report();
    const again = createRequest(await sealed(), subject("arn:d", "v1", 1));
    expect(await sender.create(again)).toMatchObject({ status: 409, body: { code: "resend_needed" } });
    expect((await sender.create({ ...again, resend: true })).status).toBe(201);
  });

  test("one that was mailed is not abandoned after five minutes", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:j", "v1", 1));
    await sender.call("POST", `${HANDOFFS}/${first.id}/mailed`, { messageId: "<a@b>" });
    const start = service.clock.now;
    service.clock.now = start + 300;
    const again = createRequest(await sealed(), subject("arn:j", "v1", 1));
    expect(await sender.create(again)).toMatchObject({ status: 200, body: { id: first.id, mailed: true } });
    service.clock.now = start;
  });

  test("one not mailed within five minutes is abandoned, and the next create supersedes it", async () => {
    const first = await sender.handOver({ email: EMAIL }, subject("arn:e", "v1", 1));
    const start = service.clock.now;
    service.clock.now = start + 300;
    const second = await sender.handOver({ email: EMAIL }, subject("arn:e", "v1", 1));
    expect((await new Recipient(first.link).status()).body.state).toBe("superseded");
    expect((await new Recipient(second.link).status()).body.state).toBe("open");
    service.clock.now = start;
  });
});
