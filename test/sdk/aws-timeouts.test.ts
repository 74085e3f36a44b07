import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { parameterReader, roleAssumer, secretsManager, sesTransport } from "@secret-handoff/sdk";
import { rejectionOf } from "./error-of.ts";
import { aLetter } from "./letters.ts";
import { unending } from "./lifetimes.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { startScriptedServer } from "./scripted-server.ts";

/** A server that takes the request and never answers, or begins an answer and never goes on: the attempt ends, and is repeated. */

const server = await startScriptedServer();
const kept = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-west-1",
  });
});
afterAll(async () => {
  process.env = kept;
  await server.close();
});

const warn = console.warn;
const warnings: unknown[] = [];
beforeEach(() => {
  warnings.length = 0;
  console.warn = (...words: unknown[]) => warnings.push(words);
});
afterAll(() => {
  console.warn = warn;
});

const runtime = () => quickRuntime({ awsAnswerMs: 50 });
const role = {
  ...{ roleArn: "arn:aws:iam::123456789012:role/upload", duration: 3_600 },
  ...{ sessionName: "run-7", versionId: "this-step" },
};

describe.each<[string, () => Promise<unknown>]>([
  ["Secrets Manager", () => secretsManager({}, unending(), runtime()).read("prod/a")],
  ["Systems Manager", () => parameterReader(undefined, unending(), runtime())("/prod/a")],
  ["AWS STS", () => roleAssumer(undefined, unending(), runtime())(role)],
  ["Amazon SES", () => sesTransport({}, runtime()).send(aLetter(), unending())],
])("%s", (service, call) => {
  test.each(["hang", "stall"] as const)("that lets a request %s is asked again", async (silence) => {
    server.answer(silence);
    const { code, message } = await rejectionOf(call());
    expect([code, message]).toEqual([
      "aws_unavailable",
      expect.stringMatching(`^${service} did not take the request \\([A-Za-z]+\\), repeatedly\\. `),
    ]);
    expect(server.seen).toHaveLength(5);
    expect(warnings).toEqual([]);
  });
});

test("an answer after a silent attempt counts", async () => {
  const found = { ARN: "arn:x", Name: "prod/a", VersionId: "v-1", CreatedDate: 1_795_000_000 };
  server.answer("hang", { status: 200, json: { ...found, SecretString: "s3cret" } });
  const { value } = await secretsManager({}, unending(), runtime()).read("prod/a");
  expect([value.reveal(), server.seen.length]).toEqual(["s3cret", 2]);
});
