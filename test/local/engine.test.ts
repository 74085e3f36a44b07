import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import {
  drawAddress,
  type Engine,
  EngineError,
  type EngineOptions,
  findDynoxide,
  localClient,
  startDynoxide,
  startEngine,
} from "@secret-handoff/local";
import { describeOnEachEngine } from "../support/engines.ts";

const TableName = "things";
const key = { id: { S: "one" } };

async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(
    new CreateTableCommand({
      TableName,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
    }),
  );
  // A table takes requests a moment after CreateTable has answered, as in AWS.
  await waitUntilTableExists({ client, minDelay: 0.02, maxDelay: 0.1, maxWaitTime: 10 }, { TableName });
}

const put = (client: DynamoDBClient, item: Record<string, AttributeValue> = {}) =>
  client.send(new PutItemCommand({ TableName, Item: { ...key, ...item } }));

const get = async (client: DynamoDBClient) =>
  (await client.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }))).Item;

describeOnEachEngine("an engine", (engine) => {
  const started: Engine[] = [];
  const start = async (options: EngineOptions = {}) => {
    const one = await startEngine({ engine, ...options });
    started.push(one);
    return { engine: one, client: localClient(one.endpoint) };
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((one) => one.close()));
  });

  test("keeps its data in a folder that only its owner may enter, and finds it again after a power cut", async () => {
    const folder = join(await mkdtemp(join(tmpdir(), "engine-")), "data");
    const first = await start({ folder });
    await createTable(first.client);
    await put(first.client);
    await first.engine.kill();
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    const second = await start({ folder });
    expect(await get(second.client)).toEqual(key);
    await second.engine.close();
    await rm(folder, { recursive: true });
  });

  test("dies with its parent, even when that is killed", async () => {
    const script = `
      import { startEngine } from "@secret-handoff/local";
      process.stdout.write((await startEngine({ engine: "${engine}" })).endpoint);
      setInterval(() => {}, 60_000);`;
    const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
    const [endpoint] = await once(parent.stdout, "data");
    const { hostname, port } = new URL(String(endpoint));
    // A process that ends closes its connections one by one, perhaps its listener last: whoever is let in meanwhile is cut off too.
    const visit = () => {
      const connection = connect(Number(port), hostname);
      const refused = new Promise<boolean>((resolve) =>
        connection.on("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "ECONNREFUSED")),
      );
      const closed = once(connection, "close").then(() => false);
      return { connected: once(connection, "connect"), refused: Promise.race([refused, closed]) };
    };
    const first = visit();
    await first.connected;
    parent.kill("SIGKILL");
    let refused = await first.refused;
    while (!refused) {
      const again = visit();
      again.connected.catch(() => {});
      refused = await again.refused;
    }
  });

  test("listens on the loopback interface only", async () => {
    const { hostname } = new URL((await start()).engine.endpoint);
    expect(hostname).toMatch(engine === "dynoxide" ? /^127\.\d+\.\d+\.\d+$/ : /^127\.0\.0\.1$/);
  });
});

describeOnEachEngine("as DynamoDB does, an engine", (name) => {
  let engine: Engine;
  let client: DynamoDBClient;
  beforeAll(async () => {
    engine = await startEngine({ engine: name });
    client = localClient(engine.endpoint);
    await createTable(client);
  });
  afterAll(() => engine.close());

  const update = (input: Omit<UpdateItemCommandInput, "TableName" | "Key">) =>
    client.send(new UpdateItemCommand({ TableName, Key: key, ...input }));
  const failure = async (write: Promise<unknown>): Promise<unknown> => {
    const error = await write.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof ConditionalCheckFailedException)) throw error;
    return error.Item;
  };

  test("gives the item back with a refused condition where that is asked for, and only there", async () => {
    const item = { ...key, state: { S: "open" }, bytes: { B: Uint8Array.of(1, 2, 3) } };
    await put(client, item);
    const asked = { ReturnValuesOnConditionCheckFailure: "ALL_OLD" } as const;
    const refused = { TableName, ConditionExpression: "attribute_not_exists(id)" } as const;
    const set = {
      UpdateExpression: "SET n = :n",
      ConditionExpression: "attribute_not_exists(id)",
      ExpressionAttributeValues: { ":n": { N: "1" } },
    };
    expect(await failure(client.send(new PutItemCommand({ ...refused, ...asked, Item: key })))).toEqual(item);
    expect(await failure(client.send(new DeleteItemCommand({ ...refused, ...asked, Key: key })))).toEqual(
      item,
    );
    expect(await failure(update({ ...set, ...asked }))).toEqual(item);
    expect(await failure(update(set))).toBeUndefined();
    const nobody = { Key: { id: { S: "nobody" } }, ConditionExpression: "attribute_exists(id)" };
    expect(
      await failure(client.send(new DeleteItemCommand({ TableName, ...asked, ...nobody }))),
    ).toBeUndefined();
  });

  /** Developer guide, update expressions: a place in a list is the one in the item as it was before the update. */
  test.each([
    ["REMOVE l[0], l[1]", ["c", "d", "e", "f", "g", "h", "i", "j", "k"]],
    ["REMOVE l[10], l[2], l[1] SET l[0] = :x", ["x", "d", "e", "f", "g", "h", "i", "j"]],
    ["SET m = :x REMOVE #remove[0], n, l[0], l[3]", ["b", "c", "e", "f", "g", "h", "i", "j", "k"]],
  ])("removes the elements that were at the places named: %s", async (UpdateExpression, left) => {
    const letters = [..."abcdefghijk"].map((S) => ({ S }));
    await put(client, { l: { L: letters }, r: { L: letters }, n: { N: "1" } });
    const { Attributes } = await update({
      UpdateExpression,
      ...(UpdateExpression.includes("#") ? { ExpressionAttributeNames: { "#remove": "r" } } : {}),
      ...(UpdateExpression.includes(":x") ? { ExpressionAttributeValues: { ":x": { S: "x" } } } : {}),
      ReturnValues: "ALL_NEW",
    });
    expect(Attributes?.l?.L?.map(({ S }) => S)).toEqual(left);
  });

  test("lets exactly one of many conditional writes at once succeed", async () => {
    await put(client, { state: { S: "open" } });
    const claims = Array.from({ length: 100 }, (_, n) =>
      update({
        UpdateExpression: "SET #state = :claimed, who = :who",
        ConditionExpression: "#state = :open",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: {
          ":claimed": { S: "claimed" },
          ":open": { S: "open" },
          ":who": { N: String(n) },
        },
      }),
    );
    const results = await Promise.allSettled(claims);
    const won = results.flatMap(({ status }, n) => (status === "fulfilled" ? [n] : []));
    expect(won).toHaveLength(1);
    expect((await get(client))?.who).toEqual({ N: String(won[0]) });
  });

  test("refuses a page that would start in another partition than the one asked for", async () => {
    const query = new QueryCommand({
      TableName,
      KeyConditionExpression: "id = :id",
      ExpressionAttributeValues: { ":id": key.id },
      ExclusiveStartKey: { id: { S: "other" } },
    });
    await expect(client.send(query)).rejects.toMatchObject({ name: "ValidationException" });
  });

  test("takes an item of 400 KB and refuses one byte more", async () => {
    const bytes = (size: number) => ({ b: { B: new Uint8Array(size - "id".length - "one".length - 1) } });
    await put(client, bytes(409_600));
    await expect(put(client, bytes(409_601))).rejects.toMatchObject({ name: "ValidationException" });
  });
});

test("a client tells of each request to the engine, refused conditions included", async () => {
  const engine = await startEngine();
  const calls: string[] = [];
  const client = localClient(engine.endpoint, (operation) => {
    calls.push(operation);
  });
  await createTable(client);
  calls.length = 0;
  await put(client);
  const again = new PutItemCommand({
    TableName,
    Item: key,
    ConditionExpression: "attribute_not_exists(id)",
  });
  await expect(client.send(again)).rejects.toThrow();
  await get(client);
  expect(calls).toEqual(["PutItem", "PutItem", "GetItem"]);
  await engine.close();
});

test("dynalite answers neither another host's name nor a page of another origin", async () => {
  const engine = await startEngine({ engine: "dynalite" });
  const { port } = new URL(engine.endpoint);
  for (const headers of [{ host: `evil.example:${port}` }, { origin: "https://evil.example" }]) {
    expect(await statusOf(engine.endpoint, headers)).toBe(421);
  }
  await engine.close();
});

/** dynoxide takes its port as a number, so another program may hold the one that was drawn. */
describe("a port that another program holds", () => {
  const found = findDynoxide();
  const held = createServer();
  let taken: { host: string; port: number };
  beforeAll(async () => {
    await once(held.listen(0, "0.0.0.0"), "listening");
    taken = { host: "127.1.2.3", port: (held.address() as AddressInfo).port };
  });
  afterAll(() => void held.close());

  const starting = (draws: readonly (typeof taken)[]) => {
    const left = [...draws];
    if ("missing" in found) throw new Error(found.missing);
    return startDynoxide(found.binary, undefined, () => left.shift() ?? drawAddress());
  };

  const whereInstalled = "binary" in found ? test : test.skip;
  whereInstalled("is left to it, and another is drawn", async () => {
    const engine = await starting([taken, taken]);
    expect(new URL(engine.endpoint).hostname).not.toBe(taken.host);
    await engine.close();
  });

  whereInstalled("is told when eight in a row are held", async () => {
    await expect(starting(Array(8).fill(taken))).rejects.toThrow(EngineError);
  });
});

describe("the choice of an engine", () => {
  test("an endpoint is used as it is, and is not ours to end", async () => {
    const engine = await startEngine({ engine: "http://127.0.0.1:8000" });
    expect(engine).toMatchObject({ name: "endpoint", endpoint: "http://127.0.0.1:8000", pid: undefined });
    await expect(engine.kill()).rejects.toThrow("not ours to end");
  });

  test("another word is refused", async () => {
    await expect(startEngine({ engine: "sqlite" })).rejects.toThrow(
      "ENGINE must be dynoxide, dynalite, or the URL of a DynamoDB endpoint.",
    );
  });
});

/** fetch would not let us name another host. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });
}
