import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { noticeTopic } from "../events.ts";
import type { FunctionCode, FunctionName } from "../functions/archive.ts";
import { smtpStatements } from "../iam/function-permissions.ts";
import { policyDocument } from "../iam/policies.ts";
import { outputsOf } from "../secret-handoff.ts";
import { Service, type ServiceProps } from "../service.ts";
import { arnParts, ReadableStack, tagEverything } from "../terraform.ts";
import { APPROVER_LOCALS, APPROVERS_SUFFICE } from "./approvers.ts";
import type { MadeIf } from "./made-if.ts";
import { COMPANY } from "./service-variables.ts";
import { expression, POLICY, POLICY_BYTES, ref } from "./variables.ts";

const given = (variable: string): string => `var.${variable} != null`;
const noticed = (variable: string): string =>
  `(var.${variable}.topic != null || length(var.${variable}.emails) > 0)`;
const owners = '[for s in var.rotation.secrets : concat(s.repository_ids, s.operators ? ["iam"] : [])]';

/** The company as the function reads it. */
const COMPANY_JSON = `jsonencode({ for key, value in { ${COMPANY.map(([part, name]) => `${name} = var.company.${part}`).join(", ")} } : key => value if value != null })`;

/** Examples in the place of what a plain module learns from its inputs; {@link SERVICE_MADE_IF} says what they stand for. */
const EXAMPLE = {
  secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:EXAMPLE-AbCdEf",
  repository: "EXAMPLE-REPOSITORY",
  rotationFunction: "arn:aws:lambda:eu-west-1:123456789012:function:EXAMPLE",
  limitPerDay: 987_654_321,
  rotateAfter: 2_591_999,
  rotated: "EXAMPLE-NAME",
} as const;

export const SERVICE_MADE_IF: MadeIf = {
  resources: {
    mail_: "local.ses",
    bounces: "local.ses",
    recipient_start_check: given("company"),
    recipients_address: 'var.recipients == "named"',
    smtp_policy: given("smtp"),
    events_every_event:
      "(var.events.topic != null || var.events.log_retention_days != null || var.events.bus != null)",
    events_to_topic: given("events.topic"),
    events_log: given("events.log_retention_days"),
    events_to_log: given("events.log_retention_days"),
    events_forwarding: given("events.bus"),
    events_to_bus: given("events.bus"),
    alarms_topic: "var.alarms.topic == null",
    reactions_undelivered_notice: noticed("on_undelivered"),
    undelivered_topic: "(var.on_undelivered.topic == null && length(var.on_undelivered.emails) > 0)",
    reactions_reported_notice: noticed("on_reported"),
    reported_topic: "(var.on_reported.topic == null && length(var.on_reported.emails) > 0)",
    reactions_rot: "local.rotating",
    alarms_rotation_failing: "local.rotating",
    on_rotated: given("on_rotated"),
    alarms_dispatch_failing: given("on_rotated"),
  },
  statements: {
    MailLinks: "local.ses",
    DecryptSmtpCredentials: given("smtp.kms_key_arn"),
    KeepAddresses: 'var.recipients == "named"',
    UseTheTablesKey: given("kms_key_arn"),
    ArchiveTheTrail: given("archive"),
    MissFiles: given("archive"),
    EncryptTheArchive: "try(var.archive.kms_key_arn, null) != null",
    InvokeRotationFunctions: "length(var.rotation.function_arns) > 0",
  },
  variables: {
    MAIL_FROM: given("mail_from"),
    MAIL_CONFIGURATION_SET: "local.ses",
    SMTP_SECRET_ARN: given("smtp"),
    ARCHIVE_BUCKET: given("archive"),
    RUN_BY: given("run_by"),
    COMPANY: given("company"),
    RECIPIENT_ADDRESS_KEY_ID: 'var.recipients == "named"',
  },
  inputs: {
    [JSON.stringify({ [EXAMPLE.secret]: [EXAMPLE.repository] })]:
      'jsonencode({ for s in var.rotation.secrets : s.arn => concat(s.repository_ids, s.operators ? ["iam"] : []) })',
    [JSON.stringify([EXAMPLE.secret])]: "var.rotation.secrets[*].arn",
    [JSON.stringify([EXAMPLE.repository])]: `distinct(flatten(${owners}))`,
    [JSON.stringify([EXAMPLE.rotationFunction])]: "var.rotation.function_arns",
    [String(EXAMPLE.limitPerDay)]: "tostring(var.rotation.limit_per_day)",
    [String(EXAMPLE.rotateAfter)]: "try(var.on_delivered.rotate_after, 0)",
    [JSON.stringify(["expired", "locked", "unconfirmed", "bounced", "reported", "acknowledged"])]:
      "local.rotating_events",
    [JSON.stringify([EXAMPLE.rotated])]:
      'concat([for n in var.on_rotated.secret_names : n if !endswith(n, "*")], [for n in var.on_rotated.secret_names : { prefix = trimsuffix(n, "*") } if endswith(n, "*")])',
  },
};

/** Expressions that several resources share. */
const LOCALS = {
  functions: expression(`coalesce(var.functions, "\${path.module}/functions")`),
  policy: expression(POLICY),
  ses: expression("var.ses != null"),
  alarm_topic_arn: topicOf("alarms", "alarms_topic"),
  undelivered_topic_arn: topicOf("on_undelivered", "undelivered_topic"),
  reported_topic_arn: topicOf("on_reported", "reported_topic"),
  rotating: expression(
    "var.rotation != null && (var.on_undelivered.rotate || var.on_reported.rotate || var.on_delivered != null)",
  ),
  ...APPROVER_LOCALS,
  rotating_events: expression(
    'concat(var.on_undelivered.rotate ? ["expired", "locked", "unconfirmed", "bounced"] : [], var.on_reported.rotate ? ["reported"] : [], var.on_delivered != null ? ["acknowledged"] : [])',
  ),
};

function topicOf(variable: string, own: string): string {
  return expression(
    `var.${variable}.topic == null ? one(aws_sns_topic.${own}[*].arn) : var.${variable}.topic.arn`,
  );
}

/** The service as a plain Terraform module: made with every part of the construct, of which its inputs choose. */
export class ServiceModule extends ReadableStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.addOverride("locals", LOCALS);
    const service = new Service(this, "service", serviceProps());
    this.#mailThroughSmtp(service);
    this.#encryptWithGivenKey(service);
    const { account } = arnParts(service.events.bus.arn);
    this.#topic("alarms", "alarms", "alarms", account);
    this.#topic("undelivered", "on_undelivered", "undelivered");
    this.#topic("reported", "on_reported", "reported");
    service.functions.sender.function.addOverride("lifecycle.precondition", PRECONDITIONS);
    tagEverything(service, ref("tags"));
    this.output({
      ...outputsOf(service, false),
      alarmTopicArn: expression("local.alarm_topic_arn"),
      mailIdentityArn: expression("one(var.ses[*].identity_arn)"),
      operatorEndpoint: expression(
        `var.close_default_endpoint ? var.origin : ${service.api.api.apiEndpoint}`,
      ),
      apiId: service.api.api.id,
      apiEndpoint: service.api.api.apiEndpoint,
      stageId: service.api.stage.id,
    });
  }

  /** A part of the recipient's rights, which the construct gives it instead of those for SES. */
  #mailThroughSmtp({ functions: { recipient } }: Service): void {
    recipient.function.addOverride("environment.variables.SMTP_SECRET_ARN", ref("smtp.secret_arn"));
    new IamRolePolicy(this, "smtp-policy", {
      name: "smtp",
      role: recipient.role.name,
      policy: policyDocument(
        smtpStatements({ secretArn: ref("smtp.secret_arn"), kmsKeyArn: ref("smtp.kms_key_arn") }),
      ),
    });
  }

  #encryptWithGivenKey(service: Service): void {
    for (const table of service.node.findAll().filter((node) => node instanceof DynamodbTable)) {
      table.addOverride("server_side_encryption.enabled", expression("var.kms_key_arn != null"));
    }
  }

  /** A topic of the module's own, and its subscribers. */
  #topic(id: string, variable: string, name: string, alarmsOf?: string): void {
    const topic = noticeTopic(new Construct(this, id), { name: `${ref("name")}-${name}`, alarmsOf });
    const subscription = new SnsTopicSubscription(this, `${id}-emails`, {
      topicArn: topic.arn,
      protocol: "email",
      endpoint: expression("each.value"),
    });
    subscription.addOverride(
      "for_each",
      expression(`toset(var.${variable}.topic == null ? var.${variable}.emails : [])`),
    );
    tagEverything(topic, ref("tags"));
  }
}

const PRECONDITIONS = [
  {
    condition: expression(`length(jsonencode(local.policy)) <= ${POLICY_BYTES}`),
    error_message: `senders and classes take more than the ${POLICY_BYTES} bytes that Lambda leaves for them: name fewer, or split them over two services.`,
  },
  {
    condition: expression(
      `alltrue([for n in ["recipient", "sender", "drainer", "sweeper", "sealer"] : fileexists("\${local.functions}/\${n}.zip")])`,
    ),
    error_message:
      "The functions are missing. Take the module from the release's terraform-module.zip, which has them, or name their folder in functions.",
  },
  {
    condition: expression(
      'alltrue([for c in var.classes : c.verification != "email-code"]) || (var.mail_from != null && (var.ses != null || var.smtp != null))',
    ),
    error_message: "A class with verification email-code needs mail: mail_from, and ses or smtp.",
  },
  {
    condition: expression("var.ses == null || var.smtp == null"),
    error_message: "Codes are mailed through SES or through SMTP: give ses or smtp.",
  },
  {
    condition: expression(
      "var.rotation != null || !(var.on_undelivered.rotate || var.on_reported.rotate || var.on_delivered != null)",
    ),
    error_message: "A reaction rotates, and rotation names no secrets that it may rotate.",
  },
  APPROVERS_SUFFICE,
];

function serviceProps(): ServiceProps {
  const limit = (route: string) => ({
    rate: number(`throttle_${route}.rate`),
    burst: number(`throttle_${route}.burst`),
  });
  const codeOf = (name: FunctionName): FunctionCode => ({
    path: `\${local.functions}/${name}.zip`,
    sha256: expression(`filebase64sha256("\${local.functions}/${name}.zip")`),
  });
  const reserved = (name: FunctionName) => number(`reserved_concurrency.${name}`);
  return {
    name: ref("name"),
    code: {
      recipient: codeOf("recipient"),
      sender: codeOf("sender"),
      drainer: codeOf("drainer"),
      sweeper: codeOf("sweeper"),
      sealer: codeOf("sealer"),
    },
    policyJson: expression("local.policy"),
    origin: (apiEndpoint) => expression(`coalesce(var.origin, ${apiEndpoint})`),
    closeDefaultEndpoint: Token.asAny(ref("close_default_endpoint")),
    mail: {
      kind: "ses",
      identity: "",
      identityArn: ref("ses.identity_arn"),
      from: ref("mail_from"),
      tlsPolicy: ref("ses.tls_policy"),
    },
    runtime: ref("runtime"),
    memorySize: number("memory_size"),
    reservedConcurrency: {
      recipient: reserved("recipient"),
      sender: reserved("sender"),
      drainer: reserved("drainer"),
      sweeper: reserved("sweeper"),
      sealer: reserved("sealer"),
    },
    logRetentionDays: number("log_retention_days"),
    eventRetentionDays: number("event_retention_days"),
    throttles: {
      page: limit("page"),
      recipient: limit("recipient"),
      sender: limit("sender"),
      operators: limit("operators"),
    },
    archive: { bucketName: ref("archive.bucket_name"), kmsKeyArn: ref("archive.kms_key_arn") },
    runBy: ref("run_by"),
    company: expression(`base64gzip(${COMPANY_JSON})`),
    kmsKeyArn: ref("kms_key_arn"),
    deletionProtection: {
      handoffs: Token.asAny(ref("protect_handoffs")),
      audit: Token.asAny(ref("protect_audit")),
    },
    alarms: { topicArn: expression("local.alarm_topic_arn") },
    events: {
      topicArn: ref("events.topic.arn"),
      logRetentionDays: number("events.log_retention_days"),
      busArn: ref("events.bus.arn"),
    },
    onUndelivered: { notify: { topicArn: expression("local.undelivered_topic_arn") }, rotate: true },
    onReported: { notify: { topicArn: expression("local.reported_topic_arn") }, rotate: true },
    onDelivered: { rotateAfter: EXAMPLE.rotateAfter },
    rotation: {
      secrets: [{ arn: EXAMPLE.secret, repositoryIds: [EXAMPLE.repository] }],
      limitPerDay: EXAMPLE.limitPerDay,
      functionArns: [EXAMPLE.rotationFunction],
    },
    onRotated: {
      secretNames: [EXAMPLE.rotated],
      repository: ref("on_rotated.repository"),
      connectionArn: ref("on_rotated.connection_arn"),
      eventType: ref("on_rotated.event_type"),
      apiUrl: ref("on_rotated.api_url"),
    },
    permissionsBoundaryArn: ref("permissions_boundary_arn"),
  };
}

function number(name: string): number {
  return Token.asNumber(ref(name));
}
