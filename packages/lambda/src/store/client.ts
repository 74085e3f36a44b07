import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/** A logger without methods: the SDK would otherwise describe each call, at some cost, to a logger that drops it. */
const silent: NonNullable<DynamoDBClientConfig["logger"]> = Object.create(null);

/** The client as every function and the local stack use it: nothing logged, the middleware stack resolved once a command. */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ logger: silent, cacheMiddleware: true, ...config });
}
