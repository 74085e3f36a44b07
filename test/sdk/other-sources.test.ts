import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { afterAll, describe, expect, test } from "@jest/globals";
import {
  givenSecrets,
  machineOf,
  parameterStore,
  parseGivenValues,
  parseOtherSecrets,
  parseParameters,
  readParameters,
  roleAssumer,
  SenderError,
  secretParts,
  storeReader,
  subjectOf,
} from "@secret-handoff/sdk";
import { useAwsEnvironment } from "../support/aws-environment.ts";
import { unending } from "./deadlines.ts";
import { errorOf, rejectionOf } from "./error-of.ts";
import { quickRuntime } from "./quick-runtime.ts";
import { type Scripted, startScriptedServer } from "./scripted-server.ts";

const server = await startScriptedServer();
useAwsEnvironment(() => ({
  AWS_ENDPOINT_URL_SSM: server.url,
  AWS_ENDPOINT_URL_STS: server.url,
  AWS_REGION: "eu-west-1",
}));
afterAll(() => server.close());

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
  const store = () => parameterStore("eu-west-1", unending(), quickRuntime());
  const read = () => store().read("/prod/a");
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
    const { read } = store();
    await read("/prod/a");
    await read("/prod/a");
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
      'secret_unknown: There is no parameter "/prod/a". Check parameters, the region and the account of the AWS credentials.',
    ],
  ])("%s is told", async (_, answer, sentence) => {
    server.answer(answer);
    expect(await sentenceOf(read())).toBe(sentence);
  });

  test("named by its ARN is read in its own region", async () => {
    server.answer({ status: 200, json: { Parameter: found } });
    await store().read(ARN.replace("eu-west-1", "eu-central-1"));
    expect(server.seen.at(-1)?.headers.authorization).toContain("/eu-central-1/ssm/");
  });

  test("of version 0 is a version like any other: falsy is not missing", async () => {
    server.answer({ status: 200, json: { Parameter: { ...found, Version: 0 } } });
    expect((await read()).versionId).toBe("0@2026-11-18T11:06:40.500Z");
  });
});

describe("parameters under a path", () => {
  const parameter = (Name: string) => ({
    ...{ ARN: `arn:aws:ssm:eu-west-1:111122223333:parameter${Name}`, Name, Value: `value of ${Name}` },
    ...{ Version: 1, LastModifiedDate: 1_795_000_000 },
  });
  const read = (text: string) =>
    readParameters(parseParameters(text), parameterStore("eu-west-1", unending(), quickRuntime()));

  test("are read decrypted at any depth, page by page, in the order of their names", async () => {
    server.answer(
      {
        status: 200,
        json: { Parameters: [parameter("/prod/b"), parameter("/prod/c/d")], NextToken: "more" },
      },
      { status: 200, json: { Parameters: [parameter("/prod/a")] } },
    );
    const { secrets, errors } = await read("/prod/*");
    expect([secrets.map(({ label }) => label), errors]).toEqual([["/prod/a", "/prod/b", "/prod/c/d"], []]);
    expect(server.seen.map(({ body }) => JSON.parse(body))).toEqual([
      { Path: "/prod", Recursive: true, WithDecryption: true, MaxResults: 10 },
      { Path: "/prod", Recursive: true, WithDecryption: true, MaxResults: 10, NextToken: "more" },
    ]);
  });

  test("go once where a line names one of them as well", async () => {
    // Both requests are under way at once, so one answer fits both.
    const json = { Parameter: parameter("/prod/a"), Parameters: [parameter("/prod/a")] };
    server.answer({ status: 200, json });
    const { secrets } = await read("KEY, /prod/a\n/prod/*");
    expect(secrets.map(({ label }) => label)).toEqual(["KEY"]);
  });

  test("that are none are a mistake", async () => {
    server.answer({ status: 200, json: { Parameters: [] } });
    expect((await read("/prod/*")).errors.map(({ message }) => message)).toEqual([
      'There is no parameter under "/prod/". Check parameters, the region and the account.',
    ]);
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

  test("of several lines stand between NAME<<EOF and EOF, as in GITHUB_OUTPUT", () => {
    const values = parseGivenValues(
      "A=1\r\nKEY<<EOF\r\n-----BEGIN\r\n\r\nB=2==\r\nEOF\r\nC<<X=Y\n z\nX=Y\nD=a<<b",
    );
    expect(values.map(({ name, value }) => [name, value.reveal()])).toEqual([
      ["A", "1"],
      ["KEY", "-----BEGIN\r\n\r\nB=2=="],
      ["C", " z"],
      ["D", "a<<b"],
    ]);
  });

  test.each([
    ["each value", "TOKEN=a=b \n\nURL=x", ["a=b ", "x"]],
    ["a value of several lines", "KEY<<EOF\ncanary-1\ncanary-2\nEOF", ["canary-1\ncanary-2"]],
    ["its line ends as well", "KEY<<EOF\r\ncanary-1\r\n\ncanary-2\r\nEOF\r\n", ["canary-1\r\n\ncanary-2"]],
    [
      "a line that is not understood, too",
      "canary-one\nA B=canary=2",
      ["canary-one", "A B=canary=2", "canary=2"],
    ],
    ["every line where one of them is not", "KEY=-----BEGIN\ncanary/+\ncanary==", ["canary/+", "canary=="]],
    ["the end of base64", "KEY=canary\ncanaryEnd==", ["canary", "canaryEnd=="]],
    ["a value that does not end", "KEY<<EOF\ncanary-1", ["canary-1"]],
  ])("are masked before they are judged: %s", (_, text, parts) => {
    expect(secretParts(text)).toEqual(expect.arrayContaining(parts));
  });

  const several = "For a value of several lines write NAME<<EOF, the lines, and EOF on a line of its own.";
  test.each([
    [
      "canary",
      `Line 1 of values is neither NAME=value nor a piece of a value that NAME<<EOF began. ${several}`,
    ],
    [
      "=canary",
      `Line 1 of values is neither NAME=value nor a piece of a value that NAME<<EOF began. ${several}`,
    ],
    [
      "A B=canary",
      `Line 1 of values is neither NAME=value nor a piece of a value that NAME<<EOF began. ${several}`,
    ],
    ["TOKEN=", "Line 1 of values can be read in two ways: a name whose value is empty or begins with ="],
    ["OK=1\nTOKEN= \n", "can be read in two ways"],
    ["TOKEN<<EOF\nEOF", "Line 1 of values has an empty value. Drop it, or give it one."],
    ["TOKEN<<EOF\ncanary\n EOF", `Line 1 of values begins a value that does not end. ${several}`],
    ["TOKEN<<\ncanary", `Line 1 of values begins a value that does not end. ${several}`],
  ])("refuse %j and do not repeat it", (text, sentence) => {
    const { message } = errorOf(() => parseGivenValues(text));
    expect(message).toContain(sentence);
    expect(message).not.toContain("canary");
  });

  test.each(["canaryEnd==", "canaryEnd=", "canary/End==", "canary+End", "-----END KEY-----"])(
    "never guess: a second line of a key, %s, is refused and becomes no name",
    (end) => {
      const { message } = errorOf(() => parseGivenValues(`KEY=canaryBegin\n${end}`));
      expect(message).toMatch(/^Line 2 of values .+NAME<<EOF, the lines, and EOF on a line of its own\.$/);
      expect(message).not.toContain("canary");
    },
  );

  test.each([
    "canaryVhbHVlLTEyMw==",
    "canaryVhbHVlLTEyMw=",
    "canaryZXI======",
    " canaryVhbHVlLTEyMw== \r",
    "canary1==,canary2==",
    "canary1== canary2==",
    "https://vendor.example/canary?token=canary",
    "postgres://user:canary@db.example/orders?sslmode=require",
    "otpauth://totp/canary?secret=canary",
    "-----BEGIN PRIVATE KEY-----\ncanary==\n-----END PRIVATE KEY-----",
    "canary-abc_def",
    "eyJhbGciOiJSUzI1NiJ9.canary=canary",
    "ghp_canary0a1B2c3D4e5F6g7H8i9J=x",
    "canary0a1B2c3D4e5F6g7H8i9J<<EOF\nx\nEOF",
  ])("never take a secret without a name for a name: %j is refused, and masked", (text) => {
    for (const input of ["values", "values-file"] as const) {
      const { message } = errorOf(() => parseGivenValues(text, input));
      expect(message).toMatch(new RegExp(`^Line 1 of ${input} .*[wW]rite NAME`));
      expect(message).not.toContain("canary");
    }
    const masked = secretParts(text);
    for (const line of text.split(/\r?\n/).filter((line) => line.includes("canary")))
      expect(masked.some((part) => part.includes(line.trim()))).toBe(true);
  });

  test.each([
    "PRODUCTION_DATABASE_READONLY_CONNECTION_STRING",
    "S3BucketV2Region1Token",
    "global-api-token",
    "oauth2.Client4Key",
  ])("may have the name %s", (name) => expect(parseGivenValues(`${name}=x`)).toMatchObject([{ name }]));

  test("refuse the same name twice, with both lines", () => {
    expect(errorOf(() => parseGivenValues("A=1\n\nA=2")).message).toBe(
      "Lines 1 and 3 of values give the same name. Name each value once.",
    );
  });
});

describe("what another store answers is checked where it is read", () => {
  const TOKEN = "opaque-token";
  const reading = (address: string, answer: string, token = TOKEN) => {
    const runtime = quickRuntime({ fetch: async () => new Response(answer) });
    const env = {
      ...{ VAULT_ADDR: "https://vault.example", VAULT_TOKEN: token },
      ...{ OP_CONNECT_HOST: "https://op.example", OP_CONNECT_TOKEN: token },
    };
    const run = async () => JSON.stringify({ accessToken: token });
    const context = { env, runtime, deadline: unending(), run, readFile: () => "", onToken: () => {} };
    const [selector] = parseOtherSecrets(address);
    if (!selector) throw new Error("no selector");
    return storeReader({}, "execution", { ...context, idToken: async () => token })(selector.secret);
  };
  const VAULT = "vault://secret/data/a";
  const kv = (version: string, data = '{"k":"v"}') =>
    `{"data":{"data":${data},"metadata":{"version":${version},"created_time":"2026-11-01T00:00:00Z"}}}`;
  const lease = (duration: string) => `{"lease_id":"l","lease_duration":${duration},"data":{"k":"v"}}`;
  const OP = `op://${"v".repeat(26)}/${"i".repeat(26)}`;
  const item = (version: string) =>
    `{"title":"T","version":${version},"updatedAt":"2026-11-01T00:00:00Z","fields":[{"id":"p","value":"x"}]}`;
  const azure = (attributes: string) =>
    `{"value":"v","id":"https://a.vault.azure.net/secrets/s/${"0".repeat(32)}","attributes":${attributes}}`;

  test.each([
    ["a lease that no date can hold", VAULT, lease("1e300")],
    ["a version below one", VAULT, kv("-1")],
    ["half a version", VAULT, kv("1.5")],
    ["a version that is no exact number", OP, item("1e300")],
    ["a time that no date can hold", "azure://a/s", azure('{"created":1e300}')],
  ])("%s is none", async (_, address, answer) => {
    const { code } = await rejectionOf(reading(address, answer));
    expect(code).toBe("secret_unreadable");
  });

  test("times are whole seconds", async () => {
    const { endsAt = 0.5 } = await reading(VAULT, lease("7200.5"));
    expect(Number.isInteger(endsAt)).toBe(true);
    const attributes = '{"created":1795000000.5,"exp":1e300}';
    const { versionCreatedAt, ...rest } = await reading("azure://a/s", azure(attributes));
    expect([versionCreatedAt, rest.endsAt]).toEqual([1_795_000_000, undefined]);
  });

  test("of two members of one name the value is of the same as its version", async () => {
    const first = kv("3", '{"k":"old"}').slice(0, -1);
    const { value, versionId } = await reading(VAULT, `${first},${kv("4", '{"k":"new"}').slice(1)}`);
    expect([value.reveal(), versionId.slice(0, 2)]).toEqual(['{"k":"new"}', "4@"]);
  });

  test.each([VAULT, OP, "azure://a/s"])(
    "a token with a line end in it is told as that: %s",
    async (address) => {
      const { code, message, cause } = await rejectionOf(reading(address, "{}", "opaque\ntoken"));
      expect([code, cause]).toEqual(["store_login", undefined]);
      expect(message).toMatch(/holds a character that no request can carry, such as a line end/);
    },
  );
});

describe("a program that gives a secret or a login", () => {
  const node = (script: string, hard = new AbortController()) => {
    const deadline = { soft: hard.signal, hard: hard.signal };
    return { hard, printed: machineOf(process.env, deadline).run(process.execPath, ["-e", script]) };
  };

  test("ends when the step does, and is not told as a login that failed", async () => {
    const { hard, printed } = node("setInterval(() => {}, 1000)");
    hard.abort(new SenderError("deadline", "The step reached its timeout."));
    expect((await rejectionOf(printed)).code).toBe("deadline");
  });

  test("that fails has an error without what it printed", async () => {
    const { printed } = node("console.log('s3cret'); console.error('said'); process.exitCode = 3;");
    const error: unknown = await printed.catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 3, stderr: "said\n" });
    expect(
      inspect(error, { depth: 9, showHidden: true }).replaceAll("console.log('s3cret')", ""),
    ).not.toContain("s3cret");
  });

  test("is not waited for where it asks, nor read without end", async () => {
    expect(await node("process.stdin.on('end', () => console.log('asked')).resume()").printed).toBe(
      "asked\n",
    );
    const { code, cause } = await rejectionOf(node("process.stdout.write('s3cret'.repeat(1e6))").printed);
    expect([code, cause]).toEqual(["store_refused", undefined]);
  });
});
