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
