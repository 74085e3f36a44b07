import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
let sender: Sender;
beforeAll(async () => {
  service = await startTestService({
    senders: [
      { repositoryId: "42", may: ["send", "revoke", "audit"] },
      { repositoryId: "7", classes: ["internal-tool", "click-only"], may: ["send"] },
    ],
  });
  sender = new Sender(service);
});
afterAll(() => service.close());

const HANDOFFS = "/v1/sender/handoffs";
const SET = {
  secret: "bundle:all",
  versionId: "v1",
  versionCreatedAt: 1,
  recipient: "ana@vendor.example",
};

describe("a create", () => {
  test("is answered 201, and 200 when the identical one comes again", async () => {
    const sealed = await sender.seal();
    const body = createRequest(sealed);
    const first = await sender.create(body);
    expect(first).toMatchObject({
      status: 201,
      body: { id: sealed.id, state: "open", mailed: false, attemptsLeft: 5 },
    });
    expect(await sender.create(body)).toMatchObject({ status: 200, body: first.body });
  });

  test("is checked sealed or not, and without its envelope", async () => {
    const { envelope, ...sealed } = createRequest(await sender.seal());
    const { linkVerifier, claimVerifier, receiptVerifier, header, ...proposal } = sealed;
    const answers = [
      proposal,
      { ...proposal, header },
      sealed,
      { ...sealed, envelope },
      { ...sealed, header: "AAAA" },
    ].map(async (body) => (await sender.call("POST", `${HANDOFFS}/check`, body)).status);
    expect(await Promise.all(answers)).toEqual([200, 200, 200, 400, 400]);
  });

  test("shows no envelope, header or verifier", async () => {
    const body = createRequest(await sender.seal());
    const { text } = await sender.create(body);
    for (const hidden of [
      body.envelope,
      body.header,
      body.linkVerifier,
      body.claimVerifier,
      body.receiptVerifier,
    ]) {
      expect(text).not.toContain(hidden);
    }
  });

  test("of a taken id is 409, by its owner and by others", async () => {
    const sealed = await sender.seal();
    const body = createRequest(sealed);
    await sender.create(body);
    const taken = { status: 409, body: { code: "id_taken" } };
    expect(await sender.create({ ...body, expiresAt: body.expiresAt - 1 })).toMatchObject(taken);
    expect(await new Sender(service, { job: { repositoryId: "7" } }).create(body)).toMatchObject(taken);
    expect((await new Recipient(sealed.link).claim()).status).toBe(200);
  });

  test("of a class that this sender may not send is 403, of one that needs approvals 422 with every broken rule", async () => {
    const body = createRequest(await sender.seal({ class: "third-party-service" }));
    expect(await new Sender(service, { job: { repositoryId: "7" } }).create(body)).toMatchObject({
      status: 403,
      body: { code: "not_allowed" },
    });
    const admin = await sender.seal({ class: "production-admin", expiresAt: service.clock.now + 90_000 });
    const { status, body: problem } = await sender.create(createRequest(admin));
    expect(status).toBe(422);
    expect(problem.broken?.map(({ rule }) => rule)).toEqual([
      "expiry",
      "passphrase",
      "approvals",
      "verification",
      "verification",
    ]);
    expect((await sender.call("GET", `${HANDOFFS}/${admin.id}`)).status).toBe(404);
  });

  test.each<[string, Record<string, unknown>, number]>([
    ["an unknown field", { more: 1 }, 400],
    ["an envelope of another length", { envelope: "AAAA" }, 400],
    ["a header of another length", { header: "AAAA" }, 400],
    ["flags beyond v1", { flags: 4 }, 400],
    ["a fraction of a second", { expiresAt: 1.5 }, 400],
    ["an id, which the service derives by itself", { id: "AAAAAAAAAAAAAAAAAAAAAA" }, 400],
    ["a code without an address", { emailVerifier: "A".repeat(43) }, 400],
    [
      "a recipient that is no address",
      { subject: { secret: "arn", versionId: "v", versionCreatedAt: 1, recipient: "ana" } },
      400,
    ],
    ["an envelope of another version", { envelope: `Ag${"A".repeat(437)}` }, 400],
    [
      "a time in milliseconds",
      {
        subject: {
          secret: "arn",
          versionId: "v",
          versionCreatedAt: 1_800_000_000_000,
          recipient: "a@b.example",
        },
      },
      400,
    ],
    ["more members of a set than a handoff carries", { subject: SET, members: Array(51).fill("arn:a") }, 400],
    [
      "members that take more bytes than a handoff carries",
      { subject: SET, members: Array(9).fill("é".repeat(1_000)) },
      400,
    ],
    ["an unknown class", { class: "nope" }, 422],
  ])("with %s is refused", async (_, more, status) => {
    expect((await sender.create({ ...createRequest(await sender.seal()), ...more })).status).toBe(status);
  });
});

test("a parameter that a call does not take is refused, and nothing is done", async () => {
  const sealed = await sender.seal();
  const body = createRequest(sealed);
  const { id } = (await sender.create(body)).body;
  const another = createRequest(await sender.seal());
  const answers: Record<string, number> = {};
  for (const [method, path, sent] of [
    ["POST", HANDOFFS, another],
    ["POST", `${HANDOFFS}/${id}/mailed`, { messageId: "m1" }],
    ["GET", `${HANDOFFS}/${id}`],
    ["DELETE", `${HANDOFFS}/${id}`],
    ["GET", "/v1/sender/policy"],
    ["GET", "/v1/sender/requests/x"],
  ] as const) {
    const { status, body: problem } = await sender.call(method, `${path}?dry-run=true`, sent);
    answers[`${method} ${path}: ${problem.code}`] = status;
  }
  expect(answers).toEqual({
    [`POST ${HANDOFFS}: malformed`]: 400,
    [`POST ${HANDOFFS}/${id}/mailed: malformed`]: 400,
    [`GET ${HANDOFFS}/${id}: malformed`]: 400,
    [`DELETE ${HANDOFFS}/${id}: malformed`]: 400,
    "GET /v1/sender/policy: malformed": 400,
    "GET /v1/sender/requests/x: malformed": 400,
  });
  expect((await sender.call("GET", `${HANDOFFS}/${id}`)).body).toMatchObject({
    state: "open",
    mailed: false,
  });
});

test("the most members that a set may have are stored, and stand in its event", async () => {
  const members = Array.from({ length: 50 }, (_, n) => `arn:${n}:`.padEnd(327, "x"));
  const { id } = await sender.handOver({}, { subject: SET, members });
  await service.service.drained();
  expect(service.events.filter(({ handoff }) => handoff === id)).toMatchObject([
    { type: "created", members },
  ]);
});

test("what was refused is named in its event, as far as the caller named it", async () => {
  const sealed = await sender.seal();
  const body = createRequest(sealed, { class: "nope", expiresAt: service.clock.now });
  const { body: problem } = await sender.create(body);
  expect(problem.broken?.map(({ rule }) => rule)).toEqual(["class", "expiry"]);
  const refused = (await service.audited()).filter(({ handoff }) => handoff === sealed.id);
  expect(refused).toMatchObject([{ type: "refused", class: "nope", outcome: "policy" }]);
});

test("a class that asks for the address asks for it whether or not the create names a subject", async () => {
  const sealed = await sender.seal({ class: "internal-tool" });
  const { status, body } = await sender.create(createRequest(sealed));
  expect(status).toBe(422);
  expect(body.broken?.map(({ rule }) => rule)).toEqual(["verification"]);
});

describe("a create or check with fields that do not go together", () => {
  const checkOf = ({
    class: name,
    flags,
    expiresAt,
  }: {
    class: string;
    flags: number;
    expiresAt: number;
  }) => ({
    class: name,
    flags,
    expiresAt,
  });

  test("that names a request that nobody made is 422", async () => {
    const body = createRequest(await sender.seal());
    const refused = {
      status: 422,
      body: {
        code: "approvals",
        broken: [{ rule: "approvals", detail: expect.stringContaining("request") }],
      },
    };
    expect(await sender.create({ ...body, request: "approved-by-nobody" })).toMatchObject(refused);
    const check = { ...checkOf(body), request: "approved-by-nobody" };
    expect(await sender.call("POST", `${HANDOFFS}/check`, check)).toMatchObject(refused);
    expect((await sender.create(body)).status).toBe(201);
  });

  test("that names members without a bundle is 400", async () => {
    const email = "ana@vendor.example";
    const members = ["arn:a", "arn:b"];
    const about = (secret: string) => ({
      subject: { secret, versionId: "v1", versionCreatedAt: 1, recipient: email },
      members,
    });
    const body = createRequest(await sender.seal({ email }));
    const malformed = {
      status: 400,
      body: { code: "malformed", detail: expect.stringContaining("members") },
    };
    expect(await sender.create({ ...body, members })).toMatchObject(malformed);
    expect(await sender.create({ ...body, ...about("arn:a") })).toMatchObject(malformed);
    const check = { ...checkOf(body), ...about("arn:a") };
    expect(await sender.call("POST", `${HANDOFFS}/check`, check)).toMatchObject(malformed);
    const set = { ...checkOf(body), ...about("bundle:both") };
    expect((await sender.call("POST", `${HANDOFFS}/check`, set)).text).toBe('{"outcome":"create"}');
  });
});

describe("a sender sees and ends what is its own", () => {
  test("mailed, once; status; list by run, secret and state", async () => {
    const run = new Sender(service, { job: { run: "777" } });
    const subject = {
      secret: "arn:list",
      versionId: "v1",
      versionCreatedAt: 1,
      recipient: "ana@vendor.example",
    };
    const { id } = await run.handOver({ email: "ana@vendor.example" }, { subject });
    await run.handOver();
    expect((await run.call("POST", `${HANDOFFS}/${id}/mailed`, { messageId: "<a@b>" })).status).toBe(204);
    expect((await run.call("POST", `${HANDOFFS}/${id}/mailed`, { messageId: "<c@d>" })).status).toBe(204);
    expect((await run.call("GET", `${HANDOFFS}/${id}`)).body).toMatchObject({
      mailed: true,
      secret: "arn:list",
      run: "777",
    });
    const listed = async (query: string) =>
      JSON.parse((await run.call("GET", `${HANDOFFS}?${query}`)).text).handoffs;
    expect(await listed("run=777")).toHaveLength(2);
    expect(await listed("run=777&secret=arn:list")).toHaveLength(1);
    expect(await listed("run=777&state=revoked")).toHaveLength(0);
    expect((await run.call("GET", `${HANDOFFS}?cursor=nonsense`)).status).toBe(400);
    await service.service.drained();
    expect(service.events.filter((event) => event.handoff === id && event.type === "mailed")).toHaveLength(1);
  });

  test("a list goes on page after page until it ends", async () => {
    const other = new Sender(service, { job: { repositoryId: "7" } });
    for (let n = 0; n < 60; n += 1) await other.handOver();
    const seen = new Set<string>();
    let query = "";
    for (;;) {
      const page = JSON.parse((await other.call("GET", `${HANDOFFS}${query}`)).text);
      for (const { id } of page.handoffs) seen.add(id);
      if (!page.cursor) break;
      query = `?cursor=${page.cursor}`;
    }
    expect(seen.size).toBe(60);
  });

  test("revoke: an open handoff once and again, a released one never", async () => {
    const { id, link } = await sender.handOver();
    expect((await sender.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(204);
    expect((await sender.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(204);
    expect(await new Recipient(link).claim()).toMatchObject({ status: 410, body: { code: "revoked" } });
    const opened = await sender.handOver();
    await new Recipient(opened.link).claim();
    expect(await sender.call("DELETE", `${HANDOFFS}/${opened.id}`)).toMatchObject({
      status: 409,
      body: { code: "released" },
    });
  });
});
