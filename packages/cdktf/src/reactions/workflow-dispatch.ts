import { CloudwatchEventApiDestination } from "@cdktf/provider-aws/lib/cloudwatch-event-api-destination/index.js";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { Construct } from "constructs";
import type { UndeliveredEvents } from "../events.ts";
import { allow, ServiceRole } from "../iam/policies.ts";
import type { DispatchProps } from "../props.ts";

export type WorkflowDispatchProps = DispatchProps & {
  readonly name: string;
  readonly undelivered: UndeliveredEvents;
  readonly permissionsBoundaryArn?: string | undefined;
};

const DEFAULTS = { eventType: "secret-label-updated", apiUrl: "https://api.github.com" } as const;

/**
 * Starts a workflow when Secrets Manager moves AWSCURRENT to another version, which it tells by itself: no trail of
 * CloudTrail's is needed. What is sent names the secret and the version; the value stays where it is.
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/event-detail-secret-label-updated-secretsmanager.html
 */
export class WorkflowDispatch extends Construct {
  readonly rule: CloudwatchEventRule;

  constructor(scope: Construct, id: string, props: WorkflowDispatchProps) {
    super(scope, id);
    const { repository, connectionArn, permissionsBoundaryArn } = props;
    const { eventType = DEFAULTS.eventType, apiUrl = DEFAULTS.apiUrl } = props;
    const name = `${props.name}-on-rotated`;
    // On the account's default bus, the only one that AWS services write to.
    this.rule = new CloudwatchEventRule(this, "rule", {
      name,
      description: `Starts a workflow of ${repository} when a secret was rotated`,
      eventPattern: JSON.stringify({
        source: ["aws.secretsmanager"],
        "detail-type": ["Secret Label Updated"],
        detail: { labelUpdated: ["AWSCURRENT"], name: props.secretNames.map(namePattern) },
      }),
    });
    // https://docs.github.com/en/rest/repos/repos#create-a-repository-dispatch-event
    const destination = new CloudwatchEventApiDestination(this, "destination", {
      name,
      description: `repository_dispatch of ${repository}`,
      connectionArn,
      httpMethod: "POST",
      invocationEndpoint: `${apiUrl}/repos/${repository}/dispatches`,
      invocationRateLimitPerSecond: 1,
    });
    const role = new ServiceRole(this, "dispatching", {
      name,
      description: "secret-handoff: starts a workflow",
      service: "events.amazonaws.com",
      sourceArns: [this.rule.arn],
      policyName: "dispatch",
      statements: [allow("DispatchWorkflow", ["events:InvokeApiDestination"], [destination.arn])],
      permissionsBoundaryArn,
    });
    props.undelivered.deliver(this, "target", this.rule, {
      targetId: "repository-dispatch",
      arn: destination.arn,
      roleArn: role.arn,
      httpTarget: {
        headerParameters: { Accept: "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28" },
      },
      inputTransformer: {
        inputPaths: {
          arn: "$.resources[0]",
          name: "$.detail.name",
          version: "$.detail.versionId",
        },
        inputTemplate: JSON.stringify({
          event_type: eventType,
          client_payload: { secret: "<arn>", name: "<name>", versionId: "<version>" },
        }),
      },
    });
  }
}

function namePattern(name: string): string | { readonly prefix: string } {
  return name.endsWith("*") ? { prefix: name.slice(0, -1) } : name;
}
