import "../support/one-realm.ts";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parameterStore, roleAssumer, secretsManager, sesTransport } from "@secret-handoff/sdk";
import { unending } from "./deadlines.ts";
import { anEmail } from "./emails.ts";
import { rejectionOf } from "./error-of.ts";
import { type QuickRuntime, quickRuntime } from "./quick-runtime.ts";
import { type ScriptedServer, startScriptedServer } from "./scripted-server.ts";

/** A server that takes the request and never answers, or begins an answer and never goes on: the attempt ends, and is repeated. */

/** One for each test: what a busy machine reads late, of a request that has ended, is none of the next test's. */
let server: ScriptedServer;
const kept = { env: process.env, warn: console.warn };
const warnings: unknown[] = [];
beforeEach(async () => {
  server = await startScriptedServer();
  process.env = {
    ...kept.env,
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-west-1",
  };
  warnings.length = 0;
  console.warn = (...words: unknown[]) => warnings.push(words);
});
afterEach(async () => {
  process.env = kept.env;
  console.warn = kept.warn;
  await server.close();
});

const quick = () => quickRuntime({ awsAnswerMs: 100 });
const role = {
  ...{ roleArn: "arn:aws:iam::123456789012:role/upload", duration: 3_600 },
  ...{ sessionName: "run-7", versionId: "this-step" },
};

describe.each<[string, (runtime: QuickRuntime) => Promise<unknown>]>([
  ["Secrets Manager", (runtime) => secretsManager({}, unending(), runtime).read("prod/a")],
  ["Systems Manager", (runtime) => parameterStore(undefined, unending(), runtime).read("/prod/a")],
  ["AWS STS", (runtime) => roleAssumer(undefined, unending(), runtime)(role)],
])("%s", (service, call) => {
  test.each(["hang", "stall"] as const)("that lets a request %s is asked again", async (silence) => {
    server.answer(silence);
    const runtime = quick();
    const { code, message } = await rejectionOf(call(runtime));
    expect([code, message]).toEqual([
      "aws_unavailable",
      `${service} cannot be reached: it did not answer in time (${silence === "hang" ? "ETIMEDOUT" : "TimeoutError"}). Check region, and whether a firewall drops this machine's connections.`,
    ]);
    // On a busy machine an attempt may end before the server has read it.
    expect(server.seen.length).toBeGreaterThan(0);
    expect([runtime.waits, warnings]).toEqual([[250, 500, 1_000, 2_000], []]);
  });
});

test.each(["hang", "stall", "drop"] as const)(
  "a mail whose answer SES lets %s is not sent twice",
  async (end) => {
    server.answer(end);
    const runtime = quick();
    const { code, message } = await rejectionOf(sesTransport({}, runtime).send(anEmail(), unending()));
    expect([code, message]).toEqual([
      "mail_unknown",
      "Amazon SES was given the mail and did not answer: whether it goes out is not known, so it is not sent twice. Run again for this recipient.",
    ]);
    expect(runtime.waits).toEqual([]);
  },
);

test("an answer after a silent attempt counts", async () => {
  const found = { ARN: "arn:x", Name: "prod/a", VersionId: "v-1", CreatedDate: 1_795_000_000 };
  server.answer("hang", { status: 200, json: { ...found, SecretString: "s3cret" } });
  const runtime = quick();
  const { value } = await secretsManager({}, unending(), runtime).read("prod/a");
  expect(value.reveal()).toBe("s3cret");
  expect(runtime.waits.length).toBeGreaterThan(0);
});
