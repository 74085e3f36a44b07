import { DynamodbTable, type DynamodbTableConfig } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { auditTable, oneTimeTable } from "@secret-handoff/lambda/tables";
import { dependable, type TerraformResource } from "cdktf";
import { Construct } from "constructs";
import type { TableArns } from "./iam/function-permissions.ts";
import { policyDocument } from "./iam/policies.ts";
import type { DeletionProtectionProps } from "./props.ts";

type TableDefinition = ReturnType<typeof oneTimeTable>;

type TablesProps = {
  readonly name: string;
  readonly kmsKeyArn?: string | undefined;
  readonly deletionProtection?: DeletionProtectionProps | undefined;
};

/** The one-time table and the audit table, with the keys and indexes that the store's code is written for. */
export class Tables extends Construct {
  readonly handoffs: DynamodbTable;
  readonly audit: DynamodbTable;
  readonly arns: TableArns;

  constructor(scope: Construct, id: string, props: TablesProps) {
    super(scope, id);
    const { kmsKeyArn, deletionProtection = {} } = props;
    const encryption = kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } };
    this.handoffs = new DynamodbTable(this, "handoffs", {
      ...tableConfig(oneTimeTable(`${props.name}-handoffs`)),
      ...encryption,
      ttl: { enabled: true, attributeName: "ttl" },
      streamEnabled: true,
      streamViewType: "KEYS_ONLY",
      // A backup would keep what was burned.
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: deletionProtection.handoffs ?? true,
    });
    this.audit = new DynamodbTable(this, "audit", {
      ...tableConfig(auditTable(`${props.name}-audit`)),
      ...encryption,
      // The functions say, for each event, how long it is kept.
      ttl: { enabled: true, attributeName: "ttl" },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: deletionProtection.audit ?? true,
    });
    this.arns = { table: this.handoffs.arn, stream: this.handoffs.streamArn, audit: this.audit.arn };
  }

  /**
   * Keeps what gives the tables their meaning while a table is protected: Terraform destroys nothing that a table depends on before
   * the table itself, so a destroy that the table refuses leaves the address of the links and the key of the recipients' names.
   */
  keep(resources: readonly TerraformResource[]): void {
    for (const table of [this.handoffs, this.audit]) table.dependsOn = resources.map(dependable);
  }
}

/** A table's definition in the words of DynamoDB's API, as the store's package has it, in those of Terraform. */
function tableConfig(table: TableDefinition): DynamodbTableConfig {
  return {
    name: given(table.TableName),
    billingMode: given(table.BillingMode),
    ...keysOf(table.KeySchema),
    attribute: (table.AttributeDefinitions ?? []).map((attribute) => ({
      name: given(attribute.AttributeName),
      type: given(attribute.AttributeType),
    })),
    globalSecondaryIndex: (table.GlobalSecondaryIndexes ?? []).map((index) => ({
      name: given(index.IndexName),
      ...keysOf(index.KeySchema),
      projectionType: given(index.Projection?.ProjectionType),
      ...(index.Projection?.NonKeyAttributes ? { nonKeyAttributes: index.Projection.NonKeyAttributes } : {}),
    })),
  };
}

function keysOf(schema: TableDefinition["KeySchema"] = []): { hashKey: string; rangeKey?: string } {
  const named = (type: "HASH" | "RANGE") => schema.find(({ KeyType }) => KeyType === type)?.AttributeName;
  const rangeKey = named("RANGE");
  return { hashKey: given(named("HASH")), ...(rangeKey === undefined ? {} : { rangeKey }) };
}

/** The SDK types every member of a request as optional. */
function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("the definition of a table lacks a part that Terraform needs");
  return value;
}

type RecipientKeysProps = {
  readonly name: string;
  /** The account's root, which stands for its administrators. */
  readonly accountRootArn: string;
  /** ARN of the one role that may use the keys. */
  readonly userRoleArn: string;
  /** Whether the directory keeps addresses. */
  readonly keepAddresses: boolean;
};

/** What administrators may do to the keys: manage and destroy them, but neither test guesses at addresses nor read one. */
const ADMINISTRATION = [
  "kms:CancelKeyDeletion",
  "kms:CreateAlias",
  "kms:DeleteAlias",
  "kms:DescribeKey",
  "kms:DisableKey",
  "kms:DisableKeyRotation",
  "kms:EnableKey",
  "kms:EnableKeyRotation",
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
 * The keys of the recipients directory: one names the entries, by the HMAC of the address, the other encrypts the addresses in them. KMS
 * never gives either out; once both are destroyed, nothing in the trail can be led back to an address. HMAC keys are not rotated: under a
 * new one every recipient would be new.
 */
export class RecipientKeys extends Construct {
  readonly mac: KmsKey;
  /** Undefined where the directory keeps no addresses. */
  readonly address: KmsKey | undefined;

  constructor(scope: Construct, id: string, props: RecipientKeysProps) {
    super(scope, id);
    const { name } = props;
    this.mac = new KmsKey(this, "mac", {
      description: `${name}: names the entries of the recipients directory`,
      keyUsage: "GENERATE_VERIFY_MAC",
      customerMasterKeySpec: "HMAC_256",
      deletionWindowInDays: 30,
      policy: keyPolicy(props, ["kms:GenerateMac"]),
    });
    new KmsAlias(this, "mac-alias", { name: `alias/${name}-recipients`, targetKeyId: this.mac.keyId });
    if (!props.keepAddresses) return;
    this.address = new KmsKey(this, "address", {
      description: `${name}: encrypts the addresses in the recipients directory`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: keyPolicy(props, ["kms:Encrypt", "kms:Decrypt"]),
    });
    const targetKeyId = this.address.keyId;
    new KmsAlias(this, "address-alias", { name: `alias/${name}-recipient-addresses`, targetKeyId });
  }

  get keys(): readonly KmsKey[] {
    return this.address ? [this.mac, this.address] : [this.mac];
  }
}

type SealKeyProps = {
  readonly name: string;
  /** The account's root, which stands for its administrators. */
  readonly accountRootArn: string;
  /** ARN of the one role that may sign. */
  readonly signerRoleArn: string;
};

/**
 * The key that signs the trail's seals: ECDSA on P-256. The private key never leaves KMS; administrators of the account
 * may give out the public one. KMS does not rotate asymmetric keys.
 */
export class SealKey extends Construct {
  readonly key: KmsKey;

  constructor(scope: Construct, id: string, { name, accountRootArn, signerRoleArn }: SealKeyProps) {
    super(scope, id);
    this.key = new KmsKey(this, "key", {
      description: `${name}: signs the seals of the trail`,
      keyUsage: "SIGN_VERIFY",
      customerMasterKeySpec: "ECC_NIST_P256",
      deletionWindowInDays: 30,
      policy: policyDocument([
        {
          Sid: "AdministratorsManage",
          Effect: "Allow",
          Principal: { AWS: accountRootArn },
          Action: [...ADMINISTRATION, "kms:GetPublicKey", "kms:Verify"],
          Resource: ["*"],
        },
        {
          Sid: "SealerSigns",
          Effect: "Allow",
          Principal: { AWS: signerRoleArn },
          Action: ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"],
          Resource: ["*"],
        },
      ]),
    });
    new KmsAlias(this, "alias", { name: `alias/${name}-seals`, targetKeyId: this.key.keyId });
  }
}

function keyPolicy({ accountRootArn, userRoleArn }: RecipientKeysProps, use: readonly string[]): string {
  return policyDocument([
    {
      Sid: "AdministratorsManage",
      Effect: "Allow",
      Principal: { AWS: accountRootArn },
      Action: ADMINISTRATION,
      Resource: ["*"],
    },
    { Sid: "SenderUses", Effect: "Allow", Principal: { AWS: userRoleArn }, Action: use, Resource: ["*"] },
  ]);
}
