import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import {
  type RotationBehaviour,
  type SecretsManagerEndpoint,
  startSecretsManager,
} from "@secret-handoff/local";

const DAY = 86_400;
const clock = { now: 1_800_000_000 };
let endpoint: SecretsManagerEndpoint;
let client: SecretsManagerClient;

beforeEach(async () => {
  endpoint = await startSecretsManager({ clock: () => clock.now });
  client = new SecretsManagerClient({
    endpoint: endpoint.url,
    region: "eu-west-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
});
afterEach(() => endpoint.close());

const get = (SecretId: string, more: { VersionId?: string; VersionStage?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));
const describeSecret = (SecretId: string) => client.send(new DescribeSecretCommand({ SecretId }));
const rotate = (SecretId: string, ClientRequestToken?: string) =>
  client.send(new RotateSecretCommand({ SecretId, ...(ClientRequestToken ? { ClientRequestToken } : {}) }));

describe("reading", () => {
  test("by name, ARN and ARN without its suffix, with the version's id and creation time", async () => {
    const { arn } = endpoint.secrets.put("prod/orders/api", "value", { createdAt: clock.now - DAY });
    expect(arn).toMatch(/^arn:aws:secretsmanager:eu-west-1:\d{12}:secret:prod\/orders\/api-[A-Za-z0-9]{6}$/);
    for (const id of ["prod/orders/api", arn, arn.slice(0, -7)]) {
      expect(await get(id)).toMatchObject({
        ARN: arn,
        Name: "prod/orders/api",
        SecretString: "value",
        VersionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        VersionStages: ["AWSCURRENT"],
        CreatedDate: new Date((clock.now - DAY) * 1_000),
      });
    }
  });

  test("binary secrets come as bytes", async () => {
    endpoint.secrets.put("binary", Uint8Array.of(0, 255, 10));
    const { SecretBinary, SecretString } = await get("binary");
    expect([...(SecretBinary ?? []), SecretString]).toEqual([0, 255, 10, undefined]);
  });

  test("an older version by its id and by AWSPREVIOUS", async () => {
    endpoint.secrets.put("s", "old");
    const { VersionId = "" } = await get("s");
    endpoint.secrets.put("s", "new");
    expect((await get("s")).SecretString).toBe("new");
    expect((await get("s", { VersionId })).SecretString).toBe("old");
    expect((await get("s", { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("old");
  });

  test("several at once, errors beside what could be read", async () => {
    endpoint.secrets.put("a", "1");
    const answer = await client.send(new BatchGetSecretValueCommand({ SecretIdList: ["a", "b"] }));
    expect(answer.SecretValues?.map(({ SecretString }) => SecretString)).toEqual(["1"]);
    expect(answer.Errors).toMatchObject([{ SecretId: "b", ErrorCode: "ResourceNotFoundException" }]);
  });

  test("tests can count what was asked", async () => {
    endpoint.secrets.put("a", "1");
    await get("a");
    expect(endpoint.requests).toEqual([{ operation: "GetSecretValue", secretId: "a" }]);
  });
});

describe("listing", () => {
  test("pages through the names that begin with a prefix", async () => {
    for (let n = 0; n < 7; n += 1) endpoint.secrets.put(`prod/${n}`, "x");
    endpoint.secrets.put("Prod/upper", "x");
    endpoint.secrets.put("my/prod/inner", "x");
    const names: (string | undefined)[] = [];
    let NextToken: string | undefined;
    do {
      const page = await client.send(
        new ListSecretsCommand({
          Filters: [{ Key: "name", Values: ["prod/"] }],
          MaxResults: 3,
          SortOrder: "asc",
          NextToken,
        }),
      );
      names.push(...(page.SecretList ?? []).map(({ Name }) => Name));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `prod/${n}`));
  });

  test("an exclamation mark turns a value round", async () => {
    endpoint.secrets.put("prod/a", "x");
    endpoint.secrets.put("prod/b", "x");
    const Filters = [{ Key: "name" as const, Values: ["prod/", "!prod/b"] }];
    const { SecretList } = await client.send(new ListSecretsCommand({ Filters }));
    expect(SecretList?.map(({ Name }) => Name)).toEqual(["prod/a"]);
  });

  test("a token of somebody else is refused", async () => {
    await expect(client.send(new ListSecretsCommand({ NextToken: "x" }))).rejects.toMatchObject({
      name: "InvalidNextTokenException",
    });
  });
});

describe("writing", () => {
  const put = (SecretString: string, ClientRequestToken?: string) =>
    client.send(
      new PutSecretValueCommand({
        SecretId: "s",
        SecretString,
        ...(ClientRequestToken ? { ClientRequestToken } : {}),
      }),
    );

  test("a new value becomes AWSCURRENT, the one before AWSPREVIOUS", async () => {
    const created = await client.send(new CreateSecretCommand({ Name: "s", SecretString: "1" }));
    const second = await put("2");
    expect((await describeSecret("s")).VersionIdsToStages).toEqual({
      [created.VersionId ?? ""]: ["AWSPREVIOUS"],
      [second.VersionId ?? ""]: ["AWSCURRENT"],
    });
  });

  test("the same token and value change nothing, another value under it is refused", async () => {
    endpoint.secrets.put("s", "1");
    const token = "11111111-2222-4333-8444-555555555555";
    const first = await put("2", token);
    await put("3");
    expect(await put("2", token)).toMatchObject({ VersionId: first.VersionId });
    expect((await get("s")).SecretString).toBe("3");
    await expect(put("4", token)).rejects.toMatchObject({ name: "ResourceExistsException" });
  });

  test("a name is taken once and must be a name", async () => {
    const create = (Name: string) => client.send(new CreateSecretCommand({ Name, SecretString: "1" }));
    await create("s");
    await expect(create("s")).rejects.toMatchObject({ name: "ResourceExistsException" });
    await expect(create("two words")).rejects.toMatchObject({ name: "ValidationException" });
  });
});

describe("rotation", () => {
  const stages = async () => Object.values((await describeSecret("s")).VersionIdsToStages ?? {});
  const configure = (rotation: RotationBehaviour) =>
    endpoint.secrets.put("s", `{"user":"orders","password":"old"}`, { rotation });

  test("a fast one is over when RotateSecret answers, and changes only the password", async () => {
    configure({ kind: "fast" });
    const { VersionId } = await rotate("s");
    const now = await get("s");
    expect(now.VersionId).toBe(VersionId);
    expect(JSON.parse(now.SecretString ?? "")).toEqual({
      user: "orders",
      password: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
    });
    expect((await get("s", { VersionStage: "AWSPREVIOUS" })).SecretString).toContain("old");
    expect((await describeSecret("s")).LastRotatedDate).toEqual(new Date(clock.now * 1_000));
  });

  test("a slow one is pending for so many looks", async () => {
    configure({ kind: "slow", polls: 2, next: () => "new" });
    const { VersionId } = await rotate("s");
    expect(await stages()).toEqual([["AWSCURRENT"], ["AWSPENDING"]]);
    expect((await get("s")).SecretString).toContain("old");
    expect(await stages()).toEqual([["AWSPREVIOUS"], ["AWSCURRENT", "AWSPENDING"]]);
    expect(await get("s")).toMatchObject({ VersionId, SecretString: "new" });
  });

  test("a slow one can take time instead", async () => {
    configure({ kind: "slow", seconds: 60, next: () => "new" });
    await rotate("s");
    clock.now += 59;
    expect((await get("s")).SecretString).toContain("old");
    clock.now += 1;
    expect((await get("s")).SecretString).toBe("new");
  });

  test("a failing one leaves AWSPENDING on a version without a value, and blocks the next", async () => {
    configure({ kind: "failing" });
    await rotate("s");
    expect(await stages()).toEqual([["AWSCURRENT"], ["AWSPENDING"]]);
    await expect(get("s", { VersionStage: "AWSPENDING" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: expect.stringContaining("staging label: AWSPENDING"),
    });
    await expect(rotate("s")).rejects.toMatchObject({ name: "InvalidRequestException" });
  });

  test("a stuck one refuses to begin, until the label of the earlier one is taken away", async () => {
    configure({ kind: "stuck" });
    await expect(rotate("s")).rejects.toThrow("A previous rotation isn't complete.");
    const { VersionIdsToStages = {} } = await describeSecret("s");
    const [RemoveFromVersionId] =
      Object.entries(VersionIdsToStages).find(([, labels]) => labels.includes("AWSPENDING")) ?? [];
    await client.send(
      new UpdateSecretVersionStageCommand({ SecretId: "s", VersionStage: "AWSPENDING", RemoveFromVersionId }),
    );
    endpoint.secrets.rotate("s", { kind: "fast" });
    await rotate("s");
  });

  test("one that is not configured is refused as AWS refuses it", async () => {
    endpoint.secrets.put("s", "1");
    await expect(rotate("s")).rejects.toMatchObject({
      name: "InvalidRequestException",
      message: expect.stringContaining("No Lambda rotation function"),
    });
    expect((await describeSecret("s")).RotationEnabled).toBe(false);
  });

  test("the same token begins nothing twice", async () => {
    configure({ kind: "fast" });
    const token = "11111111-2222-4333-8444-555555555555";
    await rotate("s", token);
    const { SecretString } = await get("s");
    expect(await rotate("s", token)).toMatchObject({ VersionId: token });
    expect((await get("s")).SecretString).toBe(SecretString);
  });
});

describe("refusals", () => {
  test("an unknown secret, one marked for deletion, one without a value", async () => {
    await expect(get("none")).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      $metadata: { requestId: expect.stringMatching(/^[0-9a-f-]{36}$/), httpStatusCode: 400 },
    });
    endpoint.secrets.put("gone", "1");
    endpoint.secrets.markForDeletion("gone");
    await expect(get("gone")).rejects.toMatchObject({ name: "InvalidRequestException" });
    await client.send(new CreateSecretCommand({ Name: "empty" }));
    await expect(get("empty")).rejects.toThrow("staging label: AWSCURRENT");
  });

  test("a denied operation names the permission, the others still work", async () => {
    endpoint.secrets.put("s", "1");
    endpoint.secrets.deny("s", "GetSecretValue");
    await expect(get("s")).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(
        "not authorized to perform: secretsmanager:GetSecretValue on resource: s",
      ),
    });
    await describeSecret("s");
    endpoint.secrets.deny("*", "ListSecrets");
    await expect(client.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  test("throttling passes after as many requests as were ordered", async () => {
    endpoint.secrets.put("s", "1");
    endpoint.secrets.throttle(1);
    await expect(get("s")).rejects.toMatchObject({ name: "ThrottlingException" });
    await get("s");
  });

  test("a request that is not signed, or not of the protocol", async () => {
    const post = (headers: Record<string, string>) =>
      fetch(endpoint.url, { method: "POST", headers, body: "{}" });
    const target = {
      "x-amz-target": "secretsmanager.ListSecrets",
      "content-type": "application/x-amz-json-1.1",
    };
    expect(await (await post(target)).json()).toMatchObject({
      __type: "MissingAuthenticationTokenException",
    });
    expect(await (await post({})).json()).toMatchObject({ __type: "UnknownOperationException" });
  });
});

describe("random passwords", () => {
  const password = async (more: object) =>
    (await client.send(new GetRandomPasswordCommand(more))).RandomPassword ?? "";

  test("hold each included type and nothing that was excluded", async () => {
    for (let n = 0; n < 20; n += 1) {
      expect(await password({ PasswordLength: 4 })).toMatch(
        /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w]|.*_).{4}$/,
      );
      expect(await password({ ExcludePunctuation: true, ExcludeCharacters: "0O1l" })).toMatch(
        /^[a-km-zA-NP-Z2-9]{32}$/,
      );
    }
  });

  test("a length that cannot be is refused", async () => {
    await expect(password({ PasswordLength: 3 })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});
