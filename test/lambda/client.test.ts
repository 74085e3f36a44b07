import {
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  ListTablesCommand,
} from "@aws-sdk/client-dynamodb";
import { expect, test } from "@jest/globals";
import { createClient } from "@secret-handoff/lambda";

const REGION = "eu-central-1";

type Sent = { readonly headers: Record<string, string>; readonly body: string };

/** A client whose requests are kept instead of sent. */
function recording(credentials: NonNullable<DynamoDBClientConfig["credentials"]>) {
  const sent: Sent[] = [];
  const handle = async (request: Sent) => {
    sent.push(request);
    return { response: { statusCode: 200, headers: {}, body: new Uint8Array(Buffer.from("{}")) } };
  };
  const requestHandler = { handle } as unknown as DynamoDBClientConfig["requestHandler"];
  const client = createClient({ region: REGION, credentials, ...(requestHandler ? { requestHandler } : {}) });
  return {
    sent,
    send: {
      GetItem: () => client.send(new GetItemCommand({ TableName: "t", Key: { id: { S: "i" } } })),
      ListTables: () => client.send(new ListTablesCommand({})),
    },
  };
}

/** One that goes the short way, and one that does not. */
const OPERATIONS = ["GetItem", "ListTables"] as const;

test.each(OPERATIONS)(
  "every call bears the signature that a plain client's signer makes for it: %s",
  async (operation) => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example", sessionToken: "session" };
    const { sent, send } = recording(credentials);
    const signer = await new DynamoDBClient({ region: REGION, credentials }).config.signer({
      name: "sigv4",
      signingName: "dynamodb",
      signingRegion: REGION,
      properties: {},
    });
    for (let call = 0; call < 3; call += 1) {
      await send[operation]();
      const request = sent[call] as Sent;
      const { authorization, ...headers } = request.headers;
      const again = await signer.sign(Object.assign(Object.create(request), request, { headers }) as never, {
        signingDate: dateOf(headers["x-amz-date"] ?? ""),
      });
      expect(again.headers.authorization).toBe(authorization);
    }
  },
);

test.each(OPERATIONS)("credentials that have expired are asked for again: %s", async (operation) => {
  let made = 0;
  const { sent, send } = recording(async () => {
    made += 1;
    return { accessKeyId: `AKID${made}`, secretAccessKey: "example", expiration: new Date(0) };
  });
  await send[operation]();
  await send[operation]();
  const keys = sent.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? "")?.[1]);
  expect(new Set(keys).size).toBe(2);
});

test.each(OPERATIONS)("a call tells DynamoDB nothing but what DynamoDB needs: %s", async (operation) => {
  const { sent, send } = recording({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: "example" });
  await send[operation]();
  expect(Object.keys(sent[0]?.headers ?? {}).sort()).toEqual([
    "amz-sdk-invocation-id",
    "amz-sdk-request",
    "authorization",
    "content-length",
    "content-type",
    "host",
    "x-amz-content-sha256",
    "x-amz-date",
    "x-amz-target",
  ]);
});

/** `20261121T101500Z` */
function dateOf(stamp: string): Date {
  return new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
