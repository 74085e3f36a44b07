import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus/index.js";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { CloudwatchLogResourcePolicy } from "@cdktf/provider-aws/lib/cloudwatch-log-resource-policy/index.js";
import { Construct } from "constructs";
import { policyDocument } from "../permissions/policy-document.ts";
import type { EventTargetProps } from "../secret-handoff-props.ts";
import { ForwardingRole } from "./forwarding-role.ts";

export type AuditBusProps = {
  readonly name: string;
  readonly targets?: EventTargetProps | undefined;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** `source` of the service's own events; `detail-type` is the event's name, `detail` the event. */
export const EVENT_SOURCE = "secret-handoff";

/** The bus that audit events are published on, and where they go from there. */
export class AuditBus extends Construct {
  readonly bus: CloudwatchEventBus;

  constructor(scope: Construct, id: string, props: AuditBusProps) {
    super(scope, id);
    this.bus = new CloudwatchEventBus(this, "bus", { name: props.name });
    const { topicArn, logRetentionDays, busArn } = props.targets ?? {};
    if (topicArn === undefined && logRetentionDays === undefined && busArn === undefined) return;

    const rule = new CloudwatchEventRule(this, "every-event", {
      name: `${props.name}-every-event`,
      description: "Every audit event of secret-handoff",
      eventBusName: this.bus.name,
      eventPattern: JSON.stringify({ source: [EVENT_SOURCE] }),
    });
    const send = (target: string, arn: string, roleArn?: string) =>
      new CloudwatchEventTarget(this, `to-${target}`, {
        rule: rule.name,
        eventBusName: this.bus.name,
        targetId: target,
        arn,
        ...(roleArn === undefined ? {} : { roleArn }),
      });
    if (topicArn !== undefined) send("topic", topicArn);
    if (logRetentionDays !== undefined) send("log", this.#logGroup(props.name, logRetentionDays).arn);
    if (busArn !== undefined) {
      const role = new ForwardingRole(this, "forwarding", {
        name: `${props.name}-events-out`,
        busArn,
        ruleArn: rule.arn,
        permissionsBoundaryArn: props.permissionsBoundaryArn,
      });
      send("bus", busArn, role.arn);
    }
  }

  #logGroup(name: string, retentionInDays: number): CloudwatchLogGroup {
    const group = new CloudwatchLogGroup(this, "log", { name: `/aws/events/${name}`, retentionInDays });
    new CloudwatchLogResourcePolicy(this, "log-policy", {
      policyName: `${name}-events`,
      policyDocument: policyDocument([
        {
          Sid: "EventsAreLogged",
          Effect: "Allow",
          Principal: { Service: ["delivery.logs.amazonaws.com", "events.amazonaws.com"] },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`${group.arn}:*`],
        },
      ]),
    });
    return group;
  }
}
