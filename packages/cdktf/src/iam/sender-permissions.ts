import type { ArnParts } from "../terraform.ts";
import { allow, type Statement } from "./policies.ts";

/** What a sending workflow may do in AWS. */
export type SenderRights = {
  /** Names of secrets; a trailing `/*` takes every secret below a path. */
  readonly secretNames?: readonly string[];
  /** Every secret that has all of these tags. */
  readonly secretTags?: Readonly<Record<string, string>>;
  /** Names of Systems Manager parameters, for the action's `parameters`; a trailing `/*` takes every one below a path. */
  readonly parameterNames?: readonly string[];
  /** ARNs of roles to assume, for the action's `source: sts`. Each must trust this role. */
  readonly assumeRoleArns?: readonly string[];
  /**
   * `managed` lets the role start the rotation that a secret has; `generate` lets it write a new value.
   * @default neither: the role only reads
   */
  readonly rotate?: "managed" | "generate";
  /** ARNs of your rotation functions, with `rotate: "managed"`: the caller of RotateSecret must be able to invoke them. */
  readonly rotationFunctionArns?: readonly string[];
  /** Lets the role list the account's secrets, for `prefix*` in the action's secret-ids. IAM cannot limit which. @default false */
  readonly listSecrets?: boolean;
  /** ARNs of the KMS keys that encrypt those secrets and parameters, unless they are AWS's own. */
  readonly kmsKeyArns?: readonly string[];
  /** Lets the role mail through SES. @default no mail */
  readonly mail?: MailRights;
};

/** Mail from one address, under one configuration set. */
export type MailRights = {
  /** ARN of the SES identity. */
  readonly identityArn: string;
  /** ARN of the configuration set. */
  readonly configurationSetArn: string;
  /** The only address that the role may mail from. */
  readonly from: string;
};

/** The role's statements. Each action is named; the only resource of `*` is where AWS knows no other. */
export function senderRightsStatements(rights: SenderRights, here: ArnParts): readonly Statement[] {
  const { rotate, mail, kmsKeyArns = [], secretTags, parameterNames = [], assumeRoleArns = [] } = rights;
  const { rotationFunctionArns = [] } = rights;
  const inAccount = `arn:${here.partition}:secretsmanager:${here.region}:${here.account}:secret:`;
  const secrets = (rights.secretNames ?? []).map((name) => `${inAccount}${secretPattern(name)}`);
  const parameters = parameterNames.map(
    (name) => `arn:${here.partition}:ssm:${here.region}:${here.account}:parameter/${name.replace(/^\//, "")}`,
  );
  const actions = [
    "secretsmanager:GetSecretValue",
    "secretsmanager:DescribeSecret",
    ...(rotate === "managed" ? ["secretsmanager:RotateSecret"] : []),
    ...(rotate === "generate"
      ? ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"]
      : []),
  ];
  return [
    ...(secrets.length > 0 ? [allow("UseNamedSecrets", actions, secrets)] : []),
    ...(secretTags === undefined
      ? []
      : [allow("UseTaggedSecrets", actions, [`${inAccount}*`], { StringEquals: resourceTags(secretTags) })]),
    ...(rotate === "managed" && rotationFunctionArns.length > 0
      ? [allow("InvokeRotationFunctions", ["lambda:InvokeFunction"], rotationFunctionArns)]
      : []),
    ...(parameters.length > 0 ? [allow("ReadParameters", ["ssm:GetParameter"], parameters)] : []),
    ...(assumeRoleArns.length > 0 ? [allow("AssumeRoles", ["sts:AssumeRole"], assumeRoleArns)] : []),
    ...(rights.listSecrets ? [allow("ListSecrets", ["secretsmanager:ListSecrets"], ["*"])] : []),
    ...(rotate === "generate"
      ? [allow("GeneratePasswords", ["secretsmanager:GetRandomPassword"], ["*"])]
      : []),
    ...(kmsKeyArns.length > 0
      ? [
          allow(
            "DecryptSecrets",
            rotate === "generate" ? ["kms:Decrypt", "kms:GenerateDataKey"] : ["kms:Decrypt"],
            kmsKeyArns,
            {
              StringEquals: {
                "kms:ViaService": [
                  `secretsmanager.${here.region}.amazonaws.com`,
                  ...(parameters.length > 0 ? [`ssm.${here.region}.amazonaws.com`] : []),
                ],
              },
            },
          ),
        ]
      : []),
    ...(mail === undefined ? [] : [mailStatement(mail, here), checkMailStatement(mail, here)]),
  ];
}

/**
 * Mailing through SES, from one address. That address is the limit, not the identity: SES asks for a right on the recipient's
 * identity as well while the account is in its sandbox, and on the address's own where one lies beside its domain's.
 */
export function mailStatement(
  { identityArn, configurationSetArn, from }: MailRights,
  here: ArnParts,
): Statement {
  return allow("MailLinks", ["ses:SendEmail"], [identityArn, identityIn(here, "*"), configurationSetArn], {
    StringEquals: { "ses:FromAddress": from },
  });
}

/** Seeing whether SES would send, which a dry run of the action does: by the address itself, then by its domain. */
export function checkMailStatement({ identityArn, from }: MailRights, here: ArnParts): Statement {
  return allow("CheckMailIdentity", ["ses:GetEmailIdentity"], [identityArn, identityIn(here, from)]);
}

function identityIn({ partition, region, account }: ArnParts, name: string): string {
  return `arn:${partition}:ses:${region}:${account}:identity/${name}`;
}

/** Secrets Manager ends every secret's ARN with a hyphen and six characters of its own. */
function secretPattern(name: string): string {
  return name.endsWith("/*") ? name : `${name}-??????`;
}

function resourceTags(tags: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]));
}
