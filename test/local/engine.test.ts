import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test } from "@jest/globals";
import { oneTimeTable } from "@secret-handoff/lambda";
import { type Engine, startEngine } from "@secret-handoff/local";

const started: Engine[] = [];

async function start(folder?: string) {
  const engine = await startEngine(folder === undefined ? {} : { folder });
  started.push(engine);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ endpoint: engine.endpoint, region: "local", credentials });
  return { engine, client };
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((engine) => engine.close()));
});

/** A table takes requests a moment after CreateTable has answered, as in AWS. */
async function createTable(client: DynamoDBClient): Promise<void> {
  await client.send(new CreateTableCommand(oneTimeTable("handoffs")));
  await waitUntilTableExists(
    { client, minDelay: 0.02, maxDelay: 0.1, maxWaitTime: 10 },
    { TableName: "handoffs" },
  );
}

const key = { id: { S: "one" } };

test("counts the requests of each operation", async () => {
  const { engine, client } = await start();
  await createTable(client);
  await client.send(new PutItemCommand({ TableName: "handoffs", Item: key }));
  await client.send(new PutItemCommand({ TableName: "handoffs", Item: key }));
  await client.send(new GetItemCommand({ TableName: "handoffs", Key: key }));
  expect((await engine.used()).counts).toMatchObject({ CreateTable: 1, PutItem: 2, GetItem: 1 });
});

test("keeps its data in a folder that only its owner may enter, and finds it again", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "engine-")), "data");
  const first = await start(folder);
  await createTable(first.client);
  await first.client.send(new PutItemCommand({ TableName: "handoffs", Item: key }));
  await first.engine.close();
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  const second = await start(folder);
  const { Item } = await second.client.send(new GetItemCommand({ TableName: "handoffs", Key: key }));
  expect(Item).toEqual(key);
  await second.engine.close();
  await rm(folder, { recursive: true });
});

test("answers neither another host's name nor a page of another origin", async () => {
  const { engine } = await start();
  const { port } = new URL(engine.endpoint);
  for (const headers of [{ host: `evil.example:${port}` }, { origin: "https://evil.example" }]) {
    expect(await statusOf(engine.endpoint, headers)).toBe(421);
  }
});

test("dies with its parent, even when that is killed", async () => {
  const script = `
    import { startEngine } from "@secret-handoff/local";
    process.stdout.write((await startEngine()).endpoint);
    setInterval(() => {}, 60_000);`;
  const parent = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script]);
  const [endpoint] = await once(parent.stdout, "data");
  const { port } = new URL(String(endpoint));
  const connection = connect(Number(port), "127.0.0.1");
  await once(connection, "connect");
  connection.on("error", () => {});
  parent.kill("SIGKILL");
  await new Promise((resolve) => connection.once("close", resolve));
  const again = connect(Number(port), "127.0.0.1");
  await expect(once(again, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });
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
