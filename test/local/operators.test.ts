import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type LocalOperator, type LocalStack, startLocalStack } from "@secret-handoff/local";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";

const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
const logged: string[] = [];
let stack: LocalStack;
let auditor: LocalOperator;

beforeAll(async () => {
  stack = await startLocalStack({ page: PAGE, log: (line) => logged.push(JSON.stringify(line)) });
  const found = stack.operators.find(({ name }) => name === "auditor");
  if (!found) throw new Error("there is no auditor");
  auditor = found;
});
afterAll(() => stack.close());

type Call = {
  readonly method?: string;
  readonly path?: string;
  readonly body?: string;
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly service?: string;
  readonly at?: Date;
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes the request after it was signed. */
  readonly forge?: { readonly path?: string; readonly body?: string };
};

/** Signs as the SDKs and the AWS CLI do. */
async function call({
  method = "GET",
  path = "/iam/v1/sender/policy",
  body,
  credentials = auditor,
  service = "execute-api",
  at = new Date(),
  headers = {},
  forge = {},
}: Call = {}) {
  const url = new URL(path, stack.url);
  const signer = new SignatureV4({
    credentials,
    service,
    region: "eu-central-1",
    sha256: Hash.bind(null, "sha256"),
  });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { host: url.host, ...headers },
      ...(body === undefined ? {} : { body }),
    },
    { signingDate: at },
  );
  const { host: _, ...sent } = signed.headers;
  const sentBody = forge.body ?? body;
  const response = await fetch(new URL(forge.path ?? path, stack.url), {
    method,
    headers: sent,
    ...(sentBody === undefined ? {} : { body: sentBody }),
  });
  return { status: response.status, body: await response.json() };
}

test("there is somebody for each thing that an operator does, with keys of this start", async () => {
  expect(stack.operators.map(({ name, may, roles }) => [name, may, roles])).toEqual([
    ["security-lead", ["approve"], ["security"]],
    ["manager", ["approve"], ["manager"]],
    ["team-lead", ["approve"], ["team lead"]],
    ["auditor", ["audit"], []],
    ["incident-responder", ["revoke", "erase"], []],
    ["sender", ["send", "check", "revoke"], []],
  ]);
  for (const { principal, accessKeyId, secretAccessKey } of stack.operators) {
    expect(principal).toMatch(/^arn:aws:iam::\d{12}:user\/[\w-]+$/);
    expect(accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(secretAccessKey).toHaveLength(40);
  }
  const keys = new Set(stack.operators.map(({ secretAccessKey }) => secretAccessKey));
  expect(keys.size).toBe(stack.operators.length);
});

test("a signed call reaches the service as the principal whose key signed it", async () => {
  expect((await call()).status).toBe(200);
  await stack.service.drained();
  await call({ path: "/iam/v1/sender/events?since=0&until=1" });
  const { body } = await call({ path: "/iam/v1/sender/events" });
  const viewed = body.events.filter(({ type }: { readonly type: string }) => type === "audit_viewed");
  expect(viewed[0]?.actor).toEqual({ kind: "iam", principal: auditor.principal });
});

test("a body, and headers that SDKs sign too, are part of what is signed", async () => {
  const headers = { "content-type": "application/json", "user-agent": "aws-cli/2" };
  const credentials = stack.operators.find(({ name }) => name === "sender");
  const create = { method: "POST", path: "/iam/v1/sender/handoffs", body: "{}", headers };
  expect((await call({ ...create, ...(credentials ? { credentials } : {}) })).status).toBe(400);
});

test("an operator does what the list gives it, and is told what it lacks", async () => {
  const headers = { "content-type": "application/json" };
  const answer = await call({ method: "POST", path: "/iam/v1/sender/handoffs", body: "{}", headers });
  expect(answer).toMatchObject({
    status: 403,
    body: {
      code: "not_allowed",
      detail: "This call needs the right send. The operators list gives this caller audit.",
    },
  });
});

describe("is refused as API Gateway refuses it, and the log says why:", () => {
  const cases: readonly (readonly [string, () => Call, string])[] = [
    [
      "the key of another stack",
      () => ({ credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "x" } }),
      "the access key is not one of this stack's operators",
    ],
    [
      "a wrong secret key",
      () => ({ credentials: { ...auditor, secretAccessKey: "x".repeat(40) } }),
      "the signature does not match the request",
    ],
    [
      "another path than the one signed",
      () => ({ forge: { path: "/iam/v1/sender/handoffs" } }),
      "the signature does not match the request",
    ],
    [
      "another query than the one signed",
      () => ({ forge: { path: "/iam/v1/sender/policy?x=1" } }),
      "the signature does not match the request",
    ],
    [
      "another body than the one signed",
      () => ({ method: "POST", body: "{}", forge: { body: "[]" } }),
      "x-amz-content-sha256 is not the hash of the body",
    ],
    [
      "a signature of six minutes ago",
      () => ({ at: new Date(Date.now() - 360_000) }),
      "the signature is not of the last five minutes",
    ],
    [
      "a signature for another service",
      () => ({ service: "dynamodb" }),
      "there is no signature of version 4 for execute-api",
    ],
  ];
  test.each(cases)("%s", async (_, made, why) => {
    logged.length = 0;
    expect(await call(made())).toEqual({ status: 403, body: { message: "Forbidden" } });
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      { level: "info", what: "signature_refused", refused: why },
    ]);
  });

  test("no signature at all", async () => {
    const response = await fetch(`${stack.url}/iam/v1/sender/policy`);
    expect([response.status, await response.json()]).toEqual([403, { message: "Forbidden" }]);
  });
});
