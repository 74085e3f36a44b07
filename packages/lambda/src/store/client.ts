import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";

/** A logger that logs nothing: the SDK would otherwise format each call for a logger that drops it. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** The client as every function and the local stack use it: nothing logged, the middleware stack resolved once a command. */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  return new DynamoDBClient({ logger: silent, cacheMiddleware: true, ...config });
}
