import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy/index.js";
import { DAY_INDEX, EVENT_INDEX_NAMES } from "@secret-handoff/lambda/tables";
import { EVENT_SOURCE, type SealNotice } from "@secret-handoff/protocol/api";
import type { Construct } from "constructs";
import { ARNS, arnPattern } from "../checks/values.ts";
import { OPERATOR_ROUTES } from "../http/api.ts";
import type { RotationProps } from "../props.ts";
import { allow, held, policyDocument, type Statement } from "./policies.ts";

/** The attributes that only the recipient's function may read. */
export const SEALED_ATTRIBUTES = [
  "envelope",
  "header",
  "claimVerifier",
  "receiptVerifier",
  "emailVerifier",
  "claimHash",
  "codeHash",
  "lastAttempt",
] as const;

/** What a write may give back. */
const RETURNS_NOTHING = { StringEqualsIfExists: { "dynamodb:ReturnValues": "NONE" } };

/**
 * Reading by named attributes only, none of them sealed. Without `dynamodb:Select` a read that names no attribute would
 * pass `ForAllValues` and return everything; required, not "if exists", it fails closed.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
const READS_NOTHING_SEALED = {
  "ForAllValues:StringNotEquals": { "dynamodb:Attributes": SEALED_ATTRIBUTES },
  StringEquals: { "dynamodb:Select": "SPECIFIC_ATTRIBUTES" },
};

/**
 * The recipients directory lies beside the events, which nobody changes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html (dynamodb:LeadingKeys)
 */
const IN_THE_DIRECTORY = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["recipient/*"] } };

/** Handoffs have ids of 22 characters without a slash. Beside them lie subjects, requests with their approvals, and events that wait. */
const AMONG_THE_HANDOFFS = {
  "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["?".repeat(22)] },
  "ForAllValues:StringNotLike": { "dynamodb:LeadingKeys": ["*/*"] },
};

const SEALED: SealNotice["type"] = "day_sealed";
/**
 * Nobody speaks on the bus as another. Seals are announced there, so that a forged one is found out: who adds events announces none.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html
 */
const OWN_EVENTS = {
  "ForAllValues:StringEquals": { "events:source": EVENT_SOURCE },
  "ForAllValues:StringNotEquals": { "events:detail-type": SEALED },
};
const OWN_SEALS = {
  "ForAllValues:StringEquals": { "events:source": EVENT_SOURCE, "events:detail-type": SEALED },
};

export type TableArns = {
  readonly table: string;
  readonly stream: string;
  readonly audit: string;
};

/**
 * The recipient's function: what the holder of a link can do, with handoffs alone. It may not put an item, and its code makes none; that
 * UpdateItem could make one, no policy can forbid.
 */
export function recipientStatements({ table }: TableArns): readonly Statement[] {
  return [allow("OpenHandoffs", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table], AMONG_THE_HANDOFFS)];
}

/** The sender's function: creates, and never reads what is sealed. Its events wait for the drainer: to the trail it adds nothing. */
export function senderStatements(
  { table, audit }: TableArns,
  keys: { readonly mac: string; readonly address: string | undefined },
): readonly Statement[] {
  return [
    allow("ReadHandoffs", ["dynamodb:GetItem"], [table], READS_NOTHING_SEALED),
    allow("ReadManyHandoffs", ["dynamodb:BatchGetItem"], [table], READS_NOTHING_SEALED),
    allow("FindHandoffs", ["dynamodb:Query"], [`${table}/index/byOwner`, `${table}/index/due`]),
    allow("CreateHandoffs", ["dynamodb:PutItem"], [table], RETURNS_NOTHING),
    allow("EndHandoffs", ["dynamodb:UpdateItem"], [table], RETURNS_NOTHING),
    allow(
      "FindEvents",
      ["dynamodb:Query"],
      [audit, ...[DAY_INDEX, ...EVENT_INDEX_NAMES].map((index) => `${audit}/index/${index}`)],
    ),
    allow("ReadEvents", ["dynamodb:BatchGetItem"], [audit]),
    allow(
      "KeepRecipients",
      ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:UpdateItem"],
      [audit],
      IN_THE_DIRECTORY,
    ),
    allow("NameRecipients", ["kms:GenerateMac"], [keys.mac]),
    ...(keys.address === undefined
      ? []
      : [
          allow("KeepAddresses", ["kms:Decrypt", "kms:Encrypt"], [keys.address], {
            StringLike: { "kms:EncryptionContext:entry": "recipient/*" },
          }),
        ]),
  ];
}

/** The sender's function, where its policy lies in a table. */
export function policyStatements(policyTable: string): readonly Statement[] {
  return [allow("ReadThePolicy", ["dynamodb:GetItem"], [policyTable])];
}

/** The drainer: turns outboxes into audit events. */
export function drainerStatements({ table, stream, audit }: TableArns, bus: string): readonly Statement[] {
  return [
    allow(
      "FollowTheStream",
      ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"],
      [stream],
    ),
    ...drainStatements({ table, audit }, bus),
  ];
}

/** The sweeper: ends what is due and what is open for an erased recipient, and drains what the drainer missed. */
export function sweeperStatements({ table, audit }: TableArns, bus: string): readonly Statement[] {
  return [
    allow("FindWhatIsDue", ["dynamodb:Query"], [`${table}/index/due`]),
    allow("ReadManyHandoffs", ["dynamodb:BatchGetItem"], [table], READS_NOTHING_SEALED),
    ...drainStatements({ table, audit }, bus),
  ];
}

/** The seals and their leaves lie beside the events, to which the sealer can add none. */
const IN_THE_SEALS = { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ["seals", "leaves/*"] } };

/** Who adds events adds nothing that proves them, and no recipient. */
const AMONG_THE_EVENTS = {
  "ForAllValues:StringNotLike": { "dynamodb:LeadingKeys": ["seals", "leaves/*", "recipient/*"] },
};

/** The sealer: reads the trail, adds seals, and announces them on the bus. */
export function sealerStatements(
  { audit }: Pick<TableArns, "audit">,
  sealKey: string,
  bus: string,
  archive: { readonly bucketArn: string; readonly kmsKeyArn?: string } | undefined,
): readonly Statement[] {
  return [
    allow("ReadTheTrail", ["dynamodb:Query"], [audit, `${audit}/index/${DAY_INDEX}`]),
    allow("AddSeals", ["dynamodb:PutItem"], [audit], IN_THE_SEALS),
    allow("SignSeals", ["kms:Sign"], [sealKey], {
      StringEquals: { "kms:SigningAlgorithm": "ECDSA_SHA_256" },
    }),
    allow("KnowTheKey", ["kms:DescribeKey", "kms:GetPublicKey"], [sealKey]),
    allow("TellTheBus", ["events:PutEvents"], [bus], OWN_SEALS),
    ...(archive === undefined
      ? []
      : [
          allow("ArchiveTheTrail", ["s3:GetObject", "s3:PutObject"], [`${archive.bucketArn}/trail/*`]),
          // Without it S3 answers for a file that is not there as for one that is forbidden.
          allow("MissFiles", ["s3:ListBucket"], [archive.bucketArn]),
          ...(archive.kmsKeyArn === undefined
            ? []
            : [
                allow("EncryptTheArchive", ["kms:Decrypt", "kms:GenerateDataKey"], [archive.kmsKeyArn], {
                  StringLike: { "kms:ViaService": "s3.*.amazonaws.com" },
                }),
              ]),
        ]),
  ];
}

function drainStatements(
  { table, audit }: Pick<TableArns, "table" | "audit">,
  bus: string,
): readonly Statement[] {
  return [
    allow("ReadOutboxes", ["dynamodb:GetItem"], [table], READS_NOTHING_SEALED),
    allow("SettleHandoffs", ["dynamodb:UpdateItem"], [table], RETURNS_NOTHING),
    allow("StoreEvents", ["dynamodb:PutItem"], [audit], AMONG_THE_EVENTS),
    allow("PublishEvents", ["events:PutEvents"], [bus], OWN_EVENTS),
  ];
}

/**
 * RotateSecret also takes a schedule: a caller could put the next rotation off for years, so that a stolen value stays good.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html
 */
export const ROTATES_ONLY = { BoolIfExists: { "secretsmanager:ModifyRotationRules": "false" } };

/** The state machine that rotates: marks and counts in its own table, starts the rotation of the named secrets, and looks how it went. */
export function rotationStatements(
  table: string,
  { secrets, functionArns = [] }: Pick<RotationProps, "secrets" | "functionArns">,
): readonly Statement[] {
  const rotatable = held(
    secrets.map(({ arn }) => arn),
    arnPattern(ARNS.secret),
  );
  return [
    allow("CountRotations", ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"], [table]),
    allow("RotateSecrets", ["secretsmanager:RotateSecret"], rotatable, ROTATES_ONLY),
    allow("SeeWhatBecameOfThem", ["secretsmanager:DescribeSecret"], rotatable),
    ...(functionArns.length === 0
      ? []
      : [
          allow(
            "InvokeRotationFunctions",
            ["lambda:InvokeFunction"],
            held(functionArns, arnPattern(ARNS.function)),
          ),
        ]),
  ];
}

/** Mailing codes through SMTP: reading the server's credentials. */
export function smtpStatements(mail: {
  readonly secretArn: string;
  readonly kmsKeyArn?: string;
}): readonly Statement[] {
  return [
    allow("ReadSmtpCredentials", ["secretsmanager:GetSecretValue"], [mail.secretArn]),
    ...(mail.kmsKeyArn === undefined
      ? []
      : [
          allow("DecryptSmtpCredentials", ["kms:Decrypt"], [mail.kmsKeyArn], {
            StringLike: { "kms:ViaService": "secretsmanager.*.amazonaws.com" },
          }),
        ]),
  ];
}

/**
 * Using tables that a customer managed key encrypts: DynamoDB acts with the caller's permissions on the key.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
export function tableKeyStatements(key: string): readonly Statement[] {
  return [
    allow(
      "UseTheTablesKey",
      [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      [key],
      { StringLike: { "kms:ViaService": "dynamodb.*.amazonaws.com" } },
    ),
  ];
}

/** Writing to the function's own log group. */
export function logStatements(logGroup: string): readonly Statement[] {
  return [allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], [`${logGroup}:*`])];
}

/** A policy to attach to the roles of operators: people who call the sender routes with their own AWS identity. */
export function operatorPolicy(
  scope: Construct,
  id: string,
  props: { readonly name: string; readonly executionArn: string },
): IamPolicy {
  return new IamPolicy(scope, id, {
    name: `${props.name}-operators`,
    description: "Lets operators call secret-handoff's sender routes with their own AWS identity",
    policy: policyDocument([
      {
        Sid: "CallSenderRoutes",
        Effect: "Allow",
        Action: ["execute-api:Invoke"],
        Resource: [`${props.executionArn}/${OPERATOR_ROUTES}`],
      },
    ]),
  });
}
