import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createClient } from "@secret-handoff/lambda";

/** A client as the functions use it, for the engine of the local stack, which takes any region and any key. */
export function localClient(endpoint: string): DynamoDBClient {
  return createClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}
