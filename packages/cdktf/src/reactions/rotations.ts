import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { SfnStateMachine } from "@cdktf/provider-aws/lib/sfn-state-machine/index.js";
import { Construct } from "constructs";
import { rotationStatements, tableKeyStatements } from "../iam/function-permissions.ts";
import { ServiceRole } from "../iam/policies.ts";
import type { RotatableSecret, RotationProps } from "../props.ts";
import type { ArnParts } from "../terraform.ts";

type RotationsProps = RotationProps & {
  readonly name: string;
  readonly here: ArnParts;
  /** Seconds between a delivery and the rotation. */
  readonly rotateAfter: number;
  readonly kmsKeyArn?: string | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

const LIMIT_PER_DAY = 3;

/**
 * Rotates secrets when rules say so. A rule cannot call RotateSecret itself and cannot count; a state machine can do both
 * and wait as well, with a role that names the secrets and no code of ours. EventBridge Scheduler calls any API, but only
 * by the clock, and an SSM runbook neither counts nor recognises a repeated event.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
 */
export class Rotations extends Construct {
  readonly machine: SfnStateMachine;

  constructor(scope: Construct, id: string, props: RotationsProps) {
    super(scope, id);
    const { here, kmsKeyArn, permissionsBoundaryArn, limitPerDay = LIMIT_PER_DAY } = props;
    const name = `${props.name}-rotations`;
    // Losing it loses the count of a day, so nothing protects it and nothing backs it up.
    const table = new DynamodbTable(this, "table", {
      name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: "id",
      attribute: [{ name: "id", type: "S" }],
      ttl: { enabled: true, attributeName: "ttl" },
      pointInTimeRecovery: { enabled: false },
      deletionProtectionEnabled: false,
      ...(kmsKeyArn === undefined ? {} : { serverSideEncryption: { enabled: true, kmsKeyArn } }),
    });
    const role = new ServiceRole(this, "machine-role", {
      name,
      description: "secret-handoff: rotates the secrets of handoffs that went wrong",
      service: "states.amazonaws.com",
      sourceArns: [`arn:${here.partition}:states:${here.region}:${here.account}:stateMachine:${name}`],
      policyName: "rotate",
      statements: [
        ...rotationStatements(table.arn, props),
        ...(kmsKeyArn === undefined ? [] : tableKeyStatements(kmsKeyArn)),
      ],
      permissionsBoundaryArn,
    });
    this.machine = new SfnStateMachine(this, "machine", {
      name,
      type: "STANDARD",
      roleArn: role.arn,
      definition: rotationMachine({
        partition: here.partition,
        tableName: table.name,
        limitPerDay,
        secrets: props.secrets,
        rotateAfter: props.rotateAfter,
      }),
      dependsOn: [role.policy],
    });
  }
}

/** What the state machine works with. */
type RotationMachineProps = {
  readonly partition: string;
  readonly tableName: string;
  readonly limitPerDay: number;
  readonly secrets: readonly RotatableSecret[];
  /** Seconds between a delivery and the rotation. Every other event rotates at once. */
  readonly rotateAfter: number;
};

/** Seconds that the table remembers which handoffs have rotated: longer than the longest wait. */
const REMEMBERED = 90 * 86_400;
/** Seconds within which an execution has made its mark last: until then all retries of all its states take 40 minutes. */
const LEASE = 3_600;
/**
 * Seconds until the first look at whether a rotation has succeeded; the time doubles from there. With six looks that is an hour: a rotation
 * function has four steps, of 15 minutes at the most.
 */
const FIRST_LOOK = 60;
const LOOKS = 6;
/** How an event names the owner of a handoff that an operator created. */
const OPERATORS = "iam";
/** Step Functions spells the service one way in its own integration and the other way in the SDK's. */
const CONDITION_FAILED = [
  "DynamoDB.ConditionalCheckFailedException",
  "DynamoDb.ConditionalCheckFailedException",
];

/** An expression of Step Functions in JSONata. */
const jsonata = (expression: string): string => `{% ${expression} %}`;
const INPUT = jsonata("$states.input");
const EXECUTION = jsonata("$states.context.Execution.Id");
const HANDOFF = jsonata("$states.input.handoff");
const SECRET = jsonata("$states.input.secret");
/** One secret of one handoff. */
const MARKER = jsonata("$states.input.handoff & ' ' & $states.input.secret");
/** The secret and the UTC day, 2026-11-21. */
const SECRET_TODAY = jsonata(
  "$states.input.secret & ' ' & $substring($states.context.State.EnteredTime, 0, 10)",
);
/** The version that the rotation is asked for: of the handoff, so that a repeated call asks for the same one. At most 64 characters. */
const VERSION_ASKED = "$hash($states.input.handoff & ' ' & $states.input.secret, 'SHA-256')";
const secondsFromNow = (seconds: number) => jsonata(`$string($floor($millis() / 1000) + ${seconds})`);

/** Retries what passes by itself: throttling, a fault of AWS's, a time-out. */
const RETRY_READS = [
  { ErrorEquals: ["States.ALL"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6, JitterStrategy: "FULL" },
];
/** A failed condition stays failed. */
const RETRY_WRITES = [{ ErrorEquals: CONDITION_FAILED, MaxAttempts: 0 }, ...RETRY_READS];
/** Secrets Manager refuses a rotation with InvalidRequestException while another one runs, which takes some minutes. */
const RETRY_ROTATION = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 5 }];

/** How often an execution has looked at a secret. */
const LOOKED = "$sum([$states.input.looked, 0])";
/**
 * RotateSecret only starts a rotation, and whether it has succeeded nothing tells but the version's labels: it was made the current
 * one, or was until another rotation.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
 */
const LOOKED_AT = [
  "( $labels := $lookup($states.result.VersionIdsToStages, $states.input.version);",
  "'AWSCURRENT' in $labels or 'AWSPREVIOUS' in $labels",
  "? {'handoff': $states.input.handoff, 'secret': $states.input.secret}",
  `: $merge([$states.input, {'error': 'RotationFailed', 'looked': ${LOOKED} + 1}]) )`,
].join(" ");

/** The input with an error added to it. */
const failedWith = (error: string) => jsonata(`$merge([$states.input, {'error': ${error}}])`);
const ANY_ERROR = {
  ErrorEquals: ["States.ALL"],
  Output: failedWith("$states.errorOutput.Error"),
  Next: "Forget",
};

/**
 * The definition of the state machine that rotates (Amazon States Language). A rule starts it with an event. It waits, then rotates those
 * secrets of the handoff that the handoff's owner may have rotated. For each of them it
 *
 * 1. marks the handoff, so that it rotates this secret once: EventBridge delivers at least once;
 * 2. counts against the day's limit;
 * 3. rotates;
 * 4. looks whether the rotation has succeeded, for an hour.
 *
 * The mark and the count are conditions of the writes themselves, and both may be written twice without harm: an answer that was lost
 * does not count as a second rotation. An execution that fails removes its mark, so that a later event of the handoff can rotate. If
 * it cannot remove it, the mark ends with its lease.
 */
export function rotationMachine({
  partition,
  tableName,
  limitPerDay,
  secrets,
  rotateAfter,
}: RotationMachineProps): string {
  const task = (resource: string) => `arn:${partition}:states:::${resource}`;
  return JSON.stringify({
    Comment: "Rotates the secrets of a handoff, each once and within the day's limit",
    QueryLanguage: "JSONata",
    StartAt: "Wait",
    States: {
      Wait: {
        Type: "Wait",
        Seconds: jsonata(`$states.input.\`detail-type\` = 'acknowledged' ? ${rotateAfter} : 0`),
        Next: "Rotate the secrets",
      },
      "Rotate the secrets": {
        Type: "Map",
        Items: jsonata(secretsToRotate(secrets)),
        ItemSelector: {
          handoff: jsonata("$states.input.detail.handoff"),
          secret: jsonata("$states.context.Map.Item.Value"),
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: "INLINE" },
          StartAt: "Mark",
          States: {
            Mark: {
              Type: "Task",
              Resource: task("dynamodb:putItem"),
              Arguments: {
                TableName: tableName,
                Item: {
                  id: { S: MARKER },
                  execution: { S: EXECUTION },
                  leaseUntil: { N: secondsFromNow(LEASE) },
                  ttl: { N: secondsFromNow(REMEMBERED) },
                },
                ConditionExpression:
                  "attribute_not_exists(#id) OR #execution = :execution OR #leaseUntil < :now",
                ExpressionAttributeNames: {
                  "#id": "id",
                  "#execution": "execution",
                  "#leaseUntil": "leaseUntil",
                },
                ExpressionAttributeValues: {
                  ":execution": { S: EXECUTION },
                  ":now": { N: secondsFromNow(0) },
                },
              },
              Retry: RETRY_WRITES,
              Catch: [{ ErrorEquals: CONDITION_FAILED, Output: INPUT, Next: "Rotated before" }, ANY_ERROR],
              Output: INPUT,
              Next: "Count",
            },
            Count: {
              Type: "Task",
              Resource: task("dynamodb:updateItem"),
              Arguments: {
                TableName: tableName,
                Key: { id: { S: SECRET_TODAY } },
                // The handoffs are a set, so a write that is repeated counts once.
                UpdateExpression: "SET #ttl = :ttl ADD #handoffs :handoffs",
                ConditionExpression:
                  "attribute_not_exists(#handoffs) OR contains(#handoffs, :handoff) OR size(#handoffs) < :limit",
                ExpressionAttributeNames: { "#handoffs": "handoffs", "#ttl": "ttl" },
                ExpressionAttributeValues: {
                  ":handoff": { S: HANDOFF },
                  ":handoffs": { SS: [HANDOFF] },
                  ":limit": { N: String(limitPerDay) },
                  ":ttl": { N: secondsFromNow(REMEMBERED) },
                },
              },
              Retry: RETRY_WRITES,
              Catch: [
                { ErrorEquals: CONDITION_FAILED, Output: failedWith("'LimitReached'"), Next: "Forget" },
                ANY_ERROR,
              ],
              Output: INPUT,
              Next: "Rotate",
            },
            Rotate: {
              Type: "Task",
              Resource: task("aws-sdk:secretsmanager:rotateSecret"),
              Arguments: {
                SecretId: SECRET,
                ClientRequestToken: jsonata(VERSION_ASKED),
              },
              Retry: RETRY_ROTATION,
              Catch: [ANY_ERROR],
              Output: jsonata(
                `$merge([$states.input, {'version': [$states.result.VersionId, ${VERSION_ASKED}][0]}])`,
              ),
              Next: "Remember",
            },
            // Without a lease the mark holds for good. Should this fail, a later event may rotate once more.
            Remember: {
              Type: "Task",
              Resource: task("dynamodb:updateItem"),
              Arguments: {
                TableName: tableName,
                Key: { id: { S: MARKER } },
                UpdateExpression: "REMOVE #leaseUntil",
                ConditionExpression: "#execution = :execution",
                ExpressionAttributeNames: { "#execution": "execution", "#leaseUntil": "leaseUntil" },
                ExpressionAttributeValues: { ":execution": { S: EXECUTION } },
              },
              Retry: RETRY_WRITES,
              Catch: [{ ErrorEquals: ["States.ALL"], Output: INPUT, Next: "Give it time" }],
              Output: INPUT,
              Next: "Give it time",
            },
            "Give it time": {
              Type: "Wait",
              Seconds: jsonata(`${FIRST_LOOK} * $power(2, ${LOOKED})`),
              Next: "Look",
            },
            Look: {
              Type: "Task",
              Resource: task("aws-sdk:secretsmanager:describeSecret"),
              Arguments: { SecretId: SECRET },
              Retry: RETRY_READS,
              Catch: [ANY_ERROR],
              Output: jsonata(LOOKED_AT),
              Next: "Has it rotated?",
            },
            "Has it rotated?": {
              Type: "Choice",
              Choices: [
                { Condition: jsonata("$not($exists($states.input.error))"), Next: "Rotated" },
                { Condition: jsonata(`$states.input.looked < ${LOOKS}`), Next: "Give it time" },
              ],
              Default: "Forget",
            },
            Rotated: { Type: "Succeed" },
            "Rotated before": { Type: "Succeed" },
            Forget: {
              Type: "Task",
              Resource: task("dynamodb:deleteItem"),
              Arguments: {
                TableName: tableName,
                Key: { id: { S: MARKER } },
                ConditionExpression: "attribute_not_exists(#id) OR #execution = :execution",
                ExpressionAttributeNames: { "#id": "id", "#execution": "execution" },
                ExpressionAttributeValues: { ":execution": { S: EXECUTION } },
              },
              Retry: RETRY_WRITES,
              Catch: [{ ErrorEquals: ["States.ALL"], Output: INPUT, Next: "Not rotated" }],
              Output: INPUT,
              Next: "Not rotated",
            },
            "Not rotated": { Type: "Succeed" },
          },
        },
        Output: { failed: jsonata("[$states.result[$exists(error)]]") },
        Next: "All rotated?",
      },
      "All rotated?": {
        Type: "Choice",
        Choices: [{ Condition: jsonata("$count($states.input.failed) = 0"), Next: "Done" }],
        Default: "Failed",
      },
      Done: { Type: "Succeed" },
      Failed: {
        Type: "Fail",
        Error: jsonata("$states.input.failed[0].error"),
        Cause: jsonata(
          `'Rotate these by hand. LimitReached means that ${limitPerDay} handoffs have rotated the secret today, or tried to; RotationFailed, that its rotation was started and has not succeeded. ' & $join($states.input.failed.(secret & ': ' & error), ', ')`,
        ),
      },
    },
  });
}

/** Those secrets of an event, one or the members of a set, that its owner may have rotated. */
function secretsToRotate(secrets: readonly RotatableSecret[]): string {
  const owners = Object.fromEntries(secrets.map((secret) => [secret.arn, ownersOf(secret)]));
  return [
    `( $owners := ${JSON.stringify(owners)};`,
    "$owner := $states.input.detail.owner;",
    "$handedOver := $exists($states.input.detail.members) ? $states.input.detail.members : $states.input.detail.secret;",
    "[$distinct($handedOver)[$owner in $lookup($owners, $)]] )",
  ].join(" ");
}

/** The owners, as events name them, whose handoffs may rotate a secret. */
export function ownersOf({ repositoryIds, operators }: RotatableSecret): readonly string[] {
  return operators ? [...repositoryIds, OPERATORS] : repositoryIds;
}
