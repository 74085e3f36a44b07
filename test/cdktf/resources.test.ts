import { describe, expect, test } from "@jest/globals";
import type { SecretHandoffSenderProps } from "@secret-handoff/cdktf";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
import { matches } from "./event-pattern.ts";
import { listOf, policiesOf } from "./iam.ts";
import { ref, resource, resources, type SynthesisedStack, synthesise } from "./synthesis.ts";

const least = synthesise(LEAST).json;
const everything = synthesise(EVERYTHING).json;
const smtp = synthesise(SMTP).json;

describe("the tables", () => {
  test("the one-time table is on demand, has TTL and a stream of keys, and is never backed up", () => {
    expect(resource(least, "aws_dynamodb_table", "tables_handoffs")).toMatchObject({
      billing_mode: "PAY_PER_REQUEST",
      hash_key: "id",
      ttl: { enabled: true, attribute_name: "ttl" },
      stream_enabled: true,
      stream_view_type: "KEYS_ONLY",
      point_in_time_recovery: { enabled: false },
      deletion_protection_enabled: true,
    });
  });

  test("the audit table has TTL, point-in-time recovery and deletion protection", () => {
    expect(resource(least, "aws_dynamodb_table", "tables_audit")).toMatchObject({
      hash_key: "stream",
      range_key: "sequence",
      ttl: { enabled: true, attribute_name: "ttl" },
      point_in_time_recovery: { enabled: true },
      deletion_protection_enabled: true,
    });
  });

  test("both take a key of one's own, and can be unprotected for a tear-down", () => {
    for (const table of resources(everything, "aws_dynamodb_table")) {
      expect(table).toMatchObject({
        server_side_encryption: { enabled: true, kms_key_arn: EVERYTHING.service.kmsKeyArn },
        deletion_protection_enabled: false,
      });
    }
  });
});

describe("the functions", () => {
  test("are arm64, on Node.js 24, with no concurrency reserved", () => {
    const functions = resources(least, "aws_lambda_function");
    expect(functions).toHaveLength(5);
    for (const one of functions) {
      expect(one).toMatchObject({
        architectures: ["arm64"],
        runtime: "nodejs24.x",
        handler: "index.handler",
      });
      expect(one).not.toHaveProperty("reserved_concurrent_executions");
    }
  });

  test("have nothing in their environment but names, addresses and the policy", () => {
    const names = resources(everything, "aws_lambda_function").flatMap(({ environment }) =>
      Object.keys((environment as { variables: object }).variables),
    );
    expect(new Set(names)).toEqual(
      new Set([
        "TABLE_NAME",
        "AUDIT_TABLE_NAME",
        "EVENT_RETENTION_DAYS",
        "ORIGIN",
        "MAIL_FROM",
        "MAIL_CONFIGURATION_SET",
        "COMPANY",
        "CONFIG",
        "RECIPIENT_MAC_KEY_ID",
        "RECIPIENT_ADDRESS_KEY_ID",
        "EVENT_BUS_NAME",
        "SEAL_KEY_ARN",
        "ARCHIVE_BUCKET",
      ]),
    );
  });

  test("that write events know how long the audit table keeps them", () => {
    const daysOf = (json: SynthesisedStack) =>
      ["recipient", "sender", "drainer", "sweeper", "sealer"].map((name) => {
        const { environment } = resource(json, "aws_lambda_function", `${name}_function`);
        return (environment as { variables: Record<string, string> }).variables.EVENT_RETENTION_DAYS;
      });
    expect(daysOf(least)).toEqual([undefined, "400", "400", "400", "400"]);
    expect(daysOf(everything)).toEqual([undefined, "730", "730", "730", "730"]);
  });

  test("get an SMTP server by the ARN of a secret", () => {
    expect(resource(smtp, "aws_lambda_function", "recipient_function")).toHaveProperty(
      "environment.variables.SMTP_SECRET_ARN",
      SMTP.service.mail?.kind === "smtp" && SMTP.service.mail.secretArn,
    );
  });

  test("keep their logs no longer than configured", () => {
    for (const group of resources(least, "aws_cloudwatch_log_group")) {
      expect(group).toMatchObject({ retention_in_days: 30 });
    }
  });

  test("the drainer follows the stream from its start, gives up after an hour, and skips what TTL removes", () => {
    expect(resource(least, "aws_lambda_event_source_mapping", "stream_mapping")).toMatchObject({
      starting_position: "TRIM_HORIZON",
      maximum_record_age_in_seconds: 3_600,
      function_response_types: ["ReportBatchItemFailures"],
      filter_criteria: { filter: [{ pattern: '{"eventName":["INSERT","MODIFY"]}' }] },
      depends_on: ["aws_iam_role_policy.drainer_policy"],
    });
  });
});

describe("the API", () => {
  test("has these routes and no other, each with a limit of its own", () => {
    const routes = resources(least, "aws_apigatewayv2_route").map(({ route_key, authorization_type }) => [
      route_key,
      authorization_type,
    ]);
    expect(Object.fromEntries(routes)).toEqual({
      "GET /": "NONE",
      "HEAD /": "NONE",
      "GET /{proxy+}": "NONE",
      "GET /h": "NONE",
      "HEAD /h": "NONE",
      "GET /h/{proxy+}": "NONE",
      "HEAD /h/{proxy+}": "NONE",
      "POST /v1/handoffs/{proxy+}": "NONE",
      "ANY /v1/sender/{proxy+}": "NONE",
      "ANY /iam/v1/sender/{proxy+}": "AWS_IAM",
    });
    const stage = resource(least, "aws_apigatewayv2_stage", "http_stage");
    expect(stage.route_settings).toHaveLength(routes.length);
    expect(stage.default_route_settings).toEqual({ throttling_rate_limit: 5, throttling_burst_limit: 20 });
  });

  test("logs neither path, query, body, address nor user agent", () => {
    const { access_log_settings } = resource(least, "aws_apigatewayv2_stage", "http_stage");
    const { format } = access_log_settings as { format: string };
    const logged = new Set(Array.from(format.matchAll(/\$context\.([\w.]+)/g), ([, name]) => name));
    expect(logged).toEqual(
      new Set([
        "requestId",
        "requestTime",
        "routeKey",
        "status",
        "responseLength",
        "responseLatency",
        "integrationLatency",
        "integration.integrationStatus",
        "error.responseType",
      ]),
    );
  });

  test("closes its own address behind a domain, and only there", () => {
    const closed = [least, smtp, everything].map(
      (json) => resource(json, "aws_apigatewayv2_api", "http_api").disable_execute_api_endpoint,
    );
    // CloudFront itself must reach it.
    expect(closed).toEqual([false, true, false]);
  });

  test("behind CloudFront no failure is kept for the next caller", () => {
    const { custom_error_response } = resource(
      everything,
      "aws_cloudfront_distribution",
      "edge_distribution",
    );
    expect(custom_error_response).toEqual(
      [404, 405, 414, 500, 501, 502, 503, 504].map((error_code) => ({
        error_code,
        error_caching_min_ttl: 0,
      })),
    );
  });

  test("an address has a limit, and the senders' calls from it have a higher one", () => {
    const acl = resource(everything, "aws_wafv2_web_acl", "edge_web_acl");
    const ofSenders = {
      byte_match_statement: {
        field_to_match: { uri_path: {} },
        positional_constraint: "STARTS_WITH",
        search_string: "/v1/sender/",
        text_transformation: { priority: 0, type: "NORMALIZE_PATH" },
      },
    };
    const perAddress = (limit: number, scope_down_statement: object) => ({
      rate_based_statement: { aggregate_key_type: "IP", limit, scope_down_statement },
    });
    expect(acl).toHaveProperty(
      "rule.0.statement",
      perAddress(200, { not_statement: { statement: ofSenders } }),
    );
    expect(acl).toHaveProperty("rule.1.statement", perAddress(5_000, ofSenders));
  });

  test("behind CloudFront nothing is cached, and neither logs nor samples keep a path", () => {
    const distribution = resource(everything, "aws_cloudfront_distribution", "edge_distribution");
    expect(distribution).not.toHaveProperty("logging_config");
    expect(distribution).toHaveProperty(
      "default_cache_behavior.cache_policy_id",
      "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    );
    // All of the viewer's headers but Host: among them the one by which the service knows a service worker.
    expect(distribution).toHaveProperty(
      "default_cache_behavior.origin_request_policy_id",
      "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    );
    const acl = JSON.stringify(resource(everything, "aws_wafv2_web_acl", "edge_web_acl"));
    expect(acl).not.toContain('"sampled_requests_enabled":true');
    expect(acl).toContain('"provider":"aws.us_east_1"');
  });
});

describe("mail", () => {
  test("follows nobody: no opens, no clicks, no engagement metrics", () => {
    expect(resource(least, "aws_sesv2_configuration_set", "mail_configuration_set")).toMatchObject({
      delivery_options: { tls_policy: "REQUIRE" },
      vdm_options: { dashboard_options: { engagement_metrics: "DISABLED" } },
    });
    expect(
      resource(least, "aws_sesv2_configuration_set_event_destination", "mail_failures").event_destination,
    ).toMatchObject({ matching_event_types: ["BOUNCE", "COMPLAINT", "REJECT", "RENDERING_FAILURE"] });
  });

  test("reports what did not arrive on the bus, for this configuration set only", () => {
    const rule = resource(least, "aws_cloudwatch_event_rule", "mail_failure_rule");
    expect(JSON.parse(String(rule.event_pattern))).toEqual({
      source: ["aws.ses"],
      detail: {
        mail: {
          tags: {
            "ses:configuration-set": [
              ref("aws_sesv2_configuration_set.mail_configuration_set.configuration_set_name"),
            ],
          },
        },
      },
    });
  });

  test("makes nothing in SES for an SMTP server", () => {
    expect(Object.keys(smtp.resource).filter((type) => type.startsWith("aws_ses"))).toEqual([]);
  });
});

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
          "refused-anonymous",
        ]),
      );
      for (const alarm of alarms)
        expect(alarm).toMatchObject({ alarm_actions: [topic], ok_actions: [topic] });
    }
    expect(smtp.resource).not.toHaveProperty("aws_sns_topic");
  });

  test("audit events go to every target that is named, and to none by default", () => {
    expect(least.resource.aws_cloudwatch_event_rule).not.toHaveProperty("events_every_event");
    const targets = Object.keys(everything.resource.aws_cloudwatch_event_target ?? {});
    expect(targets).toEqual(expect.arrayContaining(["events_to_topic", "events_to_log", "events_to_bus"]));
  });
});

/** Types of resources that AWS keeps no tags for. */
const NO_TAGS = [
  "aws_apigatewayv2_integration",
  "aws_apigatewayv2_route",
  "aws_cloudwatch_event_api_destination",
  "aws_cloudwatch_event_target",
  "aws_cloudwatch_log_metric_filter",
  "aws_cloudwatch_log_resource_policy",
  "aws_iam_role_policy",
  "aws_kms_alias",
  "aws_lambda_invocation",
  "aws_lambda_permission",
  "aws_route53_record",
  "aws_sesv2_configuration_set_event_destination",
  "aws_sns_topic_policy",
  "aws_sns_topic_subscription",
  "aws_sqs_queue_policy",
];

describe("tags and boundary", () => {
  test("everything that can have tags has the service's, the workflows' roles and the OIDC provider too", () => {
    for (const [type, named] of Object.entries(everything.resource)) {
      for (const [name, { tags }] of Object.entries(named)) {
        expect([type, name, tags]).toEqual([
          type,
          name,
          NO_TAGS.includes(type) ? undefined : EVERYTHING.service.tags,
        ]);
      }
    }
  });

  test("a role's own tags go before the service's", () => {
    const orders = { ...(EVERYTHING.gitHub?.orders as SecretHandoffSenderProps), tags: { team: "orders" } };
    const { json } = synthesise({ ...EVERYTHING, gitHub: { orders } });
    expect(resource(json, "aws_iam_role", "github_orders_sender_role").tags).toEqual({
      team: "orders",
      service: "secret-handoff",
    });
  });

  test("every role has its boundary", () => {
    const boundaries = resources(everything, "aws_iam_role").map((role) => role.permissions_boundary);
    expect(new Set(boundaries)).toEqual(new Set([EVERYTHING.service.permissionsBoundaryArn]));
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

describe("a destroy that the tables refuse", () => {
  test("leaves the links' address and the keys of the recipients directory: the tables depend on them", () => {
    for (const table of ["tables_handoffs", "tables_audit"]) {
      expect(resource(least, "aws_dynamodb_table", table).depends_on).toEqual([
        "aws_apigatewayv2_api.http_api",
        "aws_kms_key.seals_key",
        "aws_kms_key.recipients_mac",
        "aws_kms_key.recipients_address",
      ]);
    }
  });
});

describe("a workflow's role", () => {
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;

  test("lasts an hour, or as long as its step waits", () => {
    const lasting = (change: object) =>
      resource(
        synthesise({ ...EVERYTHING, gitHub: { orders: { ...orders, ...change } } }).json,
        "aws_iam_role",
        "github_orders_sender_role",
      ).max_session_duration;
    expect([lasting({}), lasting({ maxSessionDuration: 14_400 })]).toEqual([3_600, 14_400]);
  });
});

describe("several workflows", () => {
  const orders = EVERYTHING.gitHub?.orders as SecretHandoffSenderProps;
  const billing = { ...orders, name: "secret-handoff-billing", environment: "billing" };
  const service = {
    ...EVERYTHING.service,
    senders: [
      ...EVERYTHING.service.senders,
      { repositoryId: "123456789", environment: "billing", may: ["send" as const] },
    ],
  };
  const trusted = (json: SynthesisedStack, name: string) =>
    JSON.stringify(resource(json, "aws_iam_role", name).assume_role_policy);

  test("share the one OIDC provider that an account can have", () => {
    const { json } = synthesise({ ...EVERYTHING, service, gitHub: { orders, billing } });
    const made = resource(json, "aws_iam_openid_connect_provider", "oidc_github_example_com_services_token");
    expect(resources(json, "aws_iam_openid_connect_provider")).toEqual([made]);
    const arn = ref("aws_iam_openid_connect_provider.oidc_github_example_com_services_token.arn");
    for (const name of ["github_orders_sender_role", "github_billing_sender_role"]) {
      expect(trusted(json, name)).toContain(arn);
    }
  });

  test("use the provider that any of them names, and make none", () => {
    const oidcProviderArn = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com";
    const gitHub = { orders, billing: { ...billing, oidcProviderArn } };
    const { json } = synthesise({ ...EVERYTHING, service, gitHub });
    expect(resources(json, "aws_iam_openid_connect_provider")).toEqual([]);
    expect(trusted(json, "github_orders_sender_role")).toContain(oidcProviderArn);
  });
});

describe("outputs", () => {
  test("tell a workflow and a platform team what they need", () => {
    expect(Object.keys(everything.output).sort()).toEqual([
      "alarm_topic_arn",
      "audit_table_name",
      "dkim_tokens",
      "domain_target",
      "endpoint",
      "event_bus_arn",
      "event_bus_name",
      "mail_configuration_set",
      "mail_configuration_set_arn",
      "mail_identity_arn",
      "operator_endpoint",
      "operator_policy_arn",
      "orders_role_arn",
      "recipient_key_arns",
      "seal_key_arn",
    ]);
    expect(everything.output.endpoint?.value).toBe("https://handoff.example.com");
    expect(least.output.endpoint?.value).toBe(ref("aws_apigatewayv2_api.http_api.api_endpoint"));
    expect(everything.output.operator_endpoint?.value).toBe(
      ref("aws_apigatewayv2_api.http_api.api_endpoint"),
    );
  });
});
