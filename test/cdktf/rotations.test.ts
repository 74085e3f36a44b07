import { createRequire } from "node:module";
import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RotatableSecret } from "@secret-handoff/cdktf";
import { type Engine, localClient, startEngine } from "@secret-handoff/local";
import { rotationMachine } from "../../packages/cdktf/src/reactions/rotations.ts";
import { type Definition, type Ended, run, TaskFailed } from "./state-machine.ts";

/** It has no types of its own. */
const validate = createRequire(import.meta.url)("asl-validator") as (definition: object) => {
  readonly isValid: boolean;
  readonly errors: readonly unknown[];
};

const TABLE = "secret-handoff-rotations";
const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600;
const ORDERS = "42";
const BILLING = "43";
const MARK = "dynamodb:putItem";
const UPDATE = "dynamodb:updateItem";
const FORGET = "dynamodb:deleteItem";
const ROTATE = "aws-sdk:secretsmanager:rotateSecret";
const DESCRIBE = "aws-sdk:secretsmanager:describeSecret";

/** Something that goes wrong with a call: with one state's, where that is named. */
type Fault = {
  readonly call: string;
  readonly state?: string;
  readonly error: string;
  /** How often; without end where it does not say. */
  times?: number;
  /** The call does its work, and its answer is lost. */
  readonly unheard?: boolean;
};

let engine: Engine;
let client: DynamoDBClient;
let now: number;
let executions = 0;
let tests = 0;
/** Secret and version of each rotation that was started; the same version again is the same rotation. */
let rotated: Set<string>;
/** When the last rotation was started, Unix milliseconds. */
let startedAt: number;
/** The version that a call's token makes. */
let versionFor: (token: string) => string;
/** What Secrets Manager's rotations come to: the labels of a version that was begun, by the time since then. */
let labelsAfter: (milliseconds: number) => readonly string[];
let faults: Fault[];
let entered: string[];

beforeAll(async () => {
  engine = await startEngine();
  client = localClient(engine.endpoint);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
});

afterAll(async () => {
  client?.destroy();
  await engine?.close();
});

/** Secrets that nothing has been counted for: two of orders', one of billing's. */
let orders: string;
let orders2: string;
let billing: string;
let machine: Definition;

beforeEach(() => {
  now = NOON;
  rotated = new Set();
  versionFor = (token) => token;
  labelsAfter = () => ["AWSCURRENT", "AWSPENDING"];
  faults = [];
  entered = [];
  tests += 1;
  const arn = (name: string) =>
    `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-${tests}-AbCdEf`;
  [orders, orders2, billing] = [arn("prod/orders"), arn("prod/orders2"), arn("prod/billing")];
  machine = machineFor([
    { arn: orders, repositoryIds: [ORDERS] },
    { arn: orders2, repositoryIds: [ORDERS, BILLING] },
    { arn: billing, repositoryIds: [BILLING], operators: true },
  ]);
});

const machineFor = (secrets: readonly RotatableSecret[]) =>
  JSON.parse(
    rotationMachine({ partition: "aws", tableName: TABLE, limitPerDay: 3, secrets, rotateAfter: 13 * HOUR }),
  ) as Definition;

async function task(resource: string, input: Record<string, unknown>): Promise<unknown> {
  const call = resource.split(":::")[1] ?? "";
  const fault = faults.find(
    ({ call: faulty, state, times = 1 }) =>
      faulty === call && times > 0 && (state === undefined || state === entered.at(-1)),
  );
  if (fault?.times !== undefined) fault.times -= 1;
  if (fault && !fault.unheard) throw new TaskFailed(fault.error);
  const result = await perform(call, input);
  if (fault) throw new TaskFailed(fault.error);
  return result;
}

async function perform(call: string, input: Record<string, unknown>): Promise<object> {
  if (call === ROTATE) {
    const { SecretId, ClientRequestToken } = input;
    expect(ClientRequestToken).toMatch(/^[0-9a-f]{64}$/);
    rotated.add(`${String(SecretId)} ${String(ClientRequestToken)}`);
    startedAt = now;
    return { ARN: SecretId, VersionId: versionFor(String(ClientRequestToken)) };
  }
  if (call === DESCRIBE) return described(String(input.SecretId));
  await write(call, input).catch((error: Error) => {
    throw error.name === "ConditionalCheckFailedException"
      ? new TaskFailed("DynamoDB.ConditionalCheckFailedException")
      : error;
  });
  return {};
}

/** As Secrets Manager describes a secret: the versions that have labels. */
function described(secret: string): object {
  const versions = [...rotated].map((rotation) => rotation.split(" ")).filter(([arn]) => arn === secret);
  const labels = labelsAfter(now - startedAt);
  return {
    ARN: secret,
    VersionIdsToStages: {
      "4f9c1d7e-0000-4000-8000-000000000000": ["AWSCURRENT"],
      ...(labels.length === 0
        ? {}
        : Object.fromEntries(versions.map(([, token = ""]) => [versionFor(token), labels]))),
    },
  };
}

function write(call: string, input: Record<string, unknown>): Promise<unknown> {
  switch (call) {
    case MARK:
      return client.send(new PutItemCommand(input as never));
    case UPDATE:
      return client.send(new UpdateItemCommand(input as never));
    case FORGET:
      return client.send(new DeleteItemCommand(input as never));
    default:
      throw new Error(`the machine calls ${call}, which nothing here answers`);
  }
}

/** Starts the machine with an event, as the rule does. */
function start(
  handoff: string,
  detail: { readonly secret?: string; readonly members?: readonly string[]; readonly owner?: string },
  type = "expired",
): Promise<Ended> {
  executions += 1;
  return run(
    machine,
    { "detail-type": type, detail: { handoff: `${handoff}-${tests}`, owner: ORDERS, ...detail } },
    {
      id: `arn:aws:states:eu-west-1:123456789012:execution:secret-handoff-rotations:${executions}`,
      clock: () => now,
      wait: (seconds) => {
        now += seconds * 1_000;
      },
      enter: (state) => entered.push(state),
      task,
    },
  );
}

const rotatedSecrets = () => [...rotated].map((rotation) => rotation.split(" ")[0]).sort();

describe("the definition of the state machine", () => {
  test("is Amazon States Language, and its expressions are JSONata", () => {
    expect(validate(machine)).toMatchObject({ isValid: true, errors: [] });
    const { Wait: _, ...States } = machine.States;
    expect(validate({ ...machine, States })).toMatchObject({ isValid: false });
  });
});

describe("the state machine that rotates", () => {
  test("rotates the secret of a handoff", async () => {
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(rotatedSecrets()).toEqual([orders]);
  });

  test("rotates once for a handoff, however often EventBridge delivers its event", async () => {
    const ends = await Promise.all([1, 2, 3, 4].map(() => start("1", { secret: orders })));
    expect(new Set(ends.map(({ state }) => state))).toEqual(new Set(["Done"]));
    expect(entered.filter((state) => state === "Rotated before")).toHaveLength(3);
    expect(rotated.size).toBe(1);
  });

  test("rotates nothing for a handoff of another repository, whatever secret it names", async () => {
    expect(await start("1", { secret: billing })).toMatchObject({ state: "Done" });
    expect(await start("2", { members: [billing], owner: "999" })).toMatchObject({ state: "Done" });
    expect(rotated.size).toBe(0);
  });

  test("rotates for an operator's handoff only the secrets that say so", async () => {
    await start("1", { members: [orders, orders2, billing], owner: "iam" });
    expect(rotatedSecrets()).toEqual([billing]);
  });

  test("rotates nothing for a handoff without a secret", async () => {
    expect(await start("1", {})).toMatchObject({ state: "Done" });
    expect(rotated.size).toBe(0);
  });

  test("rotates the members of a set that their owner may have rotated, each once", async () => {
    const members = [orders, orders2, billing, orders];
    expect(await start("1", { secret: "bundle:4f9c", members })).toMatchObject({ state: "Done" });
    expect(rotatedSecrets()).toEqual([orders, orders2]);
  });

  test("a member that cannot be rotated keeps no other from it, and is named", async () => {
    for (const n of [1, 2, 3]) await start(String(n), { secret: orders2 });
    const ended = await start("4", { members: [orders, orders2] });
    expect(ended).toMatchObject({ state: "Failed", error: "LimitReached" });
    expect(ended.cause).toContain(`${orders2}: LimitReached`);
    expect(ended.cause).not.toContain(orders);
    expect(rotatedSecrets()).toContain(orders);
  });

  test("rotates a secret three times a day at most, and fails beyond so that the alarm fires", async () => {
    const ends = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => start(`${n}`, { secret: orders })));
    expect(ends.filter(({ state }) => state === "Done")).toHaveLength(3);
    expect(ends.filter(({ error }) => error === "LimitReached")).toHaveLength(5);
    expect(rotated.size).toBe(3);
  });

  test("begins to count anew with the next day in UTC, and counts each secret for itself", async () => {
    for (const n of [1, 2, 3]) await start(`${n}`, { secret: orders });
    now = Date.UTC(2026, 10, 21, 23, 59, 59);
    expect(await start("late", { secret: orders })).toMatchObject({ error: "LimitReached" });
    expect(await start("other", { secret: orders2 })).toMatchObject({ state: "Done" });
    now = Date.UTC(2026, 10, 22);
    expect(await start("early", { secret: orders })).toMatchObject({ state: "Done" });
  });

  test("waits after a delivery, and counts on the day on which it rotates", async () => {
    for (const n of [1, 2, 3]) await start(`${n}`, { secret: orders });
    const delivered = now;
    expect(await start("delivered", { secret: orders }, "acknowledged")).toMatchObject({ state: "Done" });
    expect(startedAt).toBe(delivered + 13 * HOUR * 1_000);
  });

  test("a delivered handoff that is reported while the machine waits is rotated at once, and then not again", async () => {
    await start("1", { secret: orders }, "reported");
    expect(startedAt).toBe(NOON);
    await start("1", { secret: orders }, "acknowledged");
    expect(entered).toContain("Rotated before");
    expect(rotated.size).toBe(1);
  });

  test.each([
    { name: "is slow", labels: (ms: number) => (ms < 0.9 * HOUR * 1_000 ? ["AWSPENDING"] : ["AWSCURRENT"]) },
    { name: "was followed by another", labels: () => ["AWSPREVIOUS"] },
  ])("waits for a rotation that $name", async ({ labels }) => {
    labelsAfter = labels;
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
  });

  test("looks for the version that Secrets Manager says it makes", async () => {
    versionFor = (token) => `managed-${token.slice(0, 8)}`;
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
  });

  test.each([
    { name: "stays pending", labels: ["AWSPENDING"] },
    { name: "was given up", labels: [] },
  ])("fails within 70 minutes for a rotation that was started and $name", async ({ labels }) => {
    labelsAfter = () => labels;
    const ended = await start("1", { secret: orders });
    expect(ended).toMatchObject({ state: "Failed", error: "RotationFailed" });
    expect(ended.cause).toContain(`${orders}: RotationFailed`);
    expect(startedAt).toBe(NOON);
    expect(now - startedAt).toBeGreaterThanOrEqual(HOUR * 1_000);
    expect(now - startedAt).toBeLessThan(70 * 60 * 1_000);
    // The handoff's next event tries again.
    labelsAfter = () => ["AWSCURRENT"];
    entered = [];
    expect(await start("1", { secret: orders }, "reported")).toMatchObject({ state: "Done" });
    expect(entered).toContain("Rotated");
  });
});

/** What can pass by itself, once for each call of the machine. */
const PASSING = [
  { name: "a server error", error: "DynamoDB.InternalServerError" },
  { name: "throttling", error: "DynamoDB.ProvisionedThroughputExceededException" },
  { name: "a time-out", error: "States.Timeout" },
  { name: "an answer that was lost", error: "States.Timeout", unheard: true },
];
const CALLS = [
  { state: "Mark", call: MARK },
  { state: "Count", call: UPDATE },
  { state: "Rotate", call: ROTATE },
  { state: "Remember", call: UPDATE },
  { state: "Look", call: DESCRIBE },
];

describe("when a call of the machine fails", () => {
  test.each(PASSING.flatMap((fault) => CALLS.map((call) => ({ ...fault, ...call }))))(
    "$name at $state passes: the secret is rotated once, and counted once",
    async ({ name: _, ...fault }) => {
      faults = [{ ...fault, times: 2 }];
      expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
      expect(faults[0]?.times).toBe(0);
      expect(rotated.size).toBe(1);
      await expectLeft(2);
    },
  );

  test.each([
    { name: "a server error", state: "Mark", call: MARK, error: "DynamoDB.InternalServerError" },
    { name: "a server error", state: "Count", call: UPDATE, error: "DynamoDB.InternalServerError" },
    { name: "throttling", state: "Count", call: UPDATE, error: "DynamoDB.ThrottlingException" },
    {
      name: "a write that succeeds unheard",
      state: "Mark",
      call: MARK,
      error: "States.Timeout",
      unheard: true,
    },
    {
      name: "a write that succeeds unheard",
      state: "Count",
      call: UPDATE,
      error: "States.Timeout",
      unheard: true,
    },
    { name: "a refusal", state: "Rotate", call: ROTATE, error: "SecretsManager.InvalidRequestException" },
    {
      name: "an error of an unknown name",
      state: "Count",
      call: UPDATE,
      error: "Dynamo.ConditionalCheckFailed",
    },
  ])(
    "$name at $state fails the execution, and the handoff's next event rotates",
    async ({ name: _, ...fault }) => {
      faults = [fault];
      expect(await start("1", { secret: orders })).toMatchObject({ state: "Failed", error: fault.error });
      expect(rotated.size).toBe(0);
      faults = [];
      expect(await start("1", { secret: orders }, "reported")).toMatchObject({ state: "Done" });
      expect(rotatedSecrets()).toEqual([orders]);
      await expectLeft(2);
    },
  );

  test("a rotation that nobody can look at fails the execution, for it may have failed as well", async () => {
    faults = [{ call: DESCRIBE, error: "SecretsManager.AccessDeniedException" }];
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Failed", error: faults[0]?.error });
  });

  test("either spelling of a condition that failed is taken for one", async () => {
    await start("1", { secret: orders });
    faults = [{ call: MARK, error: "DynamoDb.ConditionalCheckFailedException" }];
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(entered).toContain("Rotated before");
  });

  test("a mark that cannot be removed ends within an hour, and then the handoff's next event rotates", async () => {
    const down = { error: "DynamoDB.InternalServerError" };
    faults = [
      { ...down, call: UPDATE, state: "Count" },
      { ...down, call: FORGET },
    ];
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Failed", error: down.error });
    faults = [];
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(rotated.size).toBe(0);
    now += HOUR * 1_000;
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(rotated.size).toBe(1);
  });

  test("a rotation whose mark could not be made lasting has happened all the same", async () => {
    faults = [{ call: UPDATE, state: "Remember", error: "DynamoDB.InternalServerError" }];
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(rotated.size).toBe(1);
  });

  test("a handoff that met the limit rotates on another day", async () => {
    for (const n of [1, 2, 3]) await start(`${n}`, { secret: orders });
    expect(await start("over", { secret: orders })).toMatchObject({ error: "LimitReached" });
    now = Date.UTC(2026, 10, 22);
    expect(await start("over", { secret: orders })).toMatchObject({ state: "Done" });
  });

  test("an execution that waits for Secrets Manager outlives none of its own marks", async () => {
    faults = [{ call: ROTATE, error: "SecretsManager.InvalidRequestException", times: 5 }];
    const began = now;
    expect(await start("1", { secret: orders })).toMatchObject({ state: "Done" });
    expect(now - began).toBeLessThan(HOUR * 1_000);
  });
});

/** How many more handoffs may rotate the secret today. */
async function expectLeft(count: number): Promise<void> {
  const ends: Ended[] = [];
  for (let n = 0; n <= count; n += 1) ends.push(await start(`more-${n}`, { secret: orders }));
  expect(ends.map(({ state }) => state)).toEqual([...Array(count).fill("Done"), "Failed"]);
}
