import { describe, expect, test } from "@jest/globals";
import type { SecretHandoffSenderProps } from "@secret-handoff/cdktf";
import { EVERYTHING, LEAST, SMTP } from "./configurations.ts";
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
