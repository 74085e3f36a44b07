import { CloudwatchEventRule } from "@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js";
import { CloudwatchLogMetricFilter } from "@cdktf/provider-aws/lib/cloudwatch-log-metric-filter/index.js";
import {
  CloudwatchMetricAlarm,
  type CloudwatchMetricAlarmConfig,
} from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { EVENT_SOURCE } from "@secret-handoff/protocol/api";
import { Construct } from "constructs";
import { noticeTopic, type UndeliveredEvents } from "./events.ts";
import { FUNCTION_NAMES, type FunctionName } from "./functions/archive.ts";
import type { ServiceFunction } from "./functions/service-function.ts";
import type { NotifyProps } from "./props.ts";

export type AlarmsProps = NotifyProps &
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

/** Events that somebody must hear of at once, each with what to do. */
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
    this.#tellAtOnce(props);
    this.#countWords(props);
    for (const [key, alarm] of Object.entries(metricAlarms(props))) {
      new CloudwatchMetricAlarm(this, key, {
        evaluationPeriods: 1,
        ...(alarm.metricQuery === undefined ? { period: FIVE_MINUTES, statistic: "Sum" } : {}),
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
  #tellAtOnce({ name, busName, undelivered, criticalClasses = [] }: AlarmsProps): void {
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

/** What a function says in one word in its log, and never about whom: metric filters count the words. */
const COUNTED = {
  /** A link's key has reached the server. */
  mangled: { metric: "LinkMangled", word: "link_mangled", by: "recipient" },
  /** A caller who could not be authenticated was refused. Of those the audit table has only samples. */
  refused: { metric: "AnonymousRefused", word: "refused_anonymous", by: "sender" },
  /** One link was asked for from many networks in ten minutes. */
  many: { metric: "LinkAskedFromMany", word: "link_asked_from_many", by: "recipient" },
  /** Codes for one link were asked for again and again. */
  codes: { metric: "CodesAskedAgain", word: "codes_asked_again", by: "recipient" },
  /** A day of the trail was sealed. */
  sealed: { metric: "DaySealed", word: "day_sealed", by: "sealer" },
} as const satisfies Readonly<Record<string, { metric: string; word: string; by: FunctionName }>>;

/** What the alarms watch. */
export type AlarmSources = {
  readonly name: string;
  readonly apiId: string;
  /** Names of the tables, by what they hold. */
  readonly tables: Readonly<Record<string, string>>;
  readonly undeliveredQueue: string;
  readonly functions: Readonly<Record<FunctionName, ServiceFunction>>;
  /** Of the state machine that rotates, where there is one. */
  readonly rotationsArn?: string | undefined;
  /** The rule that starts a workflow, where there is one. */
  readonly dispatchRule?: string | undefined;
};

/** Seconds; the period of every alarm. */
const FIVE_MINUTES = 300;
/** More refused strangers in five minutes than mistakes make. */
const MANY_REFUSALS = 100;
const countedNamespace = (name: string): string => `SecretHandoff/${name}`;

/** What an alarm does not say itself: once in five minutes is enough, and no data is well. */
type Alarm = Omit<CloudwatchMetricAlarmConfig, "alarmName" | "comparisonOperator" | "evaluationPeriods"> &
  Partial<Pick<CloudwatchMetricAlarmConfig, "comparisonOperator" | "evaluationPeriods">>;

/** The alarms, by the last part of their names. */
function metricAlarms({
  name,
  apiId,
  tables,
  undeliveredQueue,
  functions,
  rotationsArn,
  dispatchRule,
}: AlarmSources): Readonly<Record<string, Alarm>> {
  const ofFunction = (name: FunctionName, metricName: string, alarmDescription: string): Alarm => ({
    namespace: "AWS/Lambda",
    metricName,
    dimensions: { FunctionName: functions[name].function.functionName },
    alarmDescription,
  });
  const throttles = FUNCTION_NAMES.map(
    (name) =>
      [
        `${name}-throttled`,
        ofFunction(name, "Throttles", `The ${name} function ran into the account's concurrency limit.`),
      ] as const,
  );
  return {
    "server-errors": {
      namespace: "AWS/ApiGateway",
      metricName: "5xx",
      dimensions: { ApiId: apiId },
      threshold: 3,
      alarmDescription:
        "The API answered 5xx: AWS throttled us, the issuer's keys were out of reach, or a fault of ours.",
    },
    "drainer-failing": ofFunction(
      "drainer",
      "Errors",
      "The drainer fails: audit events are late. The sweeper drains what it finds.",
    ),
    "drainer-behind": {
      ...ofFunction("drainer", "IteratorAge", "The drainer is more than five minutes behind."),
      statistic: "Maximum",
      threshold: FIVE_MINUTES * 1_000,
    },
    "sweeper-failing": {
      ...ofFunction(
        "sweeper",
        "Errors",
        "The sweeper fails: expired handoffs keep their ciphertext until it recovers.",
      ),
      threshold: 3,
    },
    "sweeper-silent": {
      ...ofFunction("sweeper", "Invocations", "The sweeper has not run for ten minutes."),
      evaluationPeriods: 2,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
    },
    "sealer-failing": ofFunction(
      "sealer",
      "Errors",
      "A day of the trail could not be sealed. The sealer tries again each hour; its log says why it fails.",
    ),
    "seal-missing": {
      namespace: countedNamespace(name),
      metricName: COUNTED.sealed.metric,
      period: 3_600,
      evaluationPeriods: 26,
      comparisonOperator: "LessThanThreshold",
      treatMissingData: "breaching",
      alarmDescription:
        "No day of the trail has been sealed for 26 hours. The sealer's log says why; what it missed it seals when it runs again.",
    },
    ...Object.fromEntries(throttles),
    ...Object.fromEntries(
      Object.entries(tables).map(([what, tableName]) => [
        `${what}-throttled`,
        throttledTable(what, tableName),
      ]),
    ),
    "events-undelivered": {
      namespace: "AWS/SQS",
      metricName: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: undeliveredQueue },
      statistic: "Maximum",
      alarmDescription:
        "EventBridge could not deliver an event to its target for a day. The queue's messages name the rule and the reason.",
    },
    "link-mangled": {
      namespace: countedNamespace(name),
      metricName: COUNTED.mangled.metric,
      alarmDescription:
        "A mail gateway sent a link's key to the server. The handoff was not consumed; find the gateway, and prefer a passphrase for its recipients.",
    },
    "link-asked-from-many": {
      namespace: countedNamespace(name),
      metricName: COUNTED.many.metric,
      alarmDescription:
        "One link was asked for from five networks or more in ten minutes. The recipient function's log names the handoff. A mail gateway may do that; otherwise the link has leaked: revoke it, or rotate what it held, and send again with a passphrase.",
    },
    "codes-asked-again": {
      namespace: countedNamespace(name),
      metricName: COUNTED.codes.metric,
      alarmDescription:
        "A fourth code for one link was asked for in ten minutes. The recipient function's log names the handoff. Ask the recipient whether it was them; if not, somebody has the link without the mailbox: revoke it and send again.",
    },
    "refused-anonymous": {
      namespace: countedNamespace(name),
      metricName: COUNTED.refused.metric,
      threshold: MANY_REFUSALS,
      alarmDescription: `${MANY_REFUSALS} or more of the senders' calls in five minutes came without a valid token: somebody probes the service, or a workflow's tokens have the wrong audience or issuer. The sender's log says which code each got.`,
    },
    ...(rotationsArn === undefined
      ? {}
      : {
          "rotation-failing": {
            namespace: "AWS/States",
            metricName: "ExecutionsFailed",
            dimensions: { StateMachineArn: rotationsArn },
            alarmDescription:
              "A secret that should have been rotated was not: the day's limit was reached, or Secrets Manager refused. The execution says which.",
          },
        }),
    ...(dispatchRule === undefined
      ? {}
      : {
          "dispatch-failing": {
            namespace: "AWS/Events",
            metricName: "FailedInvocations",
            dimensions: { RuleName: dispatchRule },
            alarmDescription:
              "A rotation started no delivery: GitHub refused the call, or could not be reached for a day. Look at the connection's token.",
          },
        }),
  };
}

/** What the functions do with tables. DynamoDB counts the throttled requests of each operation by themselves. */
const OPERATIONS = ["GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query"] as const;

function throttledTable(what: string, TableName: string): Alarm {
  return {
    alarmDescription: `DynamoDB throttled requests to the table of ${what}.`,
    metricQuery: [
      { id: "throttled", expression: "SUM(METRICS())", label: "throttled requests", returnData: true },
      ...OPERATIONS.map((Operation) => ({
        id: Operation.toLowerCase(),
        metric: {
          namespace: "AWS/DynamoDB",
          metricName: "ThrottledRequests",
          dimensions: { TableName, Operation },
          period: FIVE_MINUTES,
          stat: "Sum",
        },
      })),
    ],
  };
}
