import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
import { CloudwatchMetricAlarm } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import { Construct } from "constructs";
import { noticeTopic, type UndeliveredEvents } from "./events.ts";
import { ALARM_PERIOD, type AlarmSources, COUNTED, countedNamespace, metricAlarms } from "./metric-alarms.ts";
import type { NotifyProps } from "./props.ts";

type AlarmsProps = NotifyProps &
  AlarmSources & {
    /** Classes whose undelivered handoffs raise an alarm. */
    readonly criticalClasses?: readonly string[] | undefined;
    readonly accountId: string;
    readonly busName: string;
    readonly undelivered: UndeliveredEvents;
  };

type Notice = {
  readonly description: string;
  readonly pattern: object;
  readonly sentence: string;
};

const CODES_SPENT = ["codes_spent", "code_requests_spent"];

/** Events that somebody must learn at once, each with what to do. */
function immediateNotices(criticalClasses: readonly string[]): Readonly<Record<string, Notice>> {
  return {
    locked: {
      description: "A handoff was locked by wrong answers",
      pattern: { "detail-type": ["locked"], detail: { outcome: [{ "anything-but": CODES_SPENT }] } },
      sentence:
        "handoff <handoff> (<class>) was locked: five wrong answers. Ask the recipient whether it was them. If not, somebody else has the link: revoke what else went to that address. <time>",
    },
    "codes-spent": {
      description: "A handoff was locked because its codes were used up",
      pattern: { "detail-type": ["locked"], detail: { outcome: CODES_SPENT } },
      sentence:
        "handoff <handoff> (<class>) was locked: codes were asked for, or typed wrong, too often. Ask the recipient whether it was them. If not, somebody has the link without the mailbox: send again to a checked address. <time>",
    },
    reported: {
      description: "A handoff was reported",
      pattern: { "detail-type": ["reported"] },
      sentence:
        "handoff <handoff> (<class>) was reported by its recipient: not expected, or not opened by them. If it had been opened, rotate the secret. <time>",
    },
    denied: {
      description: "A request for approval was denied",
      pattern: { "detail-type": ["denied"] },
      sentence:
        "request <request> (<class>) was denied. Read the denial's comment, and whether the requester expected it: a request that nobody made on purpose means that a workflow or an identity is not in the right hands. <time>",
    },
    "refusals-burst": {
      description: "A caller on a list was refused again and again",
      pattern: { "detail-type": ["refused"], detail: { count: [{ exists: true }] } },
      sentence:
        "a caller on the lists was refused more than ten times in five minutes. The event of type refused of <time> in the trail names it and the reason: a workflow to repair, or one that tries what it may not.",
    },
    ...(criticalClasses.length === 0
      ? {}
      : {
          undelivered: {
            description: "A handoff of a critical class did not arrive",
            pattern: {
              "detail-type": ["expired", "unconfirmed", "bounced"],
              detail: { class: [...criticalClasses] },
            },
            sentence:
              "handoff <handoff> of the critical class <class> did not arrive: <type>. After unconfirmed somebody has opened it and may have the secret: rotate it and send again. After expired or bounced, reach the recipient another way. <time>",
          },
        }),
  };
}

/** Sends what goes wrong to one SNS topic. No message holds a secret, a link or an address. */
export class Alarms extends Construct {
  readonly topicArn: string;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    const { name, accountId, emails } = props;
    this.topicArn =
      props.topicArn ?? noticeTopic(this, { name: `${name}-alarms`, emails, alarmsOf: accountId }).arn;
    this.#notifyAtOnce(props);
    this.#countWords(props);
    for (const [key, alarm] of Object.entries(metricAlarms(props))) {
      new CloudwatchMetricAlarm(this, key, {
        evaluationPeriods: 1,
        ...(alarm.metricQuery === undefined ? { period: ALARM_PERIOD, statistic: "Sum" } : {}),
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
  #notifyAtOnce({ name, busName, undelivered, criticalClasses = [] }: AlarmsProps): void {
    for (const [what, { description, pattern, sentence }] of Object.entries(
      immediateNotices(criticalClasses),
    )) {
      const rule = new CloudwatchEventRule(this, `${what}-rule`, {
        name: `${name}-${what}`,
        description,
        eventBusName: busName,
        eventPattern: JSON.stringify({ source: [EVENT_SOURCE], ...pattern }),
      });
      undelivered.deliver(this, `${what}-target`, rule, {
        targetId: "alarms",
        arn: this.topicArn,
        inputTransformer: {
          inputPaths: pathsIn(sentence),
          inputTemplate: JSON.stringify(`secret-handoff: ${sentence}`),
        },
      });
    }
  }

  #countWords({ name, functions }: AlarmsProps): void {
    for (const [key, { metric, word, by }] of Object.entries(COUNTED)) {
      new CloudwatchLogMetricFilter(this, `${key}-filter`, {
        name: `${name}-${word.replaceAll("_", "-")}`,
        logGroupName: functions[by].logGroup.name,
        pattern: `"${word}"`,
        metricTransformation: { name: metric, namespace: countedNamespace(name), value: "1" },
      });
    }
  }
}

/** The parts of the event that a sentence names. */
function pathsIn(sentence: string): Record<string, string> {
  const names = Array.from(sentence.matchAll(/<(\w+)>/g), ([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, `$.detail.${name}`]));
}
