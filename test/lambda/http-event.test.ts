import { expect, test } from "@jest/globals";
import { Hono } from "hono";
import { type HttpEvent, httpHandler } from "../../packages/lambda/src/handlers/http-event.ts";

test("a # in path or query is part of them, however often the gateway has decoded it", async () => {
  const app = new Hono().get("*", (c) => c.text(new URL(c.req.url).pathname + new URL(c.req.url).search));
  const event = {
    rawPath: "/h/id#path",
    rawQueryString: "a=b#query",
    headers: {},
    requestContext: { http: { method: "GET" } },
  };
  expect(await httpHandler(app)(event as unknown as HttpEvent)).toMatchObject({
    body: "/h/id%23path?a=b%23query",
  });
});

test("a header whose name is none is left out, and the call is answered", async () => {
  const app = new Hono().get("/", (c) => c.json(c.req.header()));
  const headers = { "two words": "x", "": "x", "x\u00e9": "x", "x-is_one": "yes" };
  const answer = await httpHandler(app)({ ...event("/"), headers });
  expect(answer).toMatchObject({ statusCode: 200, body: '{"x-is_one":"yes"}' });
});

test.each([
  ["a method that no route knows", "/", "TRACE"],
  ["a path that reaches no route", "/h/../x", "GET"],
])("%s is answered as anything else, and kept by no cache", async (_, path, method) => {
  expect(await httpHandler(new Hono())(event(path, method))).toMatchObject({
    headers: { "cache-control": "no-store", "x-content-type-options": "nosniff" },
  });
});

test("a header value that HTTP knows no bytes for is handed on without them, and the call is answered", async () => {
  const app = new Hono().get("/", (c) => c.text(c.req.header("origin") ?? "none"));
  const event = {
    rawPath: "/",
    rawQueryString: "",
    headers: { origin: "https://ex\u4f8bample.example\u0000", "user-agent": "\u{1f600}" },
    requestContext: { http: { method: "GET" } },
  };
  expect(await httpHandler(app)(event as unknown as HttpEvent)).toMatchObject({
    statusCode: 200,
    body: "https://ex?ample.example?",
  });
});

const event = (rawPath: string, method = "GET") =>
  ({
    rawPath,
    rawQueryString: "",
    headers: {},
    requestContext: { http: { method } },
  }) as unknown as HttpEvent;

test.each([
  "/iam/v1/sender/handoffs/../events",
  "/iam/v1/sender/./events",
  "/iam/v1/sender/handoffs/%2e%2e/events",
  "/iam/v1/sender/handoffs/.%2E/events",
  "/iam/v1/sender/handoffs\\..\\events",
  "/..",
])("a path with dot segments reaches no route, for API Gateway may have judged another: %s", async (path) => {
  const app = new Hono().all("*", (c) => c.text("reached"));
  const answer = await httpHandler(app)(event(path));
  expect(answer).toMatchObject({ statusCode: 404, body: expect.stringContaining('"not_found"') });
});

test.each([
  "/iam/v1/sender/handoffs/.\n./events",
  "/iam/v1/sender/handoffs/\t../events",
  "/iam/v1/sender/handoffs/..\r/events",
  "/iam/v1/sender/policy\u0000",
  "/iam/v1/sender/policy\u001f",
  "/iam/v1/sender/policy\u007f",
])("a path with control characters reaches no route, for a URL leaves some of them out: %j", async (path) => {
  const app = new Hono().all("*", (c) => c.text("reached"));
  const answer = await httpHandler(app)(event(path));
  expect(answer).toMatchObject({ statusCode: 404, body: expect.stringContaining('"not_found"') });
});

test.each(["/h/../sw.js", "/h/s\nw.js"])(
  "a service worker is removed whose script had a path that reaches no route: %j",
  async (path) => {
    const asked = { ...event(path), headers: { "service-worker": "script" } };
    const app = new Hono().all("*", (c) => c.text("reached"));
    expect(await httpHandler(app)(asked)).toMatchObject({
      statusCode: 404,
      headers: { "clear-site-data": '"cache", "storage"' },
    });
  },
);

test.each(["/h/a..b", "/h/...", "/h/.well-known"])(
  "dots within a segment are no dot segments: %s",
  async (path) => {
    const app = new Hono().all("*", (c) => c.text("reached"));
    expect(await httpHandler(app)(event(path))).toMatchObject({ body: "reached" });
  },
);

test.each(["TRACE", "TRACK", "CONNECT", "trace"])(
  "%s is answered 405, without a call to the app",
  async (method) => {
    const app = new Hono().all("*", (c) => c.text("reached"));
    const answer = await httpHandler(app)(event("/v1/handoffs/x/status", method));
    expect(answer).toMatchObject({ statusCode: 405, headers: { allow: expect.stringContaining("POST") } });
  },
);
