import { KmsAlias } from "@cdktf/provider-aws/lib/kms-alias/index.js";
import { KmsKey } from "@cdktf/provider-aws/lib/kms-key/index.js";
import { Construct } from "constructs";
import { policyDocument } from "../permissions/policy-document.ts";

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
