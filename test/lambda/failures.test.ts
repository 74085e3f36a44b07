import { afterEach, beforeEach, expect, test } from "@jest/globals";
import "../support/one-realm.ts";
import { Recipient } from "@secret-handoff/local";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";

let service: TestService;
beforeEach(async () => {
  service = await startTestService();
});
afterEach(() => service.close());

test.each<[string, number | (() => Response)]>([
  ["answer 500", 500],
  ["answer something else than a key set", () => new Response("<html>")],
])(
  "the issuer's keys %s: 503 with Retry-After, no refusal noted, and the next try succeeds",
  async (_, fault) => {
    const sender = new Sender(service);
    const body = createRequest(await sender.seal());
    service.issuer.keyFaults.order(fault);
    const response = await fetch(`${service.url}/v1/sender/handoffs`, {
      method: "POST",
      headers: { authorization: `Bearer ${await service.mint()}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: "unavailable" });
    expect(await service.audited()).toEqual([]);
    expect((await sender.create(body)).status).toBe(201);
  },
);

test("the engine is gone: 503 with Retry-After, nothing said of why, and a log line without the request", async () => {
  const recipient = new Recipient((await new Sender(service).handOver()).link);
  await service.engine.kill();
  const answer = await recipient.claim();
  expect(answer).toMatchObject({ status: 503, body: { code: "unavailable" } });
  expect(answer.text).not.toMatch(/ECONN|127\.0\.0\.1/);
  const line = service.logged.find((text) => text.includes("request_failed"));
  expect(line).toContain("/v1/handoffs/:id/claim");
  expect(line).not.toContain(recipient.link.id);
});
