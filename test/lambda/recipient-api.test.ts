import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { post } from "@secret-handoff/local";
import { encodeBase64url } from "@secret-handoff/protocol";
import { EMPTY_BLOCK } from "@secret-handoff/protocol/company";
import { startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(() => service.close());

const ID = "AAAAAAAAAAAAAAAAAAAAAA";
const token = encodeBase64url(new Uint8Array(32));

const PAGE = `<!doctype html><title>page</title>${EMPTY_BLOCK}`;

async function send(path: string, init: RequestInit = {}) {
  const response = await fetch(`${service.url}${path}`, init);
  return { response, status: response.status, text: await response.text() };
}

const json = (body: unknown, headers: Record<string, string> = {}): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

describe("the page", () => {
  test.each([`/h/${ID}`, `/h/${ID}%23rest`, `/h/${ID}%2523rest`, "/h/anything/at/all?x=1"])(
    "%s serves the same bytes under its own policy, to GET and HEAD",
    async (path) => {
      const { response, status, text } = await send(path);
      expect({ status, text }).toEqual({ status: 200, text: PAGE });
      expect(response.headers.get("content-security-policy")).toBe("default-src 'none'");
      expect(response.headers.get("cache-control")).toBe("no-store");
      const head = await send(path, { method: "HEAD" });
      expect(head.status).toBe(200);
      expect(head.text).toBe("");
    },
  );

  test.each<[string, string | undefined]>([
    ["gzip, deflate, br", "br"],
    ["gzip", "gzip"],
    ["br;q=0, gzip;q=0.5", "gzip"],
    ["identity", undefined],
    ["", undefined],
  ])("travels in the smallest encoding that a client takes: %s", async (accepted, encoding) => {
    const { response, text } = await send(`/h/${ID}`, { headers: { "accept-encoding": accepted } });
    expect(text).toBe(PAGE);
    expect(response.headers.get("content-encoding") ?? undefined).toBe(encoding);
    expect(response.headers.get("vary")).toBe("accept-encoding");
  });

  test.each([
    "%23AQKEY",
    "%252523AQKEY",
    "/%23AQKEY",
    "%2F%23AQKEY",
    "?utm_source=mail%23AQKEY",
    "/?utm_source=mail&utm_medium=email%2523AQKEY",
    "%3Futm_source%3Dmail%23AQKEY",
    "*AQKEY",
    "%2A%23AQKEY",
    "%26%2335%3B%23AQKEY",
  ])(
    "a link whose key a gateway has sent along (%s) is counted, and nothing of it is logged",
    async (rest) => {
      const before = service.logged.length;
      await send(`/h/${ID}${rest}`);
      const lines = service.logged.slice(before);
      expect(lines).toEqual([expect.stringContaining("link_mangled")]);
      expect(lines.join()).not.toMatch(/KEY|AAAA|utm/);
    },
  );

  test.each([
    `/h/${ID}`,
    `/h/${ID}/`,
    `/h/${ID}?utm_source=mail`,
    `/h/${ID}?utm_campaign=%23spring`,
    `/h/${ID}?gclid=${"Cj0KCQiA_NC9BhCkARIsABSnSTZQ".repeat(8)}`,
    `/h/${ID}/foo`,
    "/h/x%23y",
  ])("%s, which holds no key, is not counted", async (path) => {
    const before = service.logged.length;
    await send(path);
    expect(service.logged.slice(before)).toEqual([]);
  });
});

describe("requests are checked in order: route, who, type, size, shape, store", () => {
  const path = `/v1/handoffs/${ID}/status`;
  test.each<[string, string, RequestInit, number, string]>([
    ["a path that is none", "/v1/handoffs", json({}), 404, "not_found"],
    ["another method", path, { method: "GET" }, 405, "method_not_allowed"],
    ["an OPTIONS preflight", path, { method: "OPTIONS" }, 405, "method_not_allowed"],
    ["another site's page", path, json({}, { origin: "https://evil.example" }), 403, "foreign_origin"],
    ["a cross-site fetch", path, json({}, { "sec-fetch-site": "cross-site" }), 403, "foreign_origin"],
    [
      "a form's type",
      path,
      { ...json("a=b"), headers: { "content-type": "text/plain" } },
      415,
      "unsupported_media_type",
    ],
    ["no type", path, { method: "POST" }, 415, "unsupported_media_type"],
    [
      "another charset",
      path,
      { ...json({}), headers: { "content-type": "application/json; charset=utf-16" } },
      415,
      "unsupported_media_type",
    ],
    ["a body over the limit", path, json(`"${"x".repeat(2_047)}"`), 413, "too_large"],
    ["no JSON", path, json("{"), 400, "malformed"],
    ["an array", path, json([]), 400, "malformed"],
    ["a missing field", path, json({}), 400, "malformed"],
    ["an unknown field", path, json({ linkToken: token, more: 1 }), 400, "malformed"],
    ["a parameter", `${path}?more=1`, json({ linkToken: token }), 400, "malformed"],
    ["__proto__ as a field", path, json(`{"linkToken":"${token}","__proto__":{}}`), 400, "malformed"],
    ["a token of another length", path, json({ linkToken: token.slice(1) }), 400, "malformed"],
    ["a padded token", path, json({ linkToken: `${token.slice(1)}=` }), 400, "malformed"],
    [
      "a token whose unused bits are not zero",
      path,
      json({ linkToken: `${token.slice(1)}B` }),
      400,
      "malformed",
    ],
    ["an id of another shape", "/v1/handoffs/x/status", json({ linkToken: token }), 404, "not_found"],
    [
      "an id whose unused bits are not zero",
      `/v1/handoffs/${ID.slice(1)}B/status`,
      json({ linkToken: token }),
      404,
      "not_found",
    ],
    ["an unknown id", path, json({ linkToken: token }), 404, "not_found"],
    ["a malformed body to an id of another shape", "/v1/handoffs/x/status", json({}), 400, "malformed"],
  ])("%s", async (_, url, init, status, code) => {
    const { response, text } = await send(url, init);
    expect({ status: response.status, code: JSON.parse(text).code }).toEqual({ status, code });
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.get("cache-control")).toBe("no-store");
    if (status === 405) expect(response.headers.get("allow")).toBe("POST");
  });

  test("a type with a UTF-8 charset is fine, and a body of exactly the limit is read", async () => {
    const body = `{"linkToken":"${token}"}`.padEnd(2_048, " ");
    const { status } = await send(path, json(body, { "content-type": "application/json; charset=UTF-8" }));
    expect(status).toBe(404);
  });

  test("the service's own page and a request without Origin are let in", async () => {
    expect((await send(path, json({ linkToken: token }, { origin: service.url }))).status).toBe(404);
    expect((await send(path, json({ linkToken: token }, { "sec-fetch-site": "same-origin" }))).status).toBe(
      404,
    );
  });
});

test("problems hold nothing of the request", async () => {
  const { text } = await post(`${service.url}/v1/handoffs/${ID}/claim`, {
    CANARY: "CANARY",
    linkToken: "CANARY",
  });
  expect(text).not.toContain("CANARY");
});

test("every answer forbids sniffing, framing, caching, indexing and telling where it was", async () => {
  const { response } = await send(`/h/${ID}`);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-robots-tag": "noindex, nofollow, noarchive",
  });
});
