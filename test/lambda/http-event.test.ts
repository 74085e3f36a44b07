import { expect, test } from "@jest/globals";
import { Hono } from "hono";
import { type HttpEvent, httpHandler } from "../../packages/lambda/src/handlers/http-event.ts";

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
