import type { CloudwatchMetricAlarmConfig } from "@cdktf/provider-aws/lib/cloudwatch-metric-alarm/index.js";
import { FUNCTION_NAMES, type FunctionName } from "../functions/function-archive.ts";
import type { ServiceFunction } from "../functions/service-function.ts";

/** What the alarms watch. */
export type Watched = {
  readonly name: string;
  readonly apiId: string;
  readonly tableName: string;
  readonly functions: Readonly<Record<FunctionName, ServiceFunction>>;
  /** Of the state machine that rotates, where there is one. */
  readonly rotationsArn?: string | undefined;
  /** The rule that starts a workflow, where there is one. */
  readonly dispatchRule?: string | undefined;
};

/** Seconds; the period of every alarm. */
export const FIVE_MINUTES = 300;
export const MANGLED_METRIC = "LinkMangled";
export const mangledNamespace = (name: string): string => `SecretHandoff/${name}`;

/** What an alarm does not say itself: once in five minutes is enough, and no data is well. */
type Alarm = Omit<CloudwatchMetricAlarmConfig, "alarmName" | "comparisonOperator" | "evaluationPeriods"> &
  Partial<Pick<CloudwatchMetricAlarmConfig, "comparisonOperator" | "evaluationPeriods">>;

/** The alarms, by the last part of their names. */
export function metricAlarms({
  name,
  apiId,
  tableName,
  functions,
  rotationsArn,
  dispatchRule,
}: Watched): Readonly<Record<string, Alarm>> {
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
    ...Object.fromEntries(throttles),
    "table-throttled": {
      namespace: "AWS/DynamoDB",
      metricName: "ThrottledRequests",
      dimensions: { TableName: tableName, Operation: "UpdateItem" },
      alarmDescription: "DynamoDB throttled writes to the one-time table.",
    },
    "link-mangled": {
      namespace: mangledNamespace(name),
      metricName: MANGLED_METRIC,
      alarmDescription:
        "A mail gateway sent a link's key to the server. The handoff was not consumed; find the gateway, and prefer a passphrase for its recipients.",
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
