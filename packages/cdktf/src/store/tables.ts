import { DynamodbTable, type DynamodbTableConfig } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { Construct } from "constructs";
import type { TableArns } from "../permissions/permissions.ts";
import type { DeletionProtectionProps } from "../secret-handoff-props.ts";

export type TablesProps = {
  readonly name: string;
  readonly kmsKeyArn?: string | undefined;
  readonly deletionProtection?: DeletionProtectionProps | undefined;
};

/**
 * The one-time table and the audit table. Their keys and indexes are those of `definitions.ts` in packages/lambda, which
 * the local stack builds its own from.
 */
export class Tables extends Construct {
  readonly handoffs: DynamodbTable;
  readonly audit: DynamodbTable;
  readonly arns: TableArns;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const { kmsKeyArn, deletionProtection = {} } = props;
    const shared: Pick<DynamodbTableConfig, "billingMode" | "serverSideEncryption"> = {
      billingMode: "PAY_PER_REQUEST",
      ...(kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } }),
    };
    this.handoffs = new DynamodbTable(this, "handoffs", {
      ...shared,
      name: `${props.name}-handoffs`,
      hashKey: "id",
      rangeKey: "linkVerifier",
      attribute: [
        { name: "id", type: "S" },
        { name: "linkVerifier", type: "B" },
        { name: "dueShard", type: "S" },
        { name: "dueAt", type: "N" },
        { name: "owner", type: "S" },
        { name: "createdAt", type: "N" },
      ],
      globalSecondaryIndex: [
        { name: "due", hashKey: "dueShard", rangeKey: "dueAt", projectionType: "KEYS_ONLY" },
        { name: "byOwner", hashKey: "owner", rangeKey: "createdAt", projectionType: "KEYS_ONLY" },
      ],
      ttl: { enabled: true, attributeName: "ttl" },
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
      // A backup would keep what was burned.
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: deletionProtection.handoffs ?? true,
    });
    this.audit = new DynamodbTable(this, "audit", {
      ...shared,
      name: `${props.name}-audit`,
      hashKey: "stream",
      rangeKey: "sequence",
      attribute: [
        { name: "stream", type: "S" },
        { name: "sequence", type: "N" },
        { name: "day", type: "S" },
        { name: "at", type: "S" },
      ],
      globalSecondaryIndex: [{ name: "byDay", hashKey: "day", rangeKey: "at", projectionType: "ALL" }],
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: deletionProtection.audit ?? true,
    });
    this.arns = { table: this.handoffs.arn, stream: this.handoffs.streamArn, audit: this.audit.arn };
  }
}
