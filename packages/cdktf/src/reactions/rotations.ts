import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { SfnStateMachine } from "@cdktf/provider-aws/lib/sfn-state-machine/index.js";
import { Construct } from "constructs";
import { rotationStatements, tableKeyStatements } from "../iam/function-permissions.ts";
import { ServiceRole } from "../iam/policies.ts";
import type { RotationProps } from "../props.ts";
import type { ArnParts } from "../terraform.ts";

export type RotationsProps = RotationProps & {
  readonly name: string;
  readonly here: ArnParts;
  readonly kmsKeyArn?: string | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

const LIMIT_PER_DAY = 3;

/**
 * Rotates secrets when rules say so. A rule cannot call RotateSecret itself and cannot count; a state machine can do both
 * and wait as well, with a role that names the secrets and no code of ours. EventBridge Scheduler calls any API, but only
 * by the clock, and an SSM runbook neither counts nor tells a repeated event from a new one.
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
      definition: rotationMachine({ partition: here.partition, tableName: table.name, limitPerDay }),
      dependsOn: [role.policy],
    });
  }
}

/** What the state machine works with. */
export type RotationMachineProps = {
  readonly partition: string;
  readonly tableName: string;
  readonly limitPerDay: number;
};

/** What a rule starts the machine with. `wait` is in seconds. */
export type RotationInput = { readonly handoff: string; readonly secret: string; readonly wait: number };

/** Seconds that the table remembers who has rotated: longer than the longest wait. */
const REMEMBERED = 90 * 86_400;
/** Step Functions spells the service in one way for its own integration, in the other for the SDK's: never depend on it. */
const CONDITION_FAILED = [
  "DynamoDB.ConditionalCheckFailedException",
  "DynamoDb.ConditionalCheckFailedException",
];

/** A JSONata expression of Step Functions; these are written so that JavaScript reads them alike, which the tests use. */
const jsonata = (expression: string): string => `{% ${expression} %}`;
const INPUT = jsonata("$states.input");
const EXECUTION = jsonata("$states.context.Execution.Id");
const HANDOFF = jsonata("$states.input.handoff");
const SECRET = jsonata("$states.input.secret");
/** The secret and the UTC day, 2026-11-21. */
const SECRET_TODAY = jsonata(
  "$join([$states.input.secret, $substring($states.context.State.EnteredTime, 0, 10)], ' ')",
);
const TTL = jsonata(`$string($floor($millis() / 1000) + ${REMEMBERED})`);

/** What goes on to the failing end. */
const failure = (error: string) => ({ handoff: HANDOFF, error });

/** Of what passes by itself: throttling, a fault of AWS's, a time-out. A failed condition passes never. */
const RETRY_CALLS = [
  { ErrorEquals: CONDITION_FAILED, MaxAttempts: 0 },
  { ErrorEquals: ["States.ALL"], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 6, JitterStrategy: "FULL" },
];
/** A rotation that runs already is refused with InvalidRequestException: it is over after some minutes. */
const RETRY_ROTATION = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 60, BackoffRate: 2, MaxAttempts: 5 }];

/**
 * The definition of the machine that rotates (Amazon States Language). It waits; makes sure that this handoff has not
 * rotated its secret before, since EventBridge delivers at least once; counts against the day's limit; rotates. Both are
 * conditions of the writes themselves. A write whose answer was lost may count twice: fewer rotations, never more.
 * Whatever goes wrong fails the execution, which an alarm tells, and the handoff is forgotten: when it is reported later,
 * that must be able to rotate.
 */
export function rotationMachine({ partition, tableName, limitPerDay }: RotationMachineProps): string {
  const task = (resource: string) => `arn:${partition}:states:::${resource}`;
  return JSON.stringify({
    Comment: "Rotates the secret of a handoff, once for a handoff and within the day's limit",
    QueryLanguage: "JSONata",
    StartAt: "Wait",
    States: {
      Wait: { Type: "Wait", Seconds: jsonata("$states.input.wait"), Next: "Once a handoff" },
      "Once a handoff": {
        Type: "Task",
        Resource: task("dynamodb:putItem"),
        Arguments: {
          TableName: tableName,
          Item: { id: { S: HANDOFF }, execution: { S: EXECUTION }, ttl: { N: TTL } },
          ConditionExpression: "attribute_not_exists(#id) OR #execution = :execution",
          ExpressionAttributeNames: { "#id": "id", "#execution": "execution" },
          ExpressionAttributeValues: { ":execution": { S: EXECUTION } },
        },
        Retry: RETRY_CALLS,
        Catch: [{ ErrorEquals: CONDITION_FAILED, Next: "Rotated before" }],
        Output: INPUT,
        Next: "Within the limit",
      },
      "Within the limit": {
        Type: "Task",
        Resource: task("dynamodb:updateItem"),
        Arguments: {
          TableName: tableName,
          Key: { id: { S: SECRET_TODAY } },
          UpdateExpression: "SET #ttl = :ttl ADD #rotations :one",
          ConditionExpression: "attribute_not_exists(#rotations) OR #rotations < :limit",
          ExpressionAttributeNames: { "#rotations": "rotations", "#ttl": "ttl" },
          ExpressionAttributeValues: {
            ":one": { N: "1" },
            ":limit": { N: String(limitPerDay) },
            ":ttl": { N: TTL },
          },
        },
        Retry: RETRY_CALLS,
        Catch: [{ ErrorEquals: CONDITION_FAILED, Output: failure("LimitReached"), Next: "Forget" }],
        Output: INPUT,
        Next: "Rotate",
      },
      Rotate: {
        Type: "Task",
        Resource: task("aws-sdk:secretsmanager:rotateSecret"),
        Arguments: {
          SecretId: SECRET,
          // The same at every retry, so that a lost answer does not rotate twice; 64 characters are the most.
          ClientRequestToken: jsonata("$hash($states.context.Execution.Id, 'SHA-256')"),
        },
        Retry: RETRY_ROTATION,
        Catch: [
          {
            ErrorEquals: ["States.ALL"],
            Output: failure(jsonata("$states.errorOutput.Error")),
            Next: "Forget",
          },
        ],
        End: true,
      },
      "Rotated before": { Type: "Succeed" },
      Forget: {
        Type: "Task",
        Resource: task("dynamodb:deleteItem"),
        Arguments: { TableName: tableName, Key: { id: { S: HANDOFF } } },
        Retry: RETRY_CALLS,
        Output: INPUT,
        Next: "Not rotated",
      },
      "Not rotated": {
        Type: "Fail",
        Error: jsonata("$states.input.error"),
        Cause: `LimitReached: ${limitPerDay} rotations of this secret were started today. Anything else is Secrets Manager's answer. Rotate by hand.`,
      },
    },
  });
}
