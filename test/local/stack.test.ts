import { get } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { LOCAL_SENDERS, type LocalStack, startLocalStack } from "@secret-handoff/local";

const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({ page: PAGE });
});
afterAll(() => stack.close());

test("tells where everything is, all of it on 127.0.0.1", () => {
  expect(Object.keys(stack.addresses)).toEqual([
    "url",
    "inbox",
    "smtp",
    "secretsManager",
    "ses",
    "idTokenRequestUrl",
    "idTokenRequestToken",
    "operators",
    "github",
    "seals",
    "sealKey",
    "gitLabIdTokenUrl",
  ]);
  expect(stack.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(stack.smtp).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
  for (const name of ["inbox", "secretsManager", "ses", "idTokenRequestUrl", "github"] as const) {
    expect(new URL(stack[name]).hostname).toBe("127.0.0.1");
  }
});

test.each([
  ["approve-security", "security"],
  ["approve-manager", "manager"],
  ["approve-team-lead", "team lead"],
])("a job of the admitted repository may approve in the environment %s", async (environment, role) => {
  const job = encodeURIComponent(JSON.stringify({ environment }));
  const rights = async (query: string) => {
    const asked = await fetch(`${stack.idTokenRequestUrl}&audience=${stack.url}${query}`, {
      headers: { authorization: `bearer ${stack.idTokenRequestToken}` },
    });
    const { value } = await asked.json();
    const headers = { authorization: `Bearer ${value}` };
    return (await (await fetch(`${stack.url}/v1/sender/policy`, { headers })).json()).rights;
  };
  expect(await rights("")).toEqual(["send", "check", "revoke", "audit"]);
  expect(await rights(`&job=${job}`)).toEqual(["send", "check", "revoke", "audit", "approve"]);
  expect(LOCAL_SENDERS).toContainEqual(expect.objectContaining({ environment, roles: [role] }));
});

test("a token of its own issuer may read the policy, one of another repository may not", async () => {
  const policy = async (claims: Record<string, unknown>) => {
    const token = await stack.issuer.mint({ aud: stack.url, ...claims });
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${stack.url}/v1/sender/policy`, { headers })).status;
  };
  expect(await policy({})).toBe(200);
  expect(await policy({ repository_id: "1", repository: "evil/orders" })).toBe(403);
});

test("no part answers to another host's name", async () => {
  for (const url of [stack.url, stack.inbox, stack.ses, stack.secretsManager, stack.issuer.issuer]) {
    expect([url, await statusAt(url, "evil.example")]).toEqual([url, 421]);
  }
});

/** fetch would not let us name another host. */
function statusAt(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on("error", reject);
  });
}

test("serves the page", async () => {
  const response = await fetch(`${stack.url}/h/anything`);
  expect([response.status, await response.text()]).toEqual([200, PAGE.html]);
});

test("ends everything, and may be called twice", async () => {
  const other = await startLocalStack({ page: PAGE });
  await Promise.all([other.close(), other.close()]);
  for (const url of [other.url, other.inbox, other.ses, other.secretsManager, other.engine.endpoint]) {
    await expect(fetch(url)).rejects.toThrow();
  }
});

test("a port that is taken fails, and leaves nothing behind", async () => {
  const port = Number(new URL(stack.url).port);
  await expect(startLocalStack({ page: PAGE, port })).rejects.toMatchObject({ code: "EADDRINUSE" });
});
