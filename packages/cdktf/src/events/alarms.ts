import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchEventTarget } from "@cdktf/provider-aws/lib/cloudwatch-event-target/index.js";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { Construct } from "constructs";
import type { AlarmProps } from "../secret-handoff-props.ts";
import { EVENT_SOURCE } from "./audit-bus.ts";
import {
  FIVE_MINUTES,
  MANGLED_METRIC,
  mangledNamespace,
  metricAlarms,
  type Watched,
} from "./metric-alarms.ts";
import { noticeTopic } from "./notice-topic.ts";

export type AlarmsProps = AlarmProps & Watched & { readonly accountId: string; readonly busName: string };

/** Events that somebody must hear of at once, and what they are told. */
const TOLD_AT_ONCE = {
  locked: "was locked: five wrong answers. Ask the recipient, and rotate the secret if it was not them.",
  reported:
    "was reported by its recipient: not expected, or not opened by them. If it had been opened, rotate the secret.",
} as const;

/** What goes wrong, told to one SNS topic. No message holds a secret, a link or an address. */
export class Alarms extends Construct {
  readonly topicArn: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { name, accountId, emails } = props;
    this.topicArn =
      props.topicArn ?? noticeTopic(this, { name: `${name}-alarms`, emails, alarmsOf: accountId }).arn;
    this.#tellAtOnce(props);
    this.#countMangledLinks(props);
    for (const [key, alarm] of Object.entries(metricAlarms(props))) {
      new CloudwatchMetricAlarm(this, key, {
        evaluationPeriods: 1,
        period: FIVE_MINUTES,
        statistic: "Sum",
        threshold: 1,
        comparisonOperator: "GreaterThanOrEqualToThreshold",
        treatMissingData: "notBreaching",
        ...alarm,
        alarmName: `${props.name}-${key}`,
        alarmActions: [this.topicArn],
        okActions: [this.topicArn],
      });
    }
  }

  /**
   * Straight from the bus: EventBridge delivers at least once, whereas its metrics, which an alarm would watch, are best
   * effort. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
   */
  #tellAtOnce({ name, busName }: AlarmsProps): void {
    for (const [what, sentence] of Object.entries(TOLD_AT_ONCE)) {
      const rule = new CloudwatchEventRule(this, `${what}-rule`, {
        name: `${name}-${what}`,
        description: `A handoff was ${what}`,
        eventBusName: busName,
        eventPattern: JSON.stringify({ source: [EVENT_SOURCE], "detail-type": [what] }),
      });
      new CloudwatchEventTarget(this, `${what}-target`, {
        rule: rule.name,
        eventBusName: busName,
        targetId: "alarms",
        arn: this.topicArn,
        inputTransformer: {
          inputPaths: { handoff: "$.detail.handoff", class: "$.detail.class", when: "$.detail.when" },
          inputTemplate: JSON.stringify(`secret-handoff: <handoff> (<class>) ${sentence} <when>`),
        },
      });
    }
  }

  /** The recipient's function says this one word when a link's key has reached the server; never which link. */
  #countMangledLinks({ name, functions }: AlarmsProps): void {
    new CloudwatchLogMetricFilter(this, "mangled-filter", {
      name: `${name}-link-mangled`,
      logGroupName: functions.recipient.logGroup.name,
      pattern: '"link_mangled"',
      metricTransformation: {
        name: MANGLED_METRIC,
        namespace: mangledNamespace(name),
        value: "1",
      },
    });
  }
}
