import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { AuditEvent } from "@secret-handoff/protocol/api";
import { publishTo } from "../../packages/lambda/src/events/publish.ts";
import { callOptions, LONGEST_CALL_MS, RESERVE_MS } from "../../packages/lambda/src/handlers/aws-calls.ts";

const SOURCES = new URL("../../packages/lambda/src/", import.meta.url);

const EVENT: AuditEvent = {
  v: 1,
  id: "ABEiM0RVZneImaq7zN3u_w/1",
  type: "reported",
  time: "2026-11-21T07:12:00Z",
  actor: { kind: "recipient" },
  outcome: "done",
};

let asked = 0;
const silent = createServer(() => {
  asked += 1;
});
const stalling = createServer((_, response) => {
  asked += 1;
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1", "content-length": "99" });
  response.write("{");
});

beforeAll(async () => {
  for (const server of [silent, stalling]) {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  }
});
afterAll(() => {
  for (const server of [silent, stalling]) {
    server.closeAllConnections();
    server.close();
  }
});

test.each([
  ["takes a request and never answers", silent],
  ["begins an answer and never ends it", stalling],
])("a bus that %s is given up after three tries", async (_, server) => {
  asked = 0;
  const { port } = server.address() as AddressInfo;
  const client = new EventBridgeClient({
    ...callOptions({ answerMs: 100 }),
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-west-1",
    credentials: { accessKeyId: "none", secretAccessKey: "none" },
  });
  await expect(publishTo("handoffs", () => {}, client)([EVENT])).rejects.toThrow();
  expect(asked).toBe(3);
  client.destroy();
});

test("a call that hangs, and the one that puts its item off, end in the time that background functions keep", () => {
  const { maxAttempts, requestHandler } = callOptions();
  expect(maxAttempts * requestHandler.requestTimeout).toBeLessThan(LONGEST_CALL_MS);
  expect(2 * LONGEST_CALL_MS).toBeLessThan(RESERVE_MS);
  expect(requestHandler.throwOnRequestTimeout).toBe(true);
});

test("every client of AWS that a function makes gives up calls that hang", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) =>
    name.endsWith(".ts"),
  );
  const made = files.flatMap((name) => {
    const text = readFileSync(new URL(name, SOURCES), "utf8");
    const calls = [...text.matchAll(/(?:new \w+Client|createClient)\((.{0,15})/g)];
    return calls.map(([call, options = ""]) => ({ name, call, options }));
  });
  const own = made.filter(
    ({ name, call }) => name !== "store/client.ts" && !call.startsWith("createClient(config"),
  );
  expect(own.length).toBeGreaterThanOrEqual(8);
  expect(own.filter(({ options }) => !options.startsWith("callOptions("))).toEqual([]);
});
