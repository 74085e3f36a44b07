import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { afterEach, expect, test } from "@jest/globals";
import { createClient } from "@secret-handoff/lambda";

type Answer = { readonly status?: number; readonly body?: string; readonly headers?: Record<string, string> };
type Fault = Answer | "hang" | "drop";
type Seen = { readonly target: string; readonly body: unknown; readonly headers: Record<string, unknown> };

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** Gives these answers in turn, then the last one again. */
async function startDynamoDB(...faults: readonly Fault[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    const fault = faults[Math.min(seen.length, faults.length - 1)];
    seen.push({
      target: String(request.headers["x-amz-target"]),
      body: JSON.parse(body),
      headers: request.headers,
    });
    if (fault === "drop") request.socket.destroy();
    if (typeof fault !== "object") return;
    response.writeHead(fault.status ?? 200, {
      "content-type": "application/x-amz-json-1.0",
      "x-amzn-requestid": "REQUEST",
      ...fault.headers,
    });
    response.end(fault.body ?? "{}");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { seen, endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}

const clients = { plain: (config: DynamoDBClientConfig) => new DynamoDBClient(config), ours: createClient };
const config = {
  region: "eu-central-1",
  credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" },
};

const attributes = {
  id: { S: 'ä "quoted" \u2028' },
  count: { N: "12345678901234567890.5" },
  bytes: { B: new Uint8Array([0, 1, 254, 255]) },
  empty: { B: new Uint8Array() },
  list: { L: [{ S: "one" }, { B: new Uint8Array([7]) }, { M: { deep: { B: new Uint8Array([8]) } } }] },
  texts: { SS: ["a", "b"] },
  binaries: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
  no: { NULL: true as const },
  yes: { BOOL: true },
};
const key = { TableName: "t", Key: { id: { S: "i" } } };
const commands = [
  () => new PutItemCommand({ TableName: "t", Item: attributes, ConditionExpression: undefined }),
  () => new GetItemCommand({ ...key, ConsistentRead: true }),
  () =>
    new UpdateItemCommand({
      ...key,
      UpdateExpression: "SET #a = :a",
      ExpressionAttributeNames: { "#a": "a" },
      ExpressionAttributeValues: { ":a": { B: new Uint8Array([9]) } },
    }),
  () =>
    new QueryCommand({
      TableName: "t",
      KeyConditionExpression: "id = :i",
      ExpressionAttributeValues: { ":i": { S: "i" } },
      ExclusiveStartKey: { id: { S: "i" } },
      Limit: 3,
    }),
];

test.each(commands)(
  "what is asked and what is read is the same as with a plain client (%#)",
  async (command) => {
    const wire = JSON.stringify(attributes, (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value,
    );
    const body = `{"Item":${wire},"Attributes":${wire},"Items":[${wire}],"LastEvaluatedKey":${wire},"Count":1}`;
    const results = [];
    for (const create of Object.values(clients)) {
      const { seen, endpoint } = await startDynamoDB({ body });
      const client = create({ ...config, endpoint });
      const { $metadata, ...output } = await client.send(command() as PutItemCommand);
      const [{ target, body: asked } = {}] = seen;
      // Only the members that the operation has are read by a plain client.
      const { Item, Attributes, Items, LastEvaluatedKey } = output as Record<string, unknown>;
      results.push({
        target,
        asked,
        status: $metadata.httpStatusCode,
        attempts: $metadata.attempts,
        output: { Item, Attributes, Items, LastEvaluatedKey },
      });
      client.destroy();
    }
    const [plain, ours] = results;
    const known = Object.entries(plain?.output ?? {}).filter(([, value]) => value !== undefined);
    expect(ours).toMatchObject({ ...plain, output: Object.fromEntries(known) });
  },
);

const problem = (type: string, more: object = {}) =>
  JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "CANARY", ...more });
const throttled = { status: 400, body: problem("ProvisionedThroughputExceededException") };

test.each<[string, readonly Fault[], number]>([
  [
    "a refused condition is not sent again",
    [
      {
        status: 400,
        body: problem("ConditionalCheckFailedException", { Item: { id: { S: "i" }, bytes: { B: "AAH+" } } }),
      },
    ],
    1,
  ],
  ["a malformed request is not sent again", [{ status: 400, body: problem("ValidationException") }], 1],
  ["a missing right is not sent again", [{ status: 400, body: problem("AccessDeniedException") }], 1],
  ["throttling is tried again until it ends", [throttled, throttled, {}], 3],
  ["throttling that stays is given up", [throttled], 4],
  ["a failing service is tried again", [{ status: 500, body: problem("InternalServerError") }, {}], 2],
  ["a gateway's page is tried again", [{ status: 503, body: "<html>CANARY</html>" }, {}], 2],
  ["a dropped connection is tried again", ["drop", {}], 2],
  ["a call that hangs is given up, and tried again", ["hang", {}], 2],
  ["calls that hang are given up", ["hang"], 4],
])("%s, as by a plain client", async (_, faults, requests) => {
  const results = [];
  for (const create of Object.values(clients)) {
    const { seen, endpoint } = await startDynamoDB(...faults);
    const client = create({
      ...config,
      endpoint,
      requestHandler: { connectionTimeout: 300, requestTimeout: 300, throwOnRequestTimeout: true },
    });
    const outcome = await client.send(new GetItemCommand(key)).then(
      ({ $metadata }) => ({ attempts: $metadata.attempts }),
      (error) => ({
        name: error.name,
        of: Object.getPrototypeOf(error).constructor.name,
        fault: error.$fault,
        item: error.Item,
        attempts: error.$metadata?.attempts,
        status: error.$metadata?.httpStatusCode,
      }),
    );
    results.push({ outcome, tries: seen.map(({ headers }) => headers["amz-sdk-request"]) });
    client.destroy();
  }
  const [plain, ours] = results;
  expect(ours).toEqual(plain);
  expect(ours?.tries).toHaveLength(requests);
});

test("a wrong clock is recognised by the answer, and corrected for the next try", async () => {
  for (const create of Object.values(clients)) {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = { status: 400, body: problem("RequestTimeTooSkewed"), headers: { date } };
    const { seen, endpoint } = await startDynamoDB(skewed, { headers: { date } });
    const client = create({ ...config, endpoint });
    await client.send(new GetItemCommand(key));
    const [first, second] = seen.map(({ headers }) => String(headers["x-amz-date"]).slice(0, 11));
    expect(first).not.toBe(second);
    client.destroy();
  }
});

test.each([
  ["the region's", {}, "dynamodb.eu-central-1.amazonaws.com"],
  [
    "the account's, where the credentials name it",
    { accountId: "111122223333" },
    "111122223333.ddb.eu-central-1.amazonaws.com",
  ],
])("calls go to the endpoint that the SDK works out: %s", async (_, account, host) => {
  const sent: string[] = [];
  const handle = async ({ hostname }: { hostname: string }) => {
    sent.push(hostname);
    return { response: { statusCode: 200, headers: {}, body: new Uint8Array(Buffer.from("{}")) } };
  };
  const requestHandler = { handle } as unknown as NonNullable<DynamoDBClientConfig["requestHandler"]>;
  const client = createClient({
    ...config,
    credentials: { ...config.credentials, ...account },
    requestHandler,
  });
  for (let call = 0; call < 2; call += 1) await client.send(new GetItemCommand(key));
  expect(sent).toEqual([host, host]);
});
