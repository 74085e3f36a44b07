import { readFileSync } from "node:fs";
import type { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { describe, expect, test } from "@jest/globals";
import { AuditEvent, EVENT_TYPES, type EventType } from "@secret-handoff/protocol/api";
import { publishTo } from "../../packages/lambda/src/events/publish.ts";
import { EVERYTHING, LEAST } from "./configurations.ts";
import { matches } from "./event-pattern.ts";
import { allows, policiesOf } from "./iam.ts";
import { ref, resource, resources, synthesise } from "./synthesis.ts";

const least = synthesise(LEAST).json;
const everything = synthesise(EVERYTHING).json;
const SECRETS = (EVERYTHING.service.rotation?.secrets ?? []).map(({ arn }) => arn);
const [SECRET = ""] = SECRETS;
const OTHER_SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/other-AbCdEf";

type Event = Parameters<typeof matches>[1];
const recorded = (name: string): Event =>
  JSON.parse(readFileSync(new URL(`./fixtures/${name}`, import.meta.url), "utf8")) as Event;
const patternOf = (rule: string, json = everything) =>
  JSON.parse(String(resource(json, "aws_cloudwatch_event_rule", rule).event_pattern)) as Event;
const targetOf = (target: string) => resource(everything, "aws_cloudwatch_event_target", target);

/** An event as the drainer puts it on the bus, and as EventBridge then delivers it. */
async function published(type: EventType, change: Partial<AuditEvent> = {}): Promise<Event> {
  const delivered: Event[] = [];
  const client = {
    send: async ({ input }: PutEventsCommand) => {
      for (const { Source = "", DetailType = "", Detail = "" } of input.Entries ?? []) {
        delivered.push({ source: Source, "detail-type": DetailType, detail: JSON.parse(Detail) as Event });
      }
      return { FailedEntryCount: 0 };
    },
  } as unknown as EventBridgeClient;
  const event: AuditEvent = {
    v: 1,
    id: "ABEiM0RVZneImaq7zN3u_w/3",
    type,
    time: "2026-11-21T07:12:00Z",
    actor: { kind: "service" },
    handoff: "ABEiM0RVZneImaq7zN3u_w",
    class: "api-key",
    owner: "123456789",
    secret: SECRET,
    outcome: "done",
    sequence: 3,
    ...change,
  };
  await publishTo("handoffs", () => {}, client)([event]);
  const [first] = delivered;
  if (!first) throw new Error("nothing was published");
  return first;
}

/** Each rule, and the events that it is for. */
const RULES = {
  reactions_undelivered_notice_rule: ["bounced", "locked", "unconfirmed", "expired"],
  reactions_reported_notice_rule: ["reported"],
  reactions_rotate_rule: ["bounced", "locked", "acknowledged", "unconfirmed", "expired", "reported"],
};

describe("the rules on what became of a handoff", () => {
  test.each(Object.entries(RULES))("%s matches these of the drainer's events: %j", async (rule, wanted) => {
    const matched = [];
    for (const type of EVENT_TYPES) {
      if (matches(patternOf(rule), await published(type))) matched.push(type);
    }
    expect(matched).toEqual(wanted);
  });

  test("rotate for the repositories that hand over a secret that may be rotated, and for operators", async () => {
    const rule = patternOf("reactions_rotate_rule");
    for (const [owner, expected] of [
      ["123456789", true],
      ["987654321", true],
      ["iam", true],
      ["555", false],
    ] as const) {
      expect([owner, matches(rule, await published("expired", { owner }))]).toEqual([owner, expected]);
    }
  });

  test("rotate nothing for a report of a link that ended long ago", async () => {
    const outcome = "already_ended";
    const report = await published("reported", { outcome });
    expect(matches(patternOf("reactions_rotate_rule"), report)).toBe(false);
    expect(matches(patternOf("reactions_reported_notice_rule"), report)).toBe(true);
  });

  test("rotate only at the ends that are asked for", () => {
    const { json } = synthesise({
      ...LEAST,
      region: EVERYTHING.region,
      service: {
        ...LEAST.service,
        onReported: { rotate: true },
        rotation: EVERYTHING.service.rotation as never,
      },
    });
    expect(patternOf("reactions_rotate_rule", json)["detail-type"]).toEqual(["reported"]);
  });

  test("take no event of the same name from somebody else", async () => {
    const foreign = { ...(await published("reported")), source: "example.com" };
    for (const rule of Object.keys(RULES)) expect(matches(patternOf(rule), foreign)).toBe(false);
  });

  test("tell the topic that is named, or one made for it whose addresses must confirm", () => {
    expect(targetOf("reactions_reported_notice_target").arn).toBe(
      EVERYTHING.service.onReported?.notify?.topicArn,
    );
    expect(targetOf("reactions_undelivered_notice_target").arn).toBe(
      ref("aws_sns_topic.reactions_undelivered_notice_topic.arn"),
    );
    expect(
      resource(everything, "aws_sns_topic_subscription", "reactions_undelivered_notice_email_1"),
    ).toMatchObject({ protocol: "email", endpoint: "orders@example.com" });
  });

  test("hand the machine the whole event, so that it sees the owner and the members of a set", () => {
    const target = targetOf("reactions_rotate_target");
    expect(target.arn).toBe(ref("aws_sfn_state_machine.reactions_rotations_machine.arn"));
    expect(target).not.toHaveProperty("input_transformer");
  });

  test("name in their messages only what an event can have", () => {
    const fields = Object.keys(AuditEvent.entries);
    const paths = resources(everything, "aws_cloudwatch_event_target")
      .filter(({ event_bus_name }) => event_bus_name === ref("aws_cloudwatch_event_bus.events_bus.name"))
      .flatMap(({ input_transformer }) =>
        Object.values(
          (input_transformer as { readonly input_paths?: object } | undefined)?.input_paths ?? {},
        ),
      )
      .filter((path: string) => !path.startsWith("$.detail.mail."));
    expect(paths.length).toBeGreaterThan(0);
    expect(paths.filter((path: string) => !fields.includes(path.split(".")[2] ?? ""))).toEqual([]);
  });

  test("are not there where nothing is asked for", () => {
    const named = JSON.stringify(least.resource);
    expect(named).not.toContain("reactions");
    expect(named).not.toContain("states.amazonaws.com");
    expect(named).not.toContain("RotateSecret");
  });
});

describe("the role that rotates", () => {
  const statements =
    policiesOf(everything).find(
      ({ address }) => address === "aws_iam_role_policy.reactions_rotations_machine_role_policy",
    )?.statements ?? [];
  const may = (action: string, on: string) => allows(statements, { action, resource: on, context: {} });

  test("rotates the secrets that are named and looks how it went, and no other", () => {
    for (const action of ["secretsmanager:RotateSecret", "secretsmanager:DescribeSecret"]) {
      expect(SECRETS.map((arn) => may(action, arn))).toEqual([true, true]);
      expect(may(action, OTHER_SECRET)).toBe(false);
    }
  });

  test("reads no value, writes none, and has nothing on the store", () => {
    for (const action of ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]) {
      expect(may(action, SECRET)).toBe(false);
    }
    for (const action of ["dynamodb:PutItem", "dynamodb:UpdateItem"]) {
      expect(may(action, ref("aws_dynamodb_table.reactions_rotations_table.arn"))).toBe(true);
      expect(may(action, ref("aws_dynamodb_table.tables_handoffs.arn"))).toBe(false);
    }
  });

  test("is taken by that one machine alone", () => {
    const trust = policiesOf(everything).find(
      ({ address }) => address === "aws_iam_role.reactions_rotations_machine_role_role",
    );
    expect(trust?.statements).toMatchObject([
      {
        Principal: { Service: "states.amazonaws.com" },
        Condition: {
          ArnEquals: { "aws:SourceArn": [expect.stringMatching(/:stateMachine:handoffs-rotations$/)] },
        },
      },
    ]);
  });
});

describe("a rotation that starts a delivery", () => {
  const label = recorded("secret-label-updated.json");
  const pattern = patternOf("on_rotated_rule");
  const renamed = (name: string, more: Event = {}): Event => ({
    ...label,
    detail: { ...(label.detail as Event), name, ...more },
  });

  test("is Secrets Manager's own event, of a secret that is named", () => {
    for (const [name, expected] of [
      ["prod/orders/api", true],
      ["prod/billing", true],
      ["prod/billing-old", false],
      ["prod/orders", false],
      ["mySecret", false],
    ] as const) {
      expect([name, matches(pattern, renamed(name))]).toEqual([name, expected]);
    }
  });

  test("is the move of AWSCURRENT: no label of one's own, and no call that CloudTrail records", () => {
    expect(matches(pattern, renamed("prod/billing", { labelUpdated: "CANARY" }))).toBe(false);
    const call = { ...renamed("prod/billing"), "detail-type": "AWS API Call via CloudTrail" };
    expect(matches(pattern, call)).toBe(false);
  });

  test("calls GitHub with the secret's name and version, by a role that may call nothing else", () => {
    expect(
      resource(everything, "aws_cloudwatch_event_api_destination", "on_rotated_destination"),
    ).toMatchObject({
      http_method: "POST",
      invocation_endpoint: "https://github.example.com/api/v3/repos/example/orders/dispatches",
      connection_arn: EVERYTHING.service.onRotated?.connectionArn,
    });
    const { input_transformer } = targetOf("on_rotated_target") as {
      input_transformer: { input_template: string; input_paths: object };
    };
    expect(JSON.parse(input_transformer.input_template)).toEqual({
      event_type: "orders-rotated",
      client_payload: { secret: "<arn>", name: "<name>", versionId: "<version>" },
    });
    expect(input_transformer.input_paths).toEqual({
      arn: "$.resources[0]",
      name: "$.detail.name",
      version: "$.detail.versionId",
    });
    const role = policiesOf(everything).find(({ address }) =>
      address.includes("on_rotated_dispatching_policy"),
    );
    expect(role?.statements).toMatchObject([
      {
        Action: ["events:InvokeApiDestination"],
        Resource: [ref("aws_cloudwatch_event_api_destination.on_rotated_destination.arn")],
      },
    ]);
  });

  test("keeps GitHub's token out of Terraform: the stack makes no connection", () => {
    expect(everything.resource).not.toHaveProperty("aws_cloudwatch_event_connection");
  });
});

describe("mail that bounced", () => {
  test("is forwarded to the bus for this configuration set, and for no other", () => {
    const bounce = recorded("email-bounced.json");
    const set = ref("aws_sesv2_configuration_set.mail_configuration_set.configuration_set_name");
    const text = JSON.stringify(patternOf("mail_failure_rule", least));
    const pattern = (name: string) =>
      JSON.parse(text.replace(JSON.stringify(set).slice(1, -1), name)) as Event;
    expect(matches(pattern("secret-handoff"), bounce)).toBe(true);
    expect(matches(pattern("newsletter"), bounce)).toBe(false);
  });
});

describe("mail that bounced for good", () => {
  const pattern = patternOf("bounces", least);
  const bounce = recorded("email-bounced.json") as { detail: { bounce: object; mail: object } } & Event;
  const withDetail = (change: object): Event =>
    ({ ...bounce, detail: { ...bounce.detail, ...change } }) as Event;

  test("is told to the sweeper by its handoff's id and SES's id of the mail alone", () => {
    expect(matches(pattern, bounce)).toBe(true);
    expect(resource(least, "aws_cloudwatch_event_target", "bounces_target")).toMatchObject({
      arn: ref("aws_lambda_function.sweeper_function.arn"),
      input_transformer: {
        input_paths: { handoff: "$.detail.mail.tags.handoff[0]", message: "$.detail.mail.messageId" },
        input_template: '{"bounced":"<handoff>","messageId":"<message>"}',
      },
    });
  });

  test("is no delay, no complaint, and no mail without a handoff", () => {
    const transient = withDetail({ bounce: { ...bounce.detail.bounce, bounceType: "Transient" } });
    const untagged = withDetail({ mail: { ...bounce.detail.mail, tags: {} } });
    const complaint = withDetail({ eventType: "Complaint" });
    expect([transient, untagged, complaint].map((event) => matches(pattern, event))).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe("what watches over it", () => {
  test("an alarm tells of a rotation that failed, and of a delivery that GitHub did not start", () => {
    expect(resource(everything, "aws_cloudwatch_metric_alarm", "alarms_rotation_failing")).toMatchObject({
      metric_name: "ExecutionsFailed",
      dimensions: { StateMachineArn: ref("aws_sfn_state_machine.reactions_rotations_machine.arn") },
    });
    expect(resource(everything, "aws_cloudwatch_metric_alarm", "alarms_dispatch_failing")).toMatchObject({
      metric_name: "FailedInvocations",
      dimensions: { RuleName: ref("aws_cloudwatch_event_rule.on_rotated_rule.name") },
    });
  });
});
