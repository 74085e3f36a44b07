import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { AUDIT_TABLE, Recipient } from "@secret-handoff/local";
import { isHandoffId } from "@secret-handoff/protocol";
import { isoTime } from "@secret-handoff/protocol/api";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService, type TokenWanted } from "../support/test-service.ts";

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

test("asking for another repository's handoff answers as for an unknown id, and leaves an event that names it", async () => {
  const stranger = await startTestService({
    senders: [
      { repositoryId: "42", may: ["send"] },
      { repositoryId: "99", may: ["send"] },
    ],
  });
  try {
    const { id } = await new Sender(stranger).handOver({ email: "ana@vendor.example" });
    const other = new Sender(stranger, { job: { repositoryId: "99" } });
    const probe = await other.call("GET", `${HANDOFFS}/${id}`);
    const unknown = await other.call("GET", `${HANDOFFS}/AAAAAAAAAAAAAAAAAAAAAA`);
    expect([probe.status, probe.text]).toEqual([unknown.status, unknown.text]);
    expect((await other.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(404);
    const refused = (await stranger.audited()).filter(
      ({ type, handoff }) => type === "refused" && handoff === id,
    );
    expect(refused).toHaveLength(2);
    expect(refused[0]).toMatchObject({ outcome: "not_allowed", actor: { repositoryId: "99" } });
  } finally {
    await stranger.close();
  }
});

describe("tokens", () => {
  test.each<[string, TokenWanted, number, string]>([
    ["of another repository", { job: { repositoryId: "99" } }, 403, "not_allowed"],
    ["of a pull request", { job: { event: "pull_request" } }, 403, "not_allowed"],
    ["for another audience", { audience: "https://other.example" }, 401, "unauthenticated"],
    ["for this audience in another spelling", { audience: "SLASH" }, 401, "unauthenticated"],
    ["of another issuer", { claims: { iss: "https://evil.example" } }, 401, "unauthenticated"],
    ["that expired beyond tolerance", { age: 331 }, 401, "unauthenticated"],
    ["that are not valid yet", { age: -631 }, 401, "unauthenticated"],
    ["without a repository id", { claims: { repository_id: undefined } }, 401, "unauthenticated"],
    ["unsigned", { signedBy: "nobody" }, 401, "unauthenticated"],
    ["signed by another key", { signedBy: "stranger" }, 401, "unauthenticated"],
    ["signed with the public key as an HMAC secret", { signedBy: "public key" }, 401, "unauthenticated"],
  ])("%s are refused, with an event, and nothing is created", async (_, minting, status, code) => {
    const audience = minting.audience === "SLASH" ? `${service.url}/` : (minting.audience ?? service.url);
    const [before, items] = [await refusals(), await handoffs()];
    const stranger = new Sender(service, { ...minting, audience });
    expect(await stranger.create(createRequest(await sender.seal()))).toMatchObject({
      status,
      body: { code },
    });
    // Each caller who was authenticated leaves an event; all others together one of a kind in five minutes.
    const noted = code === "unauthenticated" ? 1 : (before[code] ?? 0) + 1;
    expect(await refusals()).toEqual({ ...before, [code]: noted });
    expect(await handoffs()).toEqual(items);
  });

  test("that were refused 200 times without being authenticated leave one event in five minutes, and a count", async () => {
    service.clock.now += 300 - (service.clock.now % 300);
    const [before, counted] = [(await refusals()).unauthenticated ?? 0, countedInLog()];
    for (let n = 0; n < 200; n += 1) await fetch(`${service.url}${HANDOFFS}`);
    expect((await refusals()).unauthenticated).toBe(before + 1);
    expect(countedInLog()).toBe(counted + 200);
    service.clock.now += 300;
    await fetch(`${service.url}${HANDOFFS}`);
    expect((await refusals()).unauthenticated).toBe(before + 2);
  });

  test("no token, and a path for IAM without IAM", async () => {
    const bare = await fetch(`${service.url}${HANDOFFS}`);
    expect(bare.status).toBe(401);
    expect(bare.headers.get("www-authenticate")).toBe("Bearer");
    expect((await sender.call("GET", "/iam/v1/sender/handoffs")).status).toBe(401);
  });

  test("a token is good 30 s past its expiry", async () => {
    expect((await new Sender(service, { age: 329 }).call("GET", "/v1/sender/policy")).status).toBe(200);
  });

  test("not in the list: the answer names the claims that were seen", async () => {
    const { body } = await new Sender(service, { job: { repository: "evil/fork", repositoryId: "99" } }).call(
      "GET",
      HANDOFFS,
    );
    expect(body.detail).toContain("repository evil/fork (id 99)");
  });

  test("not in the list, again and again: each stranger's repository leaves one event in five minutes, and all beyond twenty one together", async () => {
    service.clock.now = (Math.floor(service.clock.now / 300) + 1) * 300;
    const before = (await refusals()).not_allowed ?? 0;
    const asks = (repositoryId: string) =>
      new Sender(service, { job: { repository: "evil/fork", repositoryId } }).call(
        "GET",
        "/v1/sender/policy",
      );
    for (let n = 0; n < 10; n += 1) await asks("900");
    expect((await refusals()).not_allowed).toBe(before + 1);
    for (let n = 0; n < 30; n += 1) await asks(String(1_000 + n));
    expect((await refusals()).not_allowed).toBe(before + 21);
  });

  async function handoffs() {
    return (await service.scan()).filter(({ id }) => isHandoffId(id?.S ?? ""));
  }

  function countedInLog(): number {
    return service.logged.filter((line) => line.includes('"refused_anonymous"')).length;
  }

  async function refusals(): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    for (const { type, outcome } of await service.audited()) {
      if (type === "refused") counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return counts;
  }
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

  test("another's handoff does not exist for a sender without the right to revoke or audit", async () => {
    const { id, link } = await sender.handOver();
    const other = new Sender(service, { job: { repositoryId: "7" } });
    expect((await other.call("GET", `${HANDOFFS}/${id}`)).status).toBe(404);
    expect((await other.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(404);
    expect((await other.call("POST", `${HANDOFFS}/${id}/mailed`, { messageId: "<x>" })).status).toBe(404);
    expect((await other.call("GET", "/v1/sender/events")).status).toBe(403);
    expect((await new Recipient(link).claim()).status).toBe(200);
  });

  test("the policy shows the classes that this sender may send", async () => {
    const names = async (who: Sender) =>
      JSON.parse((await who.call("GET", "/v1/sender/policy")).text).classes.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names(sender)).toHaveLength(6);
    expect(await names(new Sender(service, { job: { repositoryId: "7" } }))).toEqual([
      "internal-tool",
      "click-only",
    ]);
  });
});

describe("an entry for some classes", () => {
  const EMAIL = "limited@vendor.example";
  // Of repository 42, as every other test's sender, but with an entry of its own.
  let limited: Sender;
  let limitedTo: TestService;
  let all: Sender;
  beforeAll(async () => {
    limitedTo = await startTestService({
      senders: [
        { repositoryId: "42", environment: "everything", may: ["send"] },
        { repositoryId: "42", environment: "tools", classes: ["internal-tool"], may: ["send"] },
        { repositoryId: "42", environment: "checks", classes: ["internal-tool"], may: ["check"] },
      ],
    });
    all = new Sender(limitedTo, { job: { environment: "everything" } });
    limited = new Sender(limitedTo, { job: { environment: "tools" } });
  });
  afterAll(() => limitedTo.close());

  const other = { class: "third-party-service", email: EMAIL };
  const about = (secret: string, versionId: string, versionCreatedAt: number) => ({
    subject: { secret, versionId, versionCreatedAt, recipient: EMAIL },
  });
  const refused = { status: 403, body: { code: "not_allowed" } };

  test("neither shows, marks, lists nor ends its repository's handoffs of other classes", async () => {
    const { id, link } = await all.handOver(other);
    const mine = await limited.handOver({ email: EMAIL });
    expect((await limited.call("GET", `${HANDOFFS}/${id}`)).status).toBe(404);
    expect((await limited.call("POST", `${HANDOFFS}/${id}/mailed`, { messageId: "<x>" })).status).toBe(404);
    expect((await limited.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(404);
    const { handoffs } = JSON.parse((await limited.call("GET", HANDOFFS)).text);
    expect(handoffs.map((one: { id: string }) => one.id)).toEqual([mine.id]);
    expect((await new Recipient(link).status()).body.state).toBe("open");
    expect((await limitedTo.stored(id))?.mailedAt).toBeUndefined();
    expect((await limited.call("DELETE", `${HANDOFFS}/${mine.id}`)).status).toBe(204);
  });

  test("supersedes no handoff of another class, resent or newer, and learns of none", async () => {
    const first = await all.handOver(other, about("arn:theirs", "v1", 1));
    const body = createRequest(await limited.seal({ email: EMAIL }));
    const pointers = async () => (await limitedTo.scan()).filter(({ id }) => id?.S?.startsWith("subject/"));
    const before = await pointers();
    for (const more of [
      about("arn:theirs", "v2", 2),
      about("arn:theirs", "v1", 1),
      { ...about("arn:theirs", "v1", 1), resend: true },
    ]) {
      expect(await limited.create({ ...body, ...more })).toMatchObject(refused);
      const { class: name, flags, expiresAt } = body;
      const check = { class: name, flags, expiresAt, ...more };
      for (const who of [limited, new Sender(limitedTo, { job: { environment: "checks" } })]) {
        expect(await who.call("POST", `${HANDOFFS}/check`, check)).toMatchObject(refused);
      }
    }
    expect(await pointers()).toEqual(before);
    expect((await new Recipient(first.link).status()).body.state).toBe("open");
    // Once it has ended, nothing of that class is touched any more.
    await all.call("DELETE", `${HANDOFFS}/${first.id}`);
    expect((await limited.create({ ...body, ...about("arn:theirs", "v2", 2) })).status).toBe(201);
  });
});

test("events are kept for 400 days, and TTL takes them then", async () => {
  await service.service.drained();
  const items = (await service.scan(AUDIT_TABLE)).filter(({ event }) => event);
  expect(items.length).toBeGreaterThan(0);
  for (const { event, ttl } of items) {
    const { time } = JSON.parse(event?.S ?? "");
    expect(Number(ttl?.N)).toBe(Date.parse(time) / 1_000 + 400 * 86_400);
  }
});

test("the trail is read a page at a time, by time, and reading it leaves an event", async () => {
  await service.service.drained();
  const { status, text } = await sender.call("GET", `/v1/sender/events?since=${service.clock.now - 60}`);
  expect(status).toBe(200);
  const { events } = JSON.parse(text);
  expect(events.length).toBeGreaterThan(10);
  expect((await sender.call("GET", "/v1/sender/events?since=x")).status).toBe(400);
  const viewed = async () => (await service.audited()).filter(({ type }) => type === "audit_viewed").length;
  const before = await viewed();
  expect(before).toBe(1);
  await sender.call("GET", `/v1/sender/events?since=${service.clock.now - 60}`);
  // One for each reading, not for each of its pages.
  expect(await viewed()).toBe(before);
  service.clock.now += 300;
  await sender.call("GET", "/v1/sender/events");
  expect(await viewed()).toBe(before + 1);
  service.clock.now -= 300;
});

test("each caller's reading leaves one event, however many pages it has", async () => {
  for (const run of ["5001", "5002"]) {
    const auditor = new Sender(service, { job: { run } });
    for (let n = 0; n < 3; n += 1) {
      expect((await auditor.call("GET", "/v1/sender/events")).status).toBe(200);
    }
    const viewed = (await service.audited()).filter(
      ({ type, actor }) => type === "audit_viewed" && actor.kind === "github" && actor.run === run,
    );
    expect(viewed).toHaveLength(1);
  }
});

test("the trail of the last day goes on page after page, though the day moves on between two pages", async () => {
  const start = service.clock.now;
  // A day that holds nothing else, and more events in its first seconds than a page takes.
  service.clock.now = start + 3 * 86_400;
  const time = isoTime(service.clock.now);
  const refused = {
    v: 1,
    type: "refused",
    time,
    actor: { kind: "unverified" },
    outcome: "not_allowed",
  } as const;
  const ids = Array.from({ length: 251 }, (_, n) => `refused-${n}`);
  await Promise.all(ids.map((id) => service.service.audit.put(`service/${id}`, 1, { ...refused, id })));
  service.clock.now += 86_400;
  const first = JSON.parse((await sender.call("GET", "/v1/sender/events")).text);
  expect(first.events).toHaveLength(250);
  service.clock.now += 30;
  const { status, text } = await sender.call("GET", `/v1/sender/events?cursor=${first.cursor}`);
  expect([status, JSON.parse(text).events?.[0].type]).toEqual([200, "refused"]);
  service.clock.now = start;
});

test("a stretch of time that ends before it begins holds no events, so that a poll may go on from the last one's second", async () => {
  const { status, text } = await sender.call("GET", `/v1/sender/events?since=${service.clock.now + 1}`);
  expect([status, JSON.parse(text)]).toEqual([200, { events: [] }]);
});

test("a stretch of time that reaches far into the future ends where there is nothing yet", async () => {
  const { now } = service.clock;
  const { text } = await sender.call("GET", `/v1/sender/events?since=${now + 86_400}&until=99999999999`);
  expect(JSON.parse(text)).toEqual({ events: [] });
});
