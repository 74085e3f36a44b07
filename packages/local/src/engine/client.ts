import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createClient } from "@secret-handoff/lambda";

// On Node.js 20 the SDK warns, at every start, that it will need Node.js 22 from January 2027. The README says so once.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** A client as the functions use it, for the engine of the local stack, which takes any region and any key. */
export function localClient(endpoint: string): DynamoDBClient {
  return createClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
}
