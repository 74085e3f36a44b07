import { SnsTopic } from "@cdktf/provider-aws/lib/sns-topic/index.js";
import { SnsTopicPolicy } from "@cdktf/provider-aws/lib/sns-topic-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import type { Construct } from "constructs";
import { policyDocument } from "../permissions/policy-document.ts";

export type NoticeTopicProps = {
  readonly name: string;
  /** Addresses that are subscribed; each must confirm. */
  readonly emails?: readonly string[] | undefined;
  /** Lets the alarms of this account publish too. */
  readonly alarmsOf?: string | undefined;
};

/** A topic that events are told to, and alarms where an account is named. */
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
