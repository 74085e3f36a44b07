import { createHash } from "node:crypto";
import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { DynamodbTableItem } from "@cdktf/provider-aws/lib/dynamodb-table-item/index.js";
import { Fn } from "cdktf";
import { Construct } from "constructs";
import { InvalidProps } from "./checks/schema.ts";
import { isExpression } from "./terraform.ts";

export type PolicyTableProps = {
  /** Of the table. */
  readonly name: string;
  readonly policyJson: string;
  readonly kmsKeyArn?: string | undefined;
};

/** DynamoDB takes 400 KB in an item; the policy stands there as text, with its key and names. */
const MOST_BYTES = 390_000;

/**
 * Holds a policy that Lambda's environment cannot. A table of its own, because no function may write it: who may send is decided by the
 * deployment alone. Each version is an item of its own, and the next one is there before the function is told of it.
 */
export class PolicyTable extends Construct {
  readonly table: DynamodbTable;
  readonly item: DynamodbTableItem;
  /** What the function is told: the name of the item, which is the SHA-256 of its text. */
  readonly sha256: string;

  /** @throws InvalidProps when the policy is larger than an item */
  constructor(scope: Construct, id: string, { name, policyJson, kmsKeyArn }: PolicyTableProps) {
    super(scope, id);
    const bytes = Buffer.byteLength(policyJson);
    if (bytes > MOST_BYTES) {
      throw new InvalidProps([
        `senders, operators and classes take ${bytes} bytes, and DynamoDB takes ${MOST_BYTES}: name fewer, by ownerId for a whole organisation, or split them over two services`,
      ]);
    }
    this.sha256 = isExpression(policyJson)
      ? Fn.sha256(policyJson)
      : createHash("sha256").update(policyJson).digest("hex");
    this.table = new DynamodbTable(this, "table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "sha256",
      attribute: [{ name: "sha256", type: "S" }],
      pointInTimeRecovery: { enabled: true },
      ...(kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } }),
    });
    this.item = new DynamodbTableItem(this, "item", {
      tableName: this.table.name,
      hashKey: this.table.hashKey,
      item: JSON.stringify({ sha256: { S: this.sha256 }, policy: { S: policyJson } }),
      lifecycle: { createBeforeDestroy: true },
    });
  }
}
