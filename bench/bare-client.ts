import { CreateTableCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { oneTimeTable } from "@secret-handoff/lambda";
import { type Engine, localClient } from "@secret-handoff/local";
import { load } from "./load.ts";
import { type Figure, measured, ownCpu } from "./measured.ts";

/** The engine's own rates with the same client, same keys and items of about the same size, in the same run. */
export async function measureBareClient(engine: Engine, count: number): Promise<readonly Figure[]> {
  const client = localClient(engine.endpoint);
  const TableName = "bare";
  await client.send(new CreateTableCommand(oneTimeTable(TableName)));
  const keys = (name: string) =>
    Array.from({ length: count }, (_, n) => ({
      id: { S: `${name}-${n}` },
    }));
  type Key = ReturnType<typeof keys>[number];
  const put = async (key: Key) => {
    await client.send(
      new PutItemCommand({
        TableName,
        Item: { ...key, state: { S: "open" }, body: { B: new Uint8Array(900) } },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
  };
  const update = async (key: Key) => {
    await client.send(
      new UpdateItemCommand({
        TableName,
        Key: key,
        UpdateExpression: "SET #state = :claimed",
        ConditionExpression: "#state = :open",
        ExpressionAttributeNames: { "#state": "state" },
        ExpressionAttributeValues: { ":claimed": { S: "claimed" }, ":open": { S: "open" } },
      }),
    );
  };
  // The SDK takes some ten thousand calls to come to its full speed.
  for (const round of ["first", "second", "third"]) {
    const warm = keys(round);
    await load(warm, 50, put);
    await load(warm, 50, update);
  }
  const items = keys("bare");
  const figures = [
    {
      what: "bare client: conditional PutItem",
      ...(await measured(engine, ownCpu, items, 50, put)),
    },
    {
      what: "bare client: conditional UpdateItem",
      ...(await measured(engine, ownCpu, items, 50, update)),
    },
  ];
  client.destroy();
  return figures;
}
