import { afterAll, expect, test } from "@jest/globals";
import { secretsManager } from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { unending } from "./deadlines.ts";
import { rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type Scripted, startScriptedServer } from "./scripted-server.ts";

const server = await startScriptedServer();
useAwsEnvironment(() => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: server.url }));
afterAll(() => server.close());

const ARN = "arn:aws:secretsmanager:eu-central-1:111122223333:secret:prod/a-AbCdEf";
const found = { ARN, Name: "prod/a", VersionId: "v-1", CreatedDate: 1_795_000_000.75 };
const refusal = (type: string, message = "no"): Scripted => ({
  status: 400,
  json: { __type: type, message },
});
const source = (region: string | undefined = "eu-west-1") =>
  secretsManager({ region }, unending(), quickRuntime());
const read = (id = "prod/a") => source().read(id);

test("the current version comes with its ARN, id and time of creation", async () => {
  server.answer({ status: 200, json: { ...found, SecretString: "s3cret" } });
  const { value, ...rest } = await read();
  expect(value.reveal()).toBe("s3cret");
  expect(rest).toEqual({ arn: ARN, name: "prod/a", versionId: "v-1", versionCreatedAt: 1_795_000_000 });
  const [request] = server.seen;
  expect(request?.headers["x-amz-target"]).toBe("secretsmanager.GetSecretValue");
  expect(JSON.parse(request?.body ?? "")).toEqual({ SecretId: "prod/a" });
});

test("a binary secret comes as bytes", async () => {
  server.answer({ status: 200, json: { ...found, SecretBinary: Buffer.from([0, 255]).toString("base64") } });
  expect([...Buffer.from((await read()).value.reveal())]).toEqual([0, 255]);
});

test("an empty text is a value", async () => {
  server.answer({ status: 200, json: { ...found, SecretString: "" } });
  expect((await read()).value.reveal()).toBe("");
});

test("an ARN is read in its own region", async () => {
  server.answer({ status: 200, json: { ...found, SecretString: "s" } });
  await read(ARN);
  expect(server.seen[0]?.headers.authorization).toContain("/eu-central-1/secretsmanager/");
});

test("a prefix is listed page by page, without what only holds it as a word", async () => {
  server.answer(
    { status: 200, json: { SecretList: [{ Name: "prod/a" }, { Name: "old prod/x" }], NextToken: "n" } },
    { status: 200, json: { SecretList: [{ Name: "prod/b" }] } },
  );
  expect(await source().namesWithPrefix("prod/", 100)).toEqual(["prod/a", "prod/b"]);
  expect(server.seen.map(({ body }) => JSON.parse(body).NextToken)).toEqual([undefined, "n"]);
});

test("listing ends once there are more than wanted", async () => {
  const page = (from: number) => ({
    status: 200,
    json: { SecretList: [0, 1, 2].map((n) => ({ Name: `prod/${from + n}` })), NextToken: "n" },
  });
  server.answer(page(0), page(3), page(6));
  expect(await source().namesWithPrefix("prod/", 4)).toHaveLength(5);
  expect(server.seen).toHaveLength(2);
});

test("throttling passes", async () => {
  server.answer(
    refusal("ThrottlingException"),
    { status: 500 },
    {
      status: 200,
      json: { ...found, SecretString: "s" },
    },
  );
  await read();
  expect(server.seen).toHaveLength(3);
});

test.each([
  [
    "an unknown secret",
    refusal("ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
    'secret_unknown: There is no secret "prod/a". Check secret-ids, the region and the account of the AWS credentials.',
  ],
  [
    "a secret without a value",
    refusal(
      "ResourceNotFoundException",
      "can't find the specified secret value for staging label: AWSCURRENT",
    ),
    'secret_unreadable: Secret "prod/a" has no value. Put one into it first.',
  ],
  [
    "a secret that holds nothing",
    { status: 200, json: found },
    'secret_unreadable: Secret "prod/a" has no value. Put one into it first.',
  ],
  [
    "a disabled key",
    refusal("DecryptionFailure"),
    'secret_unreadable: Secret "prod/a" cannot be decrypted. Check that its KMS key is enabled.',
  ],
])("Secrets Manager answers with %s", async (_, answer, expected) => {
  server.answer(answer);
  const { code, message } = await rejectionOf(read());
  expect(`${code}: ${message}`).toBe(expected);
});
