import { DynamodbTable, type DynamodbTableConfig } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { Construct } from "constructs";
import type { TableArns } from "./iam/function-permissions.ts";
import { policyDocument } from "./iam/policies.ts";
import type { DeletionProtectionProps } from "./props.ts";

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

export type PseudonymKeyProps = {
  readonly name: string;
  /** The account's root, which stands for its administrators. */
  readonly accountRootArn: string;
  /** ARN of the one role that may make pseudonyms. */
  readonly userRoleArn: string;
};

/** What administrators may do to the key: manage and destroy it, but not use it to test guesses at addresses. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:EnableKey",
  "kms:GetKeyPolicy",
  "kms:GetKeyRotationStatus",
  "kms:ListAliases",
  "kms:ListKeyPolicies",
  "kms:ListResourceTags",
  "kms:PutKeyPolicy",
  "kms:ScheduleKeyDeletion",
  "kms:TagResource",
  "kms:UntagResource",
  "kms:UpdateAlias",
  "kms:UpdateKeyDescription",
] as const;

/**
 * The key under which recipients' addresses become pseudonyms. KMS never gives it out; once it is destroyed, no event
 * can be led back to an address. HMAC keys are not rotated: a new key would give the same recipient a new pseudonym.
 */
export class PseudonymKey extends Construct {
  readonly key: KmsKey;

  constructor(scope: Construct, id: string, props: PseudonymKeyProps) {
    super(scope, id);
    this.key = new KmsKey(this, "key", {
      description: `${props.name}: pseudonyms of recipients in audit events`,
      keyUsage: "GENERATE_VERIFY_MAC",
      customerMasterKeySpec: "HMAC_256",
      deletionWindowInDays: 30,
      policy: policyDocument([
        {
          Sid: "AdministratorsManage",
          Effect: "Allow",
          Principal: { AWS: props.accountRootArn },
          Action: ADMINISTRATION,
          Resource: ["*"],
        },
        {
          Sid: "SenderMakesPseudonyms",
          Effect: "Allow",
          Principal: { AWS: props.userRoleArn },
          Action: ["kms:GenerateMac"],
          Resource: ["*"],
        },
      ]),
    });
    new KmsAlias(this, "alias", { name: `alias/${props.name}-pseudonyms`, targetKeyId: this.key.keyId });
  }
}
