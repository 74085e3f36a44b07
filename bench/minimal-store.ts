import { createHash, randomBytes } from "node:crypto";
import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { type Engine, localClient } from "@secret-handoff/local";
import { Hono } from "hono";
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from "jose";
import { load } from "./load.ts";
import { type Figure, measured, ownCpu } from "./measured.ts";

const TABLE = "least";
const TOKEN = { issuer: "least", audience: "least" };
const ENVELOPE = randomBytes(329).toString("base64url");

/**
 * A minimal store of this kind, to hold the figures of ours against: a token is verified and one item is put, one conditional
 * update claims it. No index, no policy, no senders list, no strict parsing, no taken ids, and no sockets
 * between the caller and the store.
 */
export async function measureMinimalStore(engine: Engine, count: number): Promise<readonly Figure[]> {
  const client = localClient(engine.endpoint);
  await client.send(
    new CreateTableCommand({
      TableName: TABLE,
      BillingMode: "PAY_PER_REQUEST",
      AttributeDefinitions: [
        { AttributeName: "id", AttributeType: "S" },
        { AttributeName: "link", AttributeType: "B" },
      ],
      KeySchema: [
        { AttributeName: "id", KeyType: "HASH" },
        { AttributeName: "link", KeyType: "RANGE" },
      ],
    }),
  );
  const { publicKey, privateKey } = await generateKeyPair("RS256");
  const header = { alg: "RS256", kid: "least" };
  const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), ...header }] });
  const token = await new SignJWT({})
    .setProtectedHeader(header)
    .setIssuer(TOKEN.issuer)
    .setAudience(TOKEN.audience)
    .setExpirationTime("1h")
    .sign(privateKey);
  const app = minimalStore(client, keys);
  const call = async (path: string, body: object, expected: number) => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${token}` };
    const { status } = await app.request(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (status !== expected) throw new Error(`${path} answered ${status}`);
  };
  const create = (handoff: Handoff) => call("/create", handoff, 201);
  const claim = ({ id, link, claimId }: Handoff) => call("/claim", { id, link, claimId }, 200);
  for (let round = 0; round < 3; round += 1) {
    const warm = handoffs(count);
    await load(warm, 50, create);
    await load(warm, 50, claim);
  }
  const items = handoffs(count);
  const figures = [
    { what: "a minimal store, in process: create", ...(await measured(engine, ownCpu, items, 50, create)) },
    { what: "a minimal store, in process: claim", ...(await measured(engine, ownCpu, items, 50, claim)) },
  ];
  client.destroy();
  return figures;
}

type Handoff = {
  readonly id: string;
  readonly link: string;
  readonly claimId: string;
  readonly envelope: string;
};

function handoffs(count: number): readonly Handoff[] {
  const random = (bytes: number) => randomBytes(bytes).toString("base64url");
  return Array.from({ length: count }, () => ({
    id: random(16),
    link: random(32),
    claimId: random(16),
    envelope: ENVELOPE,
  }));
}

function minimalStore(client: DynamoDBClient, keys: ReturnType<typeof createLocalJWKSet>): Hono {
  const bytes = (text: string) => Buffer.from(text, "base64url");
  const hash = (text: string) => createHash("sha256").update(bytes(text)).digest();
  const app = new Hono();
  app.post("/create", async (c) => {
    await jwtVerify(c.req.header("authorization")?.slice("Bearer ".length) ?? "", keys, TOKEN);
    const { id, link, envelope } = await c.req.json<Handoff>();
    await client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: {
          id: { S: id },
          link: { B: hash(link) },
          step: { S: "open" },
          expiresAt: { N: "4000000000" },
          envelope: { B: bytes(envelope) },
          outbox: { L: [{ S: "created" }] },
        },
        ConditionExpression: "attribute_not_exists(id)",
      }),
    );
    return c.json({ id }, 201);
  });
  app.post("/claim", async (c) => {
    const { id, link, claimId } = await c.req.json<Handoff>();
    try {
      const { Attributes } = await client.send(
        new UpdateItemCommand({
          TableName: TABLE,
          Key: { id: { S: id }, link: { B: hash(link) } },
          UpdateExpression: "SET step = :claimed, claim = :claim, outbox = list_append(outbox, :events)",
          ConditionExpression: "attribute_exists(id) AND step = :open AND expiresAt > :now",
          ExpressionAttributeValues: {
            ":claimed": { S: "claimed" },
            ":claim": { B: hash(claimId) },
            ":events": { L: [{ S: "claimed" }] },
            ":open": { S: "open" },
            ":now": { N: "1" },
          },
          ReturnValues: "ALL_NEW",
        }),
      );
      return c.json({ envelope: Buffer.from(Attributes?.envelope?.B ?? []).toString("base64url") });
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return c.json({}, 410);
      throw error;
    }
  });
  return app;
}
