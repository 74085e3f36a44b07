import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Recipient } from "@secret-handoff/local";
import { isHandoffId } from "@secret-handoff/protocol";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService, type TokenWanted } from "../support/test-service.ts";

/** Who may call the sender API: by its token, and what the senders list gives it. */
let service: TestService;
let sender: Sender;
beforeAll(async () => {
  service = await startTestService({
    senders: [
      { repositoryId: "42", may: ["send", "revoke", "audit"] },
      { repositoryId: "7", classes: ["internal-tool", "click-only"], may: ["send"] },
      { repositoryId: "8", environment: "everything", may: ["send"] },
      { repositoryId: "8", environment: "tools", classes: ["internal-tool"], may: ["send"] },
      { repositoryId: "8", environment: "checks", classes: ["internal-tool"], may: ["check"] },
    ],
  });
  sender = new Sender(service);
});
afterAll(() => service.close());

const HANDOFFS = "/v1/sender/handoffs";

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

test("asking for another repository's handoff answers as for an unknown id, and leaves an event that names it", async () => {
  const { id } = await sender.handOver({ email: "ana@vendor.example" });
  const other = new Sender(service, { job: { repositoryId: "7" } });
  const probe = await other.call("GET", `${HANDOFFS}/${id}`);
  const unknown = await other.call("GET", `${HANDOFFS}/AAAAAAAAAAAAAAAAAAAAAA`);
  expect([probe.status, probe.text]).toEqual([unknown.status, unknown.text]);
  expect((await other.call("DELETE", `${HANDOFFS}/${id}`)).status).toBe(404);
  const refused = (await service.audited()).filter(
    ({ type, handoff }) => type === "refused" && handoff === id,
  );
  expect(refused).toHaveLength(2);
  expect(refused[0]).toMatchObject({ outcome: "not_allowed", actor: { repositoryId: "7" } });
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

describe("an entry for some classes", () => {
  const EMAIL = "limited@vendor.example";
  const inEnvironment = (environment: string) =>
    new Sender(service, { job: { repositoryId: "8", environment } });
  let limited: Sender;
  let all: Sender;
  beforeAll(() => {
    all = inEnvironment("everything");
    limited = inEnvironment("tools");
  });

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
    expect((await service.stored(id))?.mailedAt).toBeUndefined();
    expect((await limited.call("DELETE", `${HANDOFFS}/${mine.id}`)).status).toBe(204);
  });

  test("supersedes no handoff of another class, resent or newer, and learns of none", async () => {
    const first = await all.handOver(other, about("arn:theirs", "v1", 1));
    const body = createRequest(await limited.seal({ email: EMAIL }));
    const pointers = async () => (await service.scan()).filter(({ id }) => id?.S?.startsWith("subject/"));
    const before = await pointers();
    for (const more of [
      about("arn:theirs", "v2", 2),
      about("arn:theirs", "v1", 1),
      { ...about("arn:theirs", "v1", 1), resend: true },
    ]) {
      expect(await limited.create({ ...body, ...more })).toMatchObject(refused);
      const { class: name, flags, expiresAt } = body;
      const check = { class: name, flags, expiresAt, ...more };
      for (const who of [limited, inEnvironment("checks")]) {
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
