import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { shortCall } from "./short-call.ts";

/** A logger without methods: the SDK would otherwise describe each call, at some cost, to a logger that drops it. */
const silent: NonNullable<DynamoDBClientConfig["logger"]> = Object.create(null);

/** Steps of a call that DynamoDB does not need: they log it, tell who makes it, and look for a trace to carry on. */
const UNNEEDED = ["loggerMiddleware", "getUserAgentMiddleware", "recursionDetectionMiddleware"];

/**
 * The client as every function and the local stack use it: nothing logged, the middleware stack resolved once a command, and
 * neither signer nor user agent made anew for each call. It spends about a third less than a plain client on a call.
 */
export function createClient(config: DynamoDBClientConfig = {}): DynamoDBClient {
  const client = new DynamoDBClient({ logger: silent, cacheMiddleware: true, ...config });
  for (const step of UNNEEDED) client.middlewareStack.remove(step);
  keepSigner(client.config);
  const options = { step: "initialize", priority: "low", name: "shortCall" } as const;
  client.middlewareStack.add(shortCall(client.config), options);
  return client;
}

/** A signer holds nothing of a call: it is told the time, and asks the (memoised) provider for credentials. */
function keepSigner(config: DynamoDBClient["config"]): void {
  const make = config.signer;
  let kept: Awaited<ReturnType<typeof make>> | undefined;
  config.signer = async (authScheme) => {
    kept ??= await make(authScheme);
    return kept;
  };
}
