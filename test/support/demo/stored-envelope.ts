import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { LocalStack } from "@secret-handoff/local";
import { must } from "./demo-error.ts";

/**
 * Looks into the store behind the service's back: how many bytes of ciphertext it holds of a handoff, 0 when they are gone.
 * @throws DemoError when the secret lies there in the clear
 */
export async function storedEnvelope(stack: LocalStack, handoff: string, secret: string): Promise<number> {
  const client = new DynamoDBClient({
    endpoint: stack.engine.endpoint,
    region: "local",
    credentials: { accessKeyId: "demo", secretAccessKey: "demo" },
  });
  try {
    const { Items = [] } = await client.send(
      new ScanCommand({
        TableName: "secret-handoff",
        ExpressionAttributeNames: { "#id": "id" },
        FilterExpression: "#id = :id",
        ExpressionAttributeValues: { ":id": { S: handoff } },
      }),
    );
    const [item = {}] = Items;
    const values = Object.values(item).map((value) => Buffer.from(value.B ?? value.S ?? ""));
    must(!values.some((value) => value.includes(secret)), "The store holds the secret in the clear.");
    return item.envelope?.B?.length ?? 0;
  } finally {
    client.destroy();
  }
}
