import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import type { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { LambdaEventSourceMapping } from "@cdktf/provider-aws/lib/lambda-event-source-mapping/index.js";
import { LambdaPermission } from "@cdktf/provider-aws/lib/lambda-permission/index.js";
import type { Construct } from "constructs";
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
  { name, busName }: { readonly name: string; readonly busName: string },
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
  new CloudwatchEventTarget(scope, "bounces-target", {
    rule: rule.name,
    eventBusName: busName,
    targetId: "sweeper",
    arn: sweeper.function.arn,
    inputTransformer: {
      inputPaths: { handoff: "$.detail.mail.tags.handoff[0]" },
      inputTemplate: JSON.stringify({ bounced: "<handoff>" }),
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
  const rule = new CloudwatchEventRule(scope, "schedule", {
    name: `${name}-sweep`,
    description: "Runs the sweeper of secret-handoff",
    scheduleExpression: "rate(1 minute)",
  });
  new CloudwatchEventTarget(scope, "schedule-target", {
    rule: rule.name,
    targetId: "sweeper",
    arn: sweeper.function.arn,
    // A minute later it runs anyway. That is for what was not handed over; a run that fails is repeated by Lambda itself.
    retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 0 },
  });
  new LambdaPermission(scope, "schedule-permission", {
    action: "lambda:InvokeFunction",
    functionName: sweeper.function.functionName,
    principal: "events.amazonaws.com",
    sourceArn: rule.arn,
  });
}
