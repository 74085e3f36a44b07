import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  givenSecrets,
  parameterReader,
  parseGivenValues,
  parseParameters,
  roleAssumer,
  secretParts,
  subjectOf,
} from "@secret-handoff/sdk";
import { unending } from "./deadlines.ts";
import { errorOf, rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type Scripted, startScriptedServer } from "./scripted-server.ts";

const server = await startScriptedServer();
const kept = { ...process.env };
beforeAll(() => {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SSM: server.url,
    AWS_ENDPOINT_URL_STS: server.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_REGION: "eu-west-1",
  });
});
afterAll(async () => {
  process.env = kept;
  await server.close();
});

const sentenceOf = async (work: Promise<unknown>) => {
  const { code, message } = await rejectionOf(work);
  return `${code}: ${message}`;
};

describe("a parameter", () => {
  const ARN = "arn:aws:ssm:eu-west-1:111122223333:parameter/prod/a";
  const found = {
    ARN,
    Name: "/prod/a",
    Version: 7,
    LastModifiedDate: 1_795_000_000.5,
    Value: "s3cret",
  };
  const read = () => parameterReader("eu-west-1", unending(), quickRuntime())("/prod/a");
  const refusal = (type: string, message = "no"): Scripted => ({
    status: 400,
    json: { __type: type, message },
  });

  test("is read decrypted, with its version and time", async () => {
    server.answer(refusal("ThrottlingException"), { status: 200, json: { Parameter: found } });
    const { value, ...rest } = await read();
    expect(value.reveal()).toBe("s3cret");
    expect(rest).toEqual({
      arn: ARN,
      name: "/prod/a",
      versionId: "7@2026-11-18T11:06:40.500Z",
      versionCreatedAt: 1_795_000_000,
    });
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { Name: "/prod/a", WithDecryption: true },
      { Name: "/prod/a", WithDecryption: true },
    ]);
  });

  test("that was deleted and made again is another version, though its number is the same", async () => {
    const versionOf = async (LastModifiedDate: number) => {
      server.answer({ status: 200, json: { Parameter: { ...found, Version: 1, LastModifiedDate } } });
      return (await read()).versionId;
    };
    expect(await versionOf(1_795_000_000.25)).not.toBe(await versionOf(1_795_000_000.5));
  });

  test("and the next one go through one client", async () => {
    server.answer({ status: 200, json: { Parameter: found } });
    const reader = parameterReader("eu-west-1", unending(), quickRuntime());
    await reader("/prod/a");
    await reader("/prod/a");
    // A client of its own would have a connection of its own.
    expect(new Set(server.seen.map(({ port }) => port)).size).toBe(1);
  });

  test("that AWS refuses keeps AWS's own error as the cause", async () => {
    server.answer(refusal("ParameterNotFound", "not there"));
    expect((await rejectionOf(read())).cause).toMatchObject({ name: "ParameterNotFound" });
  });

  test.each<[string, Scripted, string]>([
    [
      "none",
      refusal("ParameterNotFound"),
      'secret_unknown: There is no parameter "/prod/a". Check parameters, the region and the account of the AWS role.',
    ],
  ])("%s is told", async (_, answer, sentence) => {
    server.answer(answer);
    expect(await sentenceOf(read())).toBe(sentence);
  });

  test("is named alone, by path, by ARN, or with an alias", () => {
    expect(parseParameters(`db\n\n A , /prod/a:3\n, ${ARN}\n`)).toEqual([
      { name: "db" },
      { name: "/prod/a:3", alias: "A" },
      { name: ARN },
    ]);
    expect(errorOf(() => parseParameters("ok\n/prod/*")).message).toBe(
      "Line 2 of parameters is not understood. Write a parameter's name, or ALIAS, name; one a line.",
    );
  });
});

describe("temporary credentials", () => {
  const ROLE = "arn:aws:iam::123456789012:role/vendor/upload";
  const assume = (sessionPolicy?: string) =>
    roleAssumer(
      "eu-west-1",
      unending(),
      quickRuntime(),
    )({
      roleArn: ROLE,
      duration: 3_600,
      sessionName: "run-7",
      versionId: "this-step",
      ...(sessionPolicy === undefined ? {} : { sessionPolicy }),
    });
  const refusal = (code: string, message = "no"): Scripted => ({
    status: 400,
    text: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
    headers: { "content-type": "text/xml" },
  });
  const granted: Scripted = {
    status: 200,
    text: `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>canary-key</SecretAccessKey><SessionToken>canary-token</SessionToken><Expiration>2026-11-21T15:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`,
    headers: { "content-type": "text/xml" },
  };

  test("come under the names that AWS tools read, with their end", async () => {
    server.answer(granted);
    const { value, ...rest } = await assume('{"Version":"2012-10-17","Statement":[]}');
    expect(JSON.parse(String(value.reveal()))).toEqual({
      AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "canary-key",
      AWS_SESSION_TOKEN: "canary-token",
    });
    expect(rest).toMatchObject({
      arn: `${ROLE}:this-step`,
      name: "upload",
      versionId: "this-step",
      endsAt: Date.parse("2026-11-21T15:00:00Z") / 1_000,
    });
    expect(Object.fromEntries(new URLSearchParams(server.seen[0]?.body))).toMatchObject({
      Action: "AssumeRole",
      RoleArn: ROLE,
      RoleSessionName: "run-7",
      DurationSeconds: "3600",
      Policy: '{"Version":"2012-10-17","Statement":[]}',
    });
  });

  test.each<[string, Scripted, string]>([
    [
      "a policy that is none",
      refusal("MalformedPolicyDocument", "Syntax errors in policy."),
      "input: role-session-policy is not a valid IAM policy (AWS says: Syntax errors in policy).",
    ],
  ])("%s is told", async (_, answer, sentence) => {
    server.answer(answer);
    expect(await sentenceOf(assume())).toBe(sentence);
  });
});

describe("values of earlier steps", () => {
  test("keep everything after the first equals sign", () => {
    const values = parseGivenValues("TOKEN=a=b \n\n  db.URL = x");
    expect(values.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ["TOKEN", "a=b "],
      ["db.URL", " x"],
    ]);
    expect(JSON.stringify(values)).not.toContain("a=b");
  });

  const given = (text: string, execution: string) =>
    givenSecrets(parseGivenValues(text), "acme/orders", execution, 1_795_000_000);

  test("belong to one execution of a step, and nothing is derived from the value", () => {
    const [secret] = given("TOKEN=canary", "step-1");
    expect(secret).toMatchObject({
      arn: "value:acme/orders:TOKEN:step-1",
      label: "TOKEN",
      versionId: "step-1",
      versionCreatedAt: 1_795_000_000,
    });
    const about = (text: string, execution: string) => subjectOf(given(text, execution));
    for (const more of ["", "\nOTHER=x"]) {
      expect(about(`TOKEN=other${more}`, "step-1")).toEqual(about(`TOKEN=canary${more}`, "step-1"));
      expect(about(`TOKEN=canary${more}`, "step-2").secret).not.toBe(
        about(`TOKEN=canary${more}`, "step-1").secret,
      );
    }
  });

  test("fit into what the service takes of a subject, however long their names", () => {
    const place = `${"o".repeat(39)}/${"r".repeat(100)}`;
    const [secret] = givenSecrets(parseGivenValues(`${"N".repeat(100)}=x`), place, randomUUID(), 1);
    expect(secret?.arn.length).toBeLessThan(2_048);
    expect(secret?.versionId.length).toBeLessThanOrEqual(64);
  });

  test.each([
    ["each value", "TOKEN=a=b \n\nURL=x", ["a=b ", "x"]],
    [
      "a line that is not understood, too",
      "canary-one\nA B=canary=2",
      ["canary-one", "A B=canary=2", "canary=2"],
    ],
    ["every line where one of them is not", "KEY=-----BEGIN\ncanary/+\ncanary==", ["canary/+", "canary=="]],
  ])("are masked before they are judged: %s", (_, text, parts) => {
    expect(secretParts(text)).toEqual(expect.arrayContaining(parts));
  });

  test.each([["canary"], ["=canary"], ["A B=canary"], ["OK=1\nTOKEN="]])(
    "refuse %j and do not repeat it",
    (text) => {
      const { message } = errorOf(() => parseGivenValues(text));
      expect(message).toMatch(
        /^Line \d of values is not understood, or its value is empty\. Write NAME=value, one a line\.$/,
      );
    },
  );

  test("refuse the same name twice", () => {
    expect(errorOf(() => parseGivenValues("A=1\nA=2")).message).toBe(
      "values gives the same name twice. Name each value once.",
    );
  });
});
