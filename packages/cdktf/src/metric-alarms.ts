import type { CloudwatchMetricAlarmConfig } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { FUNCTION_NAMES, type FunctionName } from "./functions/archive.ts";
import type { ServiceFunction } from "./functions/service-function.ts";

/** What a function says in one word in its log, and never about whom: metric filters count the words. */
export const COUNTED = {
  /** A link's key has reached the server. */
  mangled: { metric: "LinkMangled", word: "link_mangled", by: "recipient" },
  /** A caller who could not be authenticated was refused. Of those the audit table has only samples. */
  refused: { metric: "AnonymousRefused", word: "refused_anonymous", by: "sender" },
  /** One link was asked for from many networks in ten minutes. */
  many: { metric: "LinkAskedFromMany", word: "link_asked_from_many", by: "recipient" },
  /** Codes for one link were asked for again and again. */
  codes: { metric: "CodesAskedAgain", word: "codes_asked_again", by: "recipient" },
  /** A code could not be mailed. Whoever asked for it is told nothing: that would tell that the address was right. */
  unmailed: { metric: "CodeMailFailed", word: "code_mail_failed", by: "recipient" },
  /** An event could not be drained. The stream tries again: to Lambda that is no error of the function's. */
  undrained: { metric: "DrainFailed", word: "drain_failed", by: "drainer" },
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
export const ALARM_PERIOD = 300;
/** More refused strangers in five minutes than mistakes make. */
const MANY_REFUSALS = 100;
/** More calls in five minutes that were turned away than recipients, workflows and scanners make. */
const MANY_TURNED_AWAY = 1_000;
/** Failures in five minutes: a record that cannot be drained is tried six times. */
const FAILING = 3;
/** Of the metrics that count words. */
export const countedNamespace = (name: string): string => `SecretHandoff/${name}`;

/** What an alarm does not say itself: once in five minutes is enough, and no data is well. */
type Alarm = Omit<CloudwatchMetricAlarmConfig, "alarmName" | "comparisonOperator" | "evaluationPeriods"> &
  Partial<Pick<CloudwatchMetricAlarmConfig, "comparisonOperator" | "evaluationPeriods">>;

/** The alarms, by the last part of their names. */
export function metricAlarms({
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
    "turned-away": {
      namespace: "AWS/ApiGateway",
      metricName: "4xx",
      dimensions: { ApiId: apiId },
      threshold: MANY_TURNED_AWAY,
      alarmDescription: `${MANY_TURNED_AWAY} or more calls in five minutes were turned away. The API's log says from which routes: 429 means that a route's limit is used up, which keeps recipients and workflows out as well; anything else, that somebody probes the service.`,
    },
    "drainer-failing": {
      alarmDescription: "The drainer fails: audit events are late. The sweeper drains what it finds.",
      threshold: FAILING,
      metricQuery: [
        { id: "failing", expression: "SUM(METRICS())", label: "failures", returnData: true },
        ...[
          {
            id: "errors",
            namespace: "AWS/Lambda",
            metricName: "Errors",
            dimensions: { FunctionName: functions.drainer.function.functionName },
          },
          { id: "undrained", namespace: countedNamespace(name), metricName: COUNTED.undrained.metric },
        ].map(({ id, ...metric }) => ({ id, metric: { ...metric, period: ALARM_PERIOD, stat: "Sum" } })),
      ],
    },
    "drainer-behind": {
      ...ofFunction("drainer", "IteratorAge", "The drainer is more than five minutes behind."),
      statistic: "Maximum",
      threshold: ALARM_PERIOD * 1_000,
    },
    // One error is enough: what cannot be swept is put off for as long as the alarm's period, so that it fails one sweep in each.
    "sweeper-failing": ofFunction(
      "sweeper",
      "Errors",
      "The sweeper fails, or meets an item that it cannot sweep, which its log names: expired handoffs keep their ciphertext, and nobody is told that they expired, until it recovers.",
    ),
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
    "code-mail-failing": {
      namespace: countedNamespace(name),
      metricName: COUNTED.unmailed.metric,
      alarmDescription:
        "A code could not be mailed, and its recipient waits for it: SES or the mail server refused it or did not answer. The recipient function's log names the error. Look at the identity, the account's sending, or the server's credentials.",
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
              "A secret that should have been rotated was not: the day's limit was reached, Secrets Manager refused, or the rotation was started and failed. The execution says which.",
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
const OPERATIONS = ["BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"] as const;

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
          period: ALARM_PERIOD,
          stat: "Sum",
        },
      })),
    ],
  };
}
