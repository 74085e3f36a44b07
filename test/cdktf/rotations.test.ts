import {
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Engine, localClient, startEngine } from "@secret-handoff/local";
import { rotationMachine } from "../../packages/cdktf/src/reactions/rotations.ts";
import { type Definition, run, TaskFailed } from "./state-machine.ts";

const TABLE = "secret-handoff-rotations";
const MACHINE = JSON.parse(
  rotationMachine({ partition: "aws", tableName: TABLE, limitPerDay: 3 }),
) as Definition;
const NOON = Date.UTC(2026, 10, 21, 12);
const HOUR = 3_600;

let engine: Engine;
let client: DynamoDBClient;
let now = NOON;
let executions = 0;
let secrets = 0;
/** Secret and version of each rotation that was started; the same version again is the same rotation. */
let rotated: Set<string>;
/** Tasks that answer with an error, once each, after they have done their work. */
let answersLost: string[];
/** What Secrets Manager refuses every call with. */
let refuses: string | undefined;
/** How Step Functions spells the service in its errors. */
let spelling: string;

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

/** A secret that nothing has been counted for. */
function fresh(): string {
  now = NOON;
  rotated = new Set();
  answersLost = [];
  refuses = undefined;
  spelling = "DynamoDB";
  secrets += 1;
  return `arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/orders-${secrets}-AbCdEf`;
}

async function task(resource: string, input: Record<string, unknown>): Promise<unknown> {
  const call = resource.split(":::")[1] ?? "";
  await perform(call, input);
  const lost = answersLost.indexOf(call);
  if (lost >= 0) {
    answersLost.splice(lost, 1);
    throw new TaskFailed("States.Timeout");
  }
  return {};
}

async function perform(call: string, input: Record<string, unknown>): Promise<void> {
  if (call === "aws-sdk:secretsmanager:rotateSecret") {
    if (refuses) throw new TaskFailed(refuses);
    const { SecretId, ClientRequestToken } = input;
    expect(ClientRequestToken).toMatch(/^[0-9a-f]{64}$/);
    rotated.add(`${String(SecretId)} ${String(ClientRequestToken)}`);
    return;
  }
  await write(call, input).catch((error: Error) => {
    if (error.name !== "ConditionalCheckFailedException") throw error;
    throw new TaskFailed(`${spelling}.${error.name}`);
  });
}

function write(call: string, input: Record<string, unknown>): Promise<unknown> {
  switch (call) {
    case "dynamodb:putItem":
      return client.send(new PutItemCommand(input as never));
    case "dynamodb:updateItem":
      return client.send(new UpdateItemCommand(input as never));
    case "dynamodb:deleteItem":
      return client.send(new DeleteItemCommand(input as never));
    default:
      throw new Error(`the machine calls ${call}, which nothing here answers`);
  }
}

function start(handoff: string, secret: string, wait = 0) {
  executions += 1;
  return run(
    MACHINE,
    { handoff, secret, wait },
    {
      execution: `arn:aws:states:eu-west-1:123456789012:execution:secret-handoff-rotations:${executions}`,
      clock: () => now,
      wait: (seconds) => {
        now += seconds * 1_000;
      },
      task,
    },
  );
}

describe("the machine that rotates", () => {
  test("rotates the secret of a handoff", async () => {
    const secret = fresh();
    expect(await start(`${secret}1`, secret)).toEqual({ state: "Rotate" });
    expect(rotated.size).toBe(1);
  });

  test("rotates once for a handoff, however often EventBridge tells of it", async () => {
    const secret = fresh();
    const ends = await Promise.all([1, 2, 3, 4].map(() => start(`${secret}1`, secret)));
    expect(ends.map(({ state }) => state).sort()).toEqual([
      "Rotate",
      "Rotated before",
      "Rotated before",
      "Rotated before",
    ]);
    expect(rotated.size).toBe(1);
  });

  test("takes either spelling of a condition that failed, and no other error for it", async () => {
    const secret = fresh();
    await start(`${secret}1`, secret);
    spelling = "DynamoDb";
    expect(await start(`${secret}1`, secret)).toEqual({ state: "Rotated before" });
    spelling = "Dynamo";
    expect(await start(`${secret}1`, secret)).toEqual({
      state: "Once a handoff",
      error: "Dynamo.ConditionalCheckFailedException",
    });
  });

  test("rotates a secret three times a day at the most, and fails beyond so that the alarm tells", async () => {
    const secret = fresh();
    const ends = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((n) => start(`${secret}${n}`, secret)));
    expect(ends.filter(({ state }) => state === "Rotate")).toHaveLength(3);
    expect(ends.filter(({ error }) => error === "LimitReached")).toHaveLength(5);
    expect(rotated.size).toBe(3);
  });

  test("begins to count anew with the next day in UTC, and counts each secret for itself", async () => {
    const secret = fresh();
    for (const n of [1, 2, 3]) await start(`${secret}${n}`, secret);
    now = Date.UTC(2026, 10, 21, 23, 59, 59);
    expect(await start(`${secret}late`, secret)).toMatchObject({ error: "LimitReached" });
    expect(await start(`${secret}other`, `${secret}other`)).toEqual({ state: "Rotate" });
    now = Date.UTC(2026, 10, 22);
    expect(await start(`${secret}early`, secret)).toEqual({ state: "Rotate" });
  });

  test("waits as long as the rule says, and counts on the day on which it rotates", async () => {
    const secret = fresh();
    for (const n of [1, 2, 3]) await start(`${secret}${n}`, secret);
    expect(await start(`${secret}delivered`, secret, 13 * HOUR)).toEqual({ state: "Rotate" });
    expect(now).toBe(NOON + 13 * HOUR * 1_000);
  });

  test("a delivered handoff that is reported while the machine waits is rotated at once, and then not again", async () => {
    const secret = fresh();
    expect(await start(`${secret}1`, secret)).toEqual({ state: "Rotate" });
    expect(await start(`${secret}1`, secret, HOUR)).toEqual({ state: "Rotated before" });
    expect(rotated.size).toBe(1);
  });

  test.each(["dynamodb:putItem", "dynamodb:updateItem", "aws-sdk:secretsmanager:rotateSecret"])(
    "rotates once, and does rotate, when the answer of %s is lost",
    async (call) => {
      const secret = fresh();
      answersLost = [call];
      expect(await start(`${secret}1`, secret)).toEqual({ state: "Rotate" });
      expect(answersLost).toEqual([]);
      expect(rotated.size).toBe(1);
    },
  );

  test("fails with what Secrets Manager answers when that does not pass", async () => {
    const secret = fresh();
    refuses = "SecretsManager.InvalidRequestException";
    expect(await start(`${secret}1`, secret)).toEqual({ state: "Not rotated", error: refuses });
  });

  test("an attempt that failed does not keep a handoff that is reported later from rotating", async () => {
    const secret = fresh();
    refuses = "SecretsManager.InvalidRequestException";
    await start(`${secret}1`, secret);
    refuses = undefined;
    expect(await start(`${secret}1`, secret)).toEqual({ state: "Rotate" });

    for (const n of [2, 3]) await start(`${secret}${n}`, secret);
    expect(await start(`${secret}over`, secret)).toEqual({ state: "Not rotated", error: "LimitReached" });
    now = Date.UTC(2026, 10, 22);
    expect(await start(`${secret}over`, secret)).toEqual({ state: "Rotate" });
  });
});
