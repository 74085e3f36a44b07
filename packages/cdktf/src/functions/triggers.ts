import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import type { Construct } from "constructs";
import type { UndeliveredEvents } from "../events.ts";
import type { ServiceFunction } from "./service-function.ts";

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
    // What TTL removes has no events left.
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
