import { createHash } from "node:crypto";
import { CreateTableCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { defineStack } from "@secret-handoff/cdktf";
import { Table } from "@secret-handoff/lambda";
import { parseSenderConfig } from "@secret-handoff/lambda/config";
import { type Engine, localClient, startEngine } from "@secret-handoff/local";
import { readPolicy } from "../../packages/lambda/src/handlers/tables.ts";
import { absent, attributeOf, present } from "../../packages/lambda/src/store/expressions.ts";
import { LEAST } from "./configurations.ts";
import { listOf, policiesOf } from "./iam.ts";
import { resource, resources, synthesise } from "./synthesis.ts";

const sendersOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    repositoryId: String(1_000_000 + index),
    environment: "production",
    may: ["send" as const],
  }));
const stackOf = (count: number) =>
  defineStack({ ...LEAST, service: { ...LEAST.service, senders: sendersOf(count) } });
const sha256Of = (text: string) => createHash("sha256").update(text).digest("hex");

describe("a policy that Lambda's environment cannot hold", () => {
  const { json } = synthesise(stackOf(500));
  const { environment } = resource(json, "aws_lambda_function", "sender_function");
  const { variables } = environment as { variables: Record<string, string> };
  const { item } = resource(json, "aws_dynamodb_table_item", "policy_item");
  const stored = JSON.parse(String(item)) as Record<string, { readonly S: string }>;

  test("lies in a table of its own, under the hash that the function is told", () => {
    expect(variables).not.toHaveProperty("CONFIG");
    expect(variables.POLICY_SHA256).toBe(sha256Of(stored.policy?.S ?? ""));
    expect(stored.sha256?.S).toBe(variables.POLICY_SHA256);
    expect(parseSenderConfig(stored.policy?.S ?? "").senders).toHaveLength(500);
  });

  test("is there before the function that reads it, and the next one before this one goes", () => {
    expect(resource(json, "aws_lambda_function", "sender_function").depends_on).toContain(
      "aws_dynamodb_table_item.policy_item",
    );
    expect(resource(json, "aws_dynamodb_table_item", "policy_item").lifecycle).toEqual({
      create_before_destroy: true,
    });
  });

  test("may be read by the sender's function, and written by none", () => {
    const touching = policiesOf(json).flatMap(({ address, statements }) =>
      statements
        .filter(({ Resource }) => listOf(Resource).some((arn) => arn.includes("policy_table")))
        .map(({ Action }) => [address, Action]),
    );
    expect(touching).toEqual([["aws_iam_role_policy.sender_policy", ["dynamodb:GetItem"]]]);
  });

  test("is told at synth; a small one stays in the environment", () => {
    const warningsOf = (count: number) =>
      synthesise(stackOf(count)).warnings.filter((text) => text.includes("larger than Lambda's environment"));
    expect(warningsOf(500)).toHaveLength(1);
    expect(warningsOf(20)).toEqual([]);
    expect(resources(synthesise(stackOf(20)).json, "aws_dynamodb_table_item")).toEqual([]);
  });
});

describe("the sender's function, when it starts", () => {
  let engine: Engine;
  let table: Table;
  const policy = '{"issuer":"https://issuer.example","senders":[]}';
  beforeAll(async () => {
    engine = await startEngine({});
    const client = localClient(engine.endpoint);
    await client.send(
      new CreateTableCommand({
        TableName: "policy",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "sha256", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "sha256", KeyType: "HASH" }],
      }),
    );
    table = new Table(client, "policy");
  });
  afterAll(() => engine.close());
  afterEach(() => {
    delete process.env.POLICY_SHA256;
  });

  test("reads the policy that its environment names, and starts with no other and with none", async () => {
    process.env.POLICY_SHA256 = sha256Of(policy);
    await expect(readPolicy(table)).rejects.toThrow("deploy again");
    const key = { sha256: attributeOf(sha256Of(policy)) };
    await table.put({ ...key, policy: attributeOf(policy) }, absent("sha256"));
    expect(await readPolicy(table)).toBe(policy);
    await table.put({ ...key, policy: attributeOf(policy.replace("[]", "[ ]")) }, present("sha256"));
    await expect(readPolicy(table)).rejects.toThrow("somebody has changed it");
  });
});
