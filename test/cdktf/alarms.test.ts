import { describe, expect, test } from "@jest/globals";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { matches } from "./event-pattern.ts";
import { listOf, policiesOf } from "./iam.ts";
import { ref, resource, resources, synthesise } from "./synthesis.ts";

const least = synthesise(LEAST).json;
const everything = synthesise(EVERYTHING).json;
const smtp = synthesise(SMTP).json;

describe("what watches", () => {
  test.each<[rule: string, told: readonly object[], untold: readonly object[]]>([
    ["locked", [{ type: "locked", outcome: "done" }], [{ type: "locked", outcome: "codes_spent" }]],
    [
      "codes_spent",
      [
        { type: "locked", outcome: "codes_spent" },
        { type: "locked", outcome: "code_requests_spent" },
      ],
      [{ type: "locked", outcome: "done" }],
    ],
    ["reported", [{ type: "reported" }], [{ type: "claimed" }]],
    ["denied", [{ type: "denied", request: "req_x" }], [{ type: "approved", request: "req_x" }]],
    ["refusals_burst", [{ type: "refused", count: 7 }], [{ type: "refused" }]],
    [
      "undelivered",
      [
        { type: "expired", class: "production-admin" },
        { type: "bounced", class: "production-admin" },
        { type: "unconfirmed", class: "production-admin" },
      ],
      [
        { type: "expired", class: "internal-tool" },
        { type: "claimed", class: "production-admin" },
      ],
    ],
  ])("%s reaches the topic straight from the bus, with what to do", (name, told, untold) => {
    const rule = resource(least, "aws_cloudwatch_event_rule", `alarms_${name}_rule`);
    const pattern = JSON.parse(String(rule.event_pattern)) as Parameters<typeof matches>[0];
    const isTold = (detail: object) =>
      matches(pattern, {
        source: "secret-handoff",
        "detail-type": (detail as { type: string }).type,
        detail,
      } as never);
    expect(told.map(isTold)).toEqual(told.map(() => true));
    expect(untold.map(isTold)).toEqual(untold.map(() => false));
    const { arn, input_transformer } = resource(
      least,
      "aws_cloudwatch_event_target",
      `alarms_${name}_target`,
    );
    expect(arn).toBe(ref("aws_sns_topic.alarms_topic.arn"));
    const { input_paths, input_template } = input_transformer as {
      input_paths: Record<string, string>;
      input_template: string;
    };
    // Every part that the sentence names is taken from the event.
    const named = Array.from(input_template.matchAll(/<(\w+)>/g), ([, part]) => part);
    expect(Object.keys(input_paths).sort()).toEqual([...new Set(named)].sort());
  });

  test("every alarm acts on the topic, the given one where there is one", () => {
    for (const [json, topic] of [
      [least, ref("aws_sns_topic.alarms_topic.arn")],
      [smtp, SMTP.service.alarms?.topicArn],
    ] as const) {
      const alarms = resources(json, "aws_cloudwatch_metric_alarm");
      expect(alarms.map(({ alarm_name }) => String(alarm_name).replace("secret-handoff-", ""))).toEqual(
        expect.arrayContaining([
          "server-errors",
          "turned-away",
          "drainer-failing",
          "drainer-behind",
          "sweeper-failing",
          "sweeper-silent",
          "sealer-failing",
          "seal-missing",
          "recipient-throttled",
          "handoffs-throttled",
          "audit-throttled",
          "events-undelivered",
          "link-mangled",
          "code-mail-failing",
          "refused-anonymous",
        ]),
      );
      for (const alarm of alarms)
        expect(alarm).toMatchObject({ alarm_actions: [topic], ok_actions: [topic] });
    }
    expect(smtp.resource).not.toHaveProperty("aws_sns_topic");
  });

  test("a drainer that reports its failures to the stream is failing, though Lambda counts no error", () => {
    const { metric_query } = resource(least, "aws_cloudwatch_metric_alarm", "alarms_drainer_failing");
    const watched = (metric_query as readonly { metric?: { namespace: string; metric_name: string } }[]).map(
      ({ metric }) => metric && `${metric.namespace} ${metric.metric_name}`,
    );
    expect(watched).toEqual([undefined, "AWS/Lambda Errors", "SecretHandoff/secret-handoff DrainFailed"]);
    expect(resource(least, "aws_cloudwatch_log_metric_filter", "alarms_undrained_filter")).toMatchObject({
      log_group_name: ref("aws_cloudwatch_log_group.drainer_logs.name"),
      pattern: '"drain_failed"',
    });
  });

  test.each(["sweeper", "sealer"])(
    "one error of the %s raises an alarm: what fails is put off, and fails no second time in a period",
    (name) => {
      expect(resource(least, "aws_cloudwatch_metric_alarm", `alarms_${name}_failing`)).toMatchObject({
        metric_name: "Errors",
        period: 300,
        evaluation_periods: 1,
        threshold: 1,
      });
    },
  );

  test("a default stays where undefined stands beside it", () => {
    const { service } = LEAST;
    const { json } = synthesise({
      ...LEAST,
      service: {
        ...service,
        alarms: { emails: ["security@example.com"], criticalClasses: undefined },
        throttles: { page: undefined, sender: { rate: 7, burst: 8 } },
      } as never,
    });
    expect(resource(json, "aws_cloudwatch_event_rule", "alarms_undelivered_rule").event_pattern).toContain(
      "production-admin",
    );
    expect(resource(json, "aws_apigatewayv2_stage", "http_stage").route_settings).toEqual(
      expect.arrayContaining([
        {
          route_key: expect.stringContaining("http_get_page.route_key"),
          throttling_rate_limit: 50,
          throttling_burst_limit: 100,
        },
        {
          route_key: expect.stringContaining("http_any_sender.route_key"),
          throttling_rate_limit: 7,
          throttling_burst_limit: 8,
        },
      ]),
    );
  });

  test("audit events go to every target that is named, and to none by default", () => {
    expect(least.resource.aws_cloudwatch_event_rule).not.toHaveProperty("events_every_event");
    const targets = Object.keys(everything.resource.aws_cloudwatch_event_target ?? {});
    expect(targets).toEqual(expect.arrayContaining(["events_to_topic", "events_to_log", "events_to_bus"]));
  });
});

describe("what EventBridge cannot deliver", () => {
  test("comes into a queue, of every rule but the two schedules, which run again soon", () => {
    for (const [name, target] of Object.entries(everything.resource.aws_cloudwatch_event_target ?? {})) {
      const queue = { arn: ref("aws_sqs_queue.undelivered_queue.arn") };
      expect([name, target.dead_letter_config]).toEqual([
        name,
        /^(seal_)?schedule_target$/.test(name) ? undefined : queue,
      ]);
    }
    const rules = Object.keys(everything.resource.aws_cloudwatch_event_rule ?? {});
    const { policy } = resource(everything, "aws_sqs_queue_policy", "undelivered_queue_policy");
    expect(rules.filter((name) => !String(policy).includes(`${name}.arn`))).toEqual([
      "schedule",
      "seal_schedule",
    ]);
  });

  test("fires an alarm at once", () => {
    expect(resource(least, "aws_cloudwatch_metric_alarm", "alarms_events_undelivered")).toMatchObject({
      metric_name: "ApproximateNumberOfMessagesVisible",
      dimensions: { QueueName: ref("aws_sqs_queue.undelivered_queue.name") },
      threshold: 1,
      comparison_operator: "GreaterThanOrEqualToThreshold",
    });
  });
});

describe("throttling", () => {
  test("of any operation that a role allows on either table fires an alarm", () => {
    const actions = policiesOf(everything).flatMap(({ statements }) =>
      statements.flatMap(({ Action }) => listOf(Action)),
    );
    const operations = actions
      .filter((action) => /^dynamodb:(?:\w+Item|Query|Scan)$/.test(action))
      .map((action) => action.slice("dynamodb:".length));
    for (const table of ["handoffs", "audit"]) {
      const { metric_query } = resource(least, "aws_cloudwatch_metric_alarm", `alarms_${table}_throttled`);
      const [sum, ...metrics] = metric_query as readonly {
        expression?: string;
        metric?: { dimensions: object };
      }[];
      expect(sum).toMatchObject({ expression: "SUM(METRICS())", return_data: true });
      expect(metrics.map(({ metric }) => metric?.dimensions)).toEqual(
        [...new Set(operations)].sort().map((Operation) => ({
          TableName: ref(`aws_dynamodb_table.tables_${table}.name`),
          Operation,
        })),
      );
    }
  });
});
