import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import { LambdaFunction } from "@cdktf/provider-aws/lib/lambda-function/index.js";
import { LambdaInvocation } from "@cdktf/provider-aws/lib/lambda-invocation/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import { dependable } from "cdktf";
import { Construct } from "constructs";
import { InvalidProps } from "../checks/schema.ts";
import type { UndeliveredEvents } from "../events.ts";
import { logStatements } from "../iam/function-permissions.ts";
import { policyDocument, type Statement } from "../iam/policies.ts";
import { isExpression } from "../terraform.ts";
import type { FunctionCode } from "./archive.ts";

export type ServiceFunctionProps = {
  /** The function's and its role's name. */
  readonly name: string;
  readonly description: string;
  readonly code: FunctionCode;
  readonly runtime: string;
  /** Megabytes. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  readonly logRetentionDays: number;
  readonly reservedConcurrency?: number | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Lambda gives a function 4,096 bytes for its whole environment, counted as JSON: a quote in a value counts twice. */
const ENVIRONMENT_LIMIT = 4_096;
/** What a value that only Terraform knows (an ARN, an origin) is taken to need at most. */
const UNKNOWN_VALUE_BYTES = 160;

/** One Lambda function with a role and a log group of its own. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: IamRole;
  readonly logGroup: CloudwatchLogGroup;
  readonly #environment: Record<string, string> = {};

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { permissionsBoundaryArn, reservedConcurrency } = props;
    this.role = new IamRole(this, "role", {
      name: props.name,
      description: props.description,
      assumeRolePolicy: policyDocument([
        {
          Sid: "LambdaOnly",
          Effect: "Allow",
          Principal: { Service: "lambda.amazonaws.com" },
          Action: ["sts:AssumeRole"],
        },
      ]),
      ...(permissionsBoundaryArn === undefined ? {} : { permissionsBoundary: permissionsBoundaryArn }),
    });
    this.logGroup = new CloudwatchLogGroup(this, "logs", {
      name: `/aws/lambda/${props.name}`,
      retentionInDays: props.logRetentionDays,
    });
    this.function = new LambdaFunction(this, "function", {
      functionName: props.name,
      description: props.description,
      role: this.role.arn,
      filename: props.code.path,
      sourceCodeHash: props.code.sha256,
      handler: "index.handler",
      runtime: props.runtime,
      architectures: ["arm64"],
      memorySize: props.memorySize,
      timeout: props.timeout,
      environment: { variables: this.#environment },
      // Lambda's own lines, start and report of every call, would be most of the log; the metrics tell the same.
      loggingConfig: { logFormat: "JSON", systemLogLevel: "WARN", logGroup: this.logGroup.name },
      ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
      dependsOn: [this.logGroup],
    });
  }

  /**
   * Invokes the function after each change of its code or environment. One that cannot read its environment fails, and the deployment
   * with it: otherwise the first call would tell.
   * @param policy what the function may do, which must be there before
   */
  checkStart(policy: IamRolePolicy): void {
    const { functionName } = this.function;
    new LambdaInvocation(this, "start-check", {
      functionName,
      input: JSON.stringify({ check: "start" }),
      triggers: {
        code: this.function.sourceCodeHash,
        environment: `\${sha256(jsonencode(${dependable(this.function)}.environment[0].variables))}`,
      },
      dependsOn: [policy],
    });
  }

  /** Lets the function do what the statements say, and write its logs; nothing else. */
  permit(statements: readonly Statement[]): IamRolePolicy {
    return new IamRolePolicy(this, "policy", {
      name: "service",
      role: this.role.name,
      policy: policyDocument([...statements, ...logStatements(this.logGroup.arn)]),
    });
  }

  /** Whether all of it fits into what Lambda gives, with what was set before. */
  fits(environment: Readonly<Record<string, string | undefined>>): boolean {
    return environmentBytes({ ...this.#environment, ...defined(environment) }) <= ENVIRONMENT_LIMIT;
  }

  /**
   * Sets the function's environment. It may hold no secret: whoever may describe the function reads it.
   * @throws InvalidProps when it exceeds what Lambda gives
   */
  configure(environment: Readonly<Record<string, string | undefined>>): void {
    Object.assign(this.#environment, defined(environment));
    const total = environmentBytes(this.#environment);
    const config = jsonBytes(this.#environment.CONFIG ?? "");
    const company = jsonBytes(this.#environment.COMPANY ?? "");
    if (total > ENVIRONMENT_LIMIT && company > config) {
      throw new InvalidProps([
        `company.logo takes ${company} bytes once it is compressed, with the rest of company, and Lambda leaves ${ENVIRONMENT_LIMIT - (total - company)} for them in the ${ENVIRONMENT_LIMIT} bytes of a function's environment: simplify its paths`,
      ]);
    }
    if (total > ENVIRONMENT_LIMIT) {
      throw new InvalidProps([
        `senders and classes take ${config} bytes as JSON, and Lambda leaves ${ENVIRONMENT_LIMIT - (total - config)} for them in the ${ENVIRONMENT_LIMIT} bytes of a function's environment: name fewer, or split them over two services`,
      ]);
    }
  }
}

function defined(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(given);
}

/** As Lambda counts them; what only Terraform knows counts as much as it may need. */
function environmentBytes(environment: Readonly<Record<string, string>>): number {
  return jsonBytes(
    Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, stand(value)])),
  );
}

function stand(value: string): string {
  return isExpression(value) ? "?".repeat(UNKNOWN_VALUE_BYTES) : value;
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

/** Hands every change of the one-time table to the drainer. The policy must be there before Lambda looks at the stream. */
export function followStream(
  scope: Construct,
  drainer: ServiceFunction,
  { streamArn, policy }: { readonly streamArn: string; readonly policy: IamRolePolicy },
): void {
  new LambdaEventSourceMapping(scope, "stream-mapping", {
    functionName: drainer.function.functionName,
    eventSourceArn: streamArn,
    startingPosition: "TRIM_HORIZON",
    batchSize: 100,
    functionResponseTypes: ["ReportBatchItemFailures"],
    bisectBatchOnFunctionError: true,
    // What is given up here, the sweeper drains: nothing is lost, and no queue of keys is needed.
    maximumRetryAttempts: 5,
    maximumRecordAgeInSeconds: 3_600,
    // What TTL removes has nothing left to tell.
    filterCriteria: { filter: [{ pattern: JSON.stringify({ eventName: ["INSERT", "MODIFY"] }) }] },
    dependsOn: [policy],
  });
}

/**
 * Hands the sweeper every handoff whose mail has bounced for good. The sender tags each mail with its handoff's id, and the
 * id is all that is handed over: SES's event holds the recipient's address.
 */
export function recordBounces(
  scope: Construct,
  sweeper: ServiceFunction,
  {
    name,
    busName,
    undelivered,
  }: { readonly name: string; readonly busName: string; readonly undelivered: UndeliveredEvents },
): void {
  const rule = new CloudwatchEventRule(scope, "bounces", {
    name: `${name}-bounces`,
    description: "Mail of secret-handoff that bounced for good",
    eventBusName: busName,
    eventPattern: JSON.stringify({
      source: ["aws.ses"],
      detail: {
        eventType: ["Bounce"],
        bounce: { bounceType: ["Permanent"] },
        mail: { tags: { handoff: [{ exists: true }] } },
      },
    }),
  });
  undelivered.deliver(scope, "bounces-target", rule, {
    targetId: "sweeper",
    arn: sweeper.function.arn,
    inputTransformer: {
      inputPaths: { handoff: "$.detail.mail.tags.handoff[0]", message: "$.detail.mail.messageId" },
      inputTemplate: JSON.stringify({ bounced: "<handoff>", messageId: "<message>" }),
    },
  });
  new LambdaPermission(scope, "bounces-permission", {
    action: "lambda:InvokeFunction",
    functionName: sweeper.function.functionName,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
}

/** Runs the sweeper on the minute. */
export function runEveryMinute(scope: Construct, sweeper: ServiceFunction, name: string): void {
  runOnSchedule(scope, "schedule", sweeper, {
    name: `${name}-sweep`,
    function: "sweeper",
    scheduleExpression: "rate(1 minute)",
  });
}

/** Runs the sealer each hour, so that a run that failed costs an hour and not a day. Most runs find nothing to seal. */
export function runEveryHour(scope: Construct, sealer: ServiceFunction, name: string): void {
  runOnSchedule(scope, "seal-schedule", sealer, {
    name: `${name}-seal`,
    function: "sealer",
    scheduleExpression: "rate(1 hour)",
  });
}

function runOnSchedule(
  scope: Construct,
  id: string,
  { function: lambda }: ServiceFunction,
  schedule: { readonly name: string; readonly function: string; readonly scheduleExpression: string },
): void {
  const { name, function: targetId, scheduleExpression } = schedule;
  const description = `Runs the ${targetId} of secret-handoff`;
  const rule = new CloudwatchEventRule(scope, id, { name, description, scheduleExpression });
  new CloudwatchEventTarget(scope, `${id}-target`, {
    rule: rule.name,
    targetId,
    arn: lambda.arn,
    // Soon it runs anyway. That is for what was not handed over; a run that fails is repeated by Lambda itself.
    retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
  });
  new LambdaPermission(scope, `${id}-permission`, {
    action: "lambda:InvokeFunction",
    functionName: lambda.functionName,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
}
