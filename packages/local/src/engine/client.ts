import {
  type DynamoDBClient,
  DynamoDBServiceException,
  type QueryCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { createClient } from "@secret-handoff/lambda";

// On Node.js 20 the SDK warns, at every start, that it will need Node.js 22 from January 2027. The README says so once.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * A client as the functions use it, for the engine of the local stack, which takes any region and any key. It makes up for what
 * dynoxide does not do as DynamoDB does.
 * @param onCall called with each request that is sent, such as `PutItem`, which waits for it; refused conditions and repeated requests count too
 */
export function localClient(
  endpoint: string,
  onCall?: (operation: string) => void | Promise<void>,
): DynamoDBClient {
  const client = createClient({
    endpoint,
    region: "local",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  });
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        if (commandName === "QueryCommand") checkStartKey(args.input as QueryCommandInput);
        if (commandName !== "UpdateItemCommand") return next(args);
        const { UpdateExpression, ...input } = args.input as UpdateItemCommandInput;
        return next({ ...args, input: { ...input, UpdateExpression: lastElementsFirst(UpdateExpression) } });
      },
    { step: "initialize", name: "asDynamoDB" },
  );
  if (onCall) {
    const { requestHandler } = client.config;
    const handle = requestHandler.handle.bind(requestHandler);
    requestHandler.handle = async (request, options) => {
      await onCall(request.headers["x-amz-target"]?.split(".")[1] ?? "");
      return handle(request, options);
    };
  }
  return client;
}

/** DynamoDB refuses a page that would start in another partition than the one asked for; dynoxide starts at its beginning. */
function checkStartKey({
  ExclusiveStartKey,
  KeyConditionExpression = "",
  ExpressionAttributeNames,
  ExpressionAttributeValues,
}: QueryCommandInput): void {
  if (!ExclusiveStartKey) return;
  const [, name = "", value = ""] = /^\s*(#?\w+)\s*=\s*(:\w+)/.exec(KeyConditionExpression) ?? [];
  const started = ExclusiveStartKey[ExpressionAttributeNames?.[name] ?? name];
  if (JSON.stringify(started) === JSON.stringify(ExpressionAttributeValues?.[value])) return;
  throw new DynamoDBServiceException({
    name: "ValidationException",
    message: "The provided starting key is outside query boundaries based on provided conditions",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
}

/**
 * Orders the paths of a REMOVE clause so that later elements of a list go before earlier ones: DynamoDB removes elements by their
 * places in the item as it was, dynoxide one after the other.
 */
function lastElementsFirst(expression: string | undefined): string | undefined {
  if (!expression || expression.indexOf("[") === expression.lastIndexOf("[")) return expression;
  const ordered = expression.replace(REMOVE_CLAUSE, (_, keyword: string, paths: string) => {
    const sorted = paths.split(",").map((path) => path.trim().split(/(?=\[)|\./));
    return `${keyword} ${sorted.sort(byPlaces).map(joined).join(", ")} `;
  });
  return ordered.trimEnd();
}

/** From the keyword to the next one; an alias such as `#remove` is none. */
const REMOVE_CLAUSE = /(?<![#:\w])(REMOVE)\s+(.+?)(?=(?<![#:\w])(?:SET|ADD|DELETE)\s|$)/gis;

/** The steps of a path: names, and places such as `[2]`. */
type Path = readonly string[];

/** A total order: by names upwards, by places downwards. */
function byPlaces(one: Path, other: Path): number {
  const at = one.findIndex((step, index) => step !== other[index]);
  const [here = "", there = ""] = [one[at], other[at]];
  const [place, otherPlace] = [here, there].map((step) => Number(/^\[(\d+)\]$/.exec(step)?.[1]));
  return Number(otherPlace) - Number(place) || (here < there ? -1 : 1);
}

function joined(path: Path): string {
  return path.map((step, index) => (index === 0 || step.startsWith("[") ? step : `.${step}`)).join("");
}
