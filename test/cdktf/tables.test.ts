import { describe, expect, test } from "@jest/globals";
import { auditTable, oneTimeTable } from "@secret-handoff/lambda";
import { LEAST } from "./configurations.ts";
import { resource, synthesise } from "./synthesis.ts";

type Deployed = {
  readonly name: string;
  readonly hash_key: string;
  readonly range_key: string;
  readonly attribute: readonly { readonly name: string; readonly type: string }[];
  readonly global_secondary_index: readonly {
    readonly name: string;
    readonly hash_key: string;
    readonly range_key: string;
    readonly projection_type: string;
  }[];
};

const { json } = synthesise(LEAST);

/** A deployed table in the words of the API that the local stack makes its tables with. */
function asCommand({ name, hash_key, range_key, attribute, global_secondary_index }: Deployed) {
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: "HASH" },
    { AttributeName: range, KeyType: "RANGE" },
  ];
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: attribute.map((each) => ({ AttributeName: each.name, AttributeType: each.type })),
    KeySchema: keys(hash_key, range_key),
    GlobalSecondaryIndexes: global_secondary_index.map((index) => ({
      IndexName: index.name,
      KeySchema: keys(index.hash_key, index.range_key),
      Projection: { ProjectionType: index.projection_type },
    })),
  };
}

describe("the deployed tables", () => {
  test.each([
    ["handoffs", oneTimeTable],
    ["audit", auditTable],
  ])("have the keys and indexes of the store's own definitions: %s", (name, definition) => {
    const table = resource(json, "aws_dynamodb_table", `tables_${name}`) as Deployed;
    expect(asCommand(table)).toEqual(definition(`secret-handoff-${name}`));
  });
});
