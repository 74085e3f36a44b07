import { CloudwatchEventBus } from "@cdktf/provider-aws/lib/cloudwatch-event-bus/index.js";
import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import {
  CloudwatchEventTarget,
  type CloudwatchEventTargetConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group/index.js";
import { CloudwatchLogResourcePolicy } from "@cdktf/provider-aws/lib/cloudwatch-log-resource-policy/index.js";
import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { SqsQueue } from "@cdktf/provider-aws/lib/sqs-queue/index.js";
import { SqsQueuePolicy } from "@cdktf/provider-aws/lib/sqs-queue-policy/index.js";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import { Lazy } from "cdktf";
import { Construct } from "constructs";
import { allow, policyDocument, ServiceRole } from "./iam/policies.ts";
import type { EventTargetProps } from "./props.ts";

type AuditBusProps = {
  readonly name: string;
  readonly targets?: EventTargetProps | undefined;
  readonly undelivered: UndeliveredEvents;
  readonly permissionsBoundaryArn?: string | undefined;
};

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
      props.undelivered.deliver(this, `to-${target}`, rule, {
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

/** The queue of the events that EventBridge could not deliver to a target in a day. Its alarm fires at the first. */
export class UndeliveredEvents extends Construct {
  readonly queue: SqsQueue;
  readonly #rules = new Set<CloudwatchEventRule>();

  constructor(scope: Construct, id: string, { name }: { readonly name: string }) {
    super(scope, id);
    this.queue = new SqsQueue(this, "queue", {
      name: `${name}-undelivered`,
      // Long enough for a weekend. SES's own events name the recipient, so not longer.
      messageRetentionSeconds: 4 * 86_400,
      sqsManagedSseEnabled: true,
    });
    new SqsQueuePolicy(this, "queue-policy", {
      queueUrl: this.queue.url,
      policy: Lazy.stringValue({
        produce: () =>
          policyDocument([
            {
              Sid: "RulesKeepWhatTheyCannotDeliver",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: ["sqs:SendMessage"],
              Resource: [this.queue.arn],
              Condition: { ArnEquals: { "aws:SourceArn": [...this.#rules].map(({ arn }) => arn) } },
            },
          ]),
      }),
    });
  }

  /** Delivers a rule's events to a target. */
  deliver(
    scope: Construct,
    id: string,
    rule: CloudwatchEventRule,
    target: Omit<CloudwatchEventTargetConfig, "rule" | "eventBusName" | "deadLetterConfig">,
  ): void {
    const { eventBusNameInput } = rule;
    this.#rules.add(rule);
    new CloudwatchEventTarget(scope, id, {
      ...target,
      rule: rule.name,
      ...(eventBusNameInput === undefined ? {} : { eventBusName: eventBusNameInput }),
      deadLetterConfig: { arn: this.queue.arn },
    });
  }
}

type ForwardingRoleProps = {
  readonly name: string;
  readonly busArn: string;
  /** The one rule that may use the role. */
  readonly ruleArn: string;
  readonly permissionsBoundaryArn?: string | undefined;
};

/** Lets one EventBridge rule put events on one other bus. */
export class ForwardingRole extends ServiceRole {
  constructor(scope: Construct, id: string, props: ForwardingRoleProps) {
    super(scope, id, {
      name: props.name,
      description: "secret-handoff: forwards events to another bus",
      service: "events.amazonaws.com",
      sourceArns: [props.ruleArn],
      policyName: "forward",
      statements: [allow("ForwardEvents", ["events:PutEvents"], [props.busArn])],
      permissionsBoundaryArn: props.permissionsBoundaryArn,
    });
  }
}

type NoticeTopicProps = {
  readonly name: string;
  /** Addresses that are subscribed; each must confirm. */
  readonly emails?: readonly string[] | undefined;
  /** Lets the alarms of this account publish too. */
  readonly alarmsOf?: string | undefined;
};

/** A topic that gets events, and alarms where an account is named. */
export function noticeTopic(scope: Construct, { name, emails = [], alarmsOf }: NoticeTopicProps): SnsTopic {
  const topic = new SnsTopic(scope, "topic", { name });
  new SnsTopicPolicy(scope, "topic-policy", {
    arn: topic.arn,
    policy: policyDocument([
      ...(alarmsOf === undefined
        ? []
        : [
            {
              Sid: "AlarmsTell",
              Effect: "Allow" as const,
              Principal: { Service: "cloudwatch.amazonaws.com" },
              Action: ["sns:Publish"],
              Resource: [topic.arn],
              Condition: { StringEquals: { "aws:SourceAccount": alarmsOf } },
            },
          ]),
      {
        // EventBridge ignores topic policies that have conditions.
        Sid: "EventsTell",
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: ["sns:Publish"],
        Resource: [topic.arn],
      },
    ]),
  });
  for (const [index, endpoint] of emails.entries()) {
    new SnsTopicSubscription(scope, `email-${index + 1}`, {
      topicArn: topic.arn,
      protocol: "email",
      endpoint,
    });
  }
  return topic;
}
