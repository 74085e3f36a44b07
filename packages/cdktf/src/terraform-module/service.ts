import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { noticeTopic } from "../events.ts";
import type { FunctionCode, FunctionName } from "../functions/archive.ts";
import { smtpStatements } from "../iam/function-permissions.ts";
import { policyDocument } from "../iam/policies.ts";
import { GITHUB_ISSUER } from "../policy.ts";
import { outputsOf } from "../secret-handoff.ts";
import { Service, type ServiceProps } from "../service.ts";
import { arnParts, ReadableStack, tagEverything } from "../terraform.ts";
import { APPROVER_LOCALS, APPROVERS_SUFFICE, CLASSES_EXIST, MISSING_CLASSES } from "./approvers.ts";
import type { MadeIf } from "./made-if.ts";
import { COMPANY, SERVICE_VARIABLES } from "./service-variables.ts";
import { expression, POLICY, POLICY_BYTES, shapedLocals } from "./variables.ts";

/** An input, where it is used: one with a shape is a local. */
const input = (path: string): string =>
  `${typeof SERVICE_VARIABLES[path.split(".")[0] ?? ""]?.type === "object" ? "local" : "var"}.${path}`;
const ref = (path: string) => expression(input(path));
const given = (path: string): string => `${input(path)} != null`;
const noticed = (variable: string): string =>
  `(${input(variable)}.topic != null || length(${input(variable)}.emails) > 0)`;
const owners = '[for s in local.rotation.secrets : concat(s.repository_ids, s.operators ? ["iam"] : [])]';

/** The company as the function reads it. */
const COMPANY_JSON = `jsonencode({ for key, value in { ${COMPANY.map(([part, name]) => `${name} = local.company.${part}`).join(", ")} } : key => value if value != null })`;

/** Examples in the place of what a plain module learns from its inputs; {@link SERVICE_MADE_IF} says what they stand for. */
const EXAMPLE = {
  secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:EXAMPLE-AbCdEf",
  repository: "EXAMPLE-REPOSITORY",
  rotationFunction: "arn:aws:lambda:eu-west-1:123456789012:function:EXAMPLE",
  limitPerDay: 987_654_321,
  rotateAfter: 2_591_999,
  rotated: "EXAMPLE-NAME",
  critical: "EXAMPLE-CLASS",
} as const;

export const SERVICE_MADE_IF: MadeIf = {
  resources: {
    mail_: "local.mails_with_ses",
    bounces: "local.mails_with_ses",
    recipient_start_check: given("company"),
    recipients_address: 'var.recipients == "named"',
    smtp_policy: given("smtp"),
    events_every_event:
      "(local.events.topic != null || local.events.log_retention_days != null || local.events.bus != null)",
    events_to_topic: given("events.topic"),
    events_log: given("events.log_retention_days"),
    events_to_log: given("events.log_retention_days"),
    events_forwarding: given("events.bus"),
    events_to_bus: given("events.bus"),
    alarms_undelivered: "length(local.critical_classes) > 0",
    alarms_topic: "local.alarms.topic == null",
    reactions_undelivered_notice: noticed("on_undelivered"),
    undelivered_topic: "(local.on_undelivered.topic == null && length(local.on_undelivered.emails) > 0)",
    reactions_reported_notice: noticed("on_reported"),
    reported_topic: "(local.on_reported.topic == null && length(local.on_reported.emails) > 0)",
    reactions_rot: "local.rotating",
    alarms_rotation_failing: "local.rotating",
    on_rotated: given("on_rotated"),
    alarms_dispatch_failing: given("on_rotated"),
  },
  statements: {
    MailLinks: "local.mails_with_ses",
    DecryptSmtpCredentials: given("smtp.kms_key_arn"),
    KeepAddresses: 'var.recipients == "named"',
    UseTheTablesKey: given("kms_key_arn"),
    ArchiveTheTrail: given("archive"),
    MissFiles: given("archive"),
    EncryptTheArchive: "try(local.archive.kms_key_arn, null) != null",
    InvokeRotationFunctions: "length(local.rotation.function_arns) > 0",
  },
  variables: {
    MAIL_FROM: given("mail_from"),
    MAIL_CONFIGURATION_SET: "local.mails_with_ses",
    SMTP_SECRET_ARN: given("smtp"),
    ARCHIVE_BUCKET: given("archive"),
    RUN_BY: given("run_by"),
    COMPANY: given("company"),
    RECIPIENT_ADDRESS_KEY_ID: 'var.recipients == "named"',
  },
  inputs: {
    [JSON.stringify({ [EXAMPLE.secret]: [EXAMPLE.repository] })]:
      'jsonencode({ for s in local.rotation.secrets : s.arn => concat(s.repository_ids, s.operators ? ["iam"] : []) })',
    [JSON.stringify([EXAMPLE.secret])]: "local.rotation.secrets[*].arn",
    [JSON.stringify([EXAMPLE.repository])]: `distinct(flatten(${owners}))`,
    [JSON.stringify([EXAMPLE.rotationFunction])]: "local.rotation.function_arns",
    [String(EXAMPLE.limitPerDay)]: "tostring(local.rotation.limit_per_day)",
    [String(EXAMPLE.rotateAfter)]: "try(var.on_delivered.rotate_after, 0)",
    [JSON.stringify(["expired", "locked", "unconfirmed", "bounced", "reported", "acknowledged"])]:
      "local.rotating_events",
    [JSON.stringify([EXAMPLE.critical])]: "local.critical_classes",
    [JSON.stringify([EXAMPLE.rotated])]:
      'concat([for n in local.on_rotated.secret_names : n if !endswith(n, "*")], [for n in local.on_rotated.secret_names : { prefix = trimsuffix(n, "*") } if endswith(n, "*")])',
  },
};

/** Expressions that several resources share. */
const LOCALS = {
  ...shapedLocals(SERVICE_VARIABLES),
  functions: expression(`coalesce(var.functions, "\${path.module}/functions")`),
  policy: expression(POLICY),
  mails_with_ses: expression("local.ses != null"),
  alarm_topic_arn: topicOf("alarms", "alarms_topic"),
  undelivered_topic_arn: topicOf("on_undelivered", "undelivered_topic"),
  reported_topic_arn: topicOf("on_reported", "reported_topic"),
  rotating: expression(
    "local.rotation != null && (local.on_undelivered.rotate || local.on_reported.rotate || var.on_delivered != null)",
  ),
  critical_classes: expression(
    'local.alarms.critical_classes == null ? [for c in local.classes : c.name if length(c.approvals) >= 2 || c.verification == "email-code"] : local.alarms.critical_classes',
  ),
  ...APPROVER_LOCALS,
  ...MISSING_CLASSES,
  rotating_events: expression(
    'concat(local.on_undelivered.rotate ? ["expired", "locked", "unconfirmed", "bounced"] : [], local.on_reported.rotate ? ["reported"] : [], var.on_delivered != null ? ["acknowledged"] : [])',
  ),
};

function topicOf(variable: string, own: string): string {
  return expression(
    `${input(variable)}.topic == null ? one(aws_sns_topic.${own}[*].arn) : ${input(variable)}.topic.arn`,
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
      mailIdentityArn: expression("one(local.ses[*].identity_arn)"),
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
      expression(`toset(${input(variable)}.topic == null ? ${input(variable)}.emails : [])`),
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
      'alltrue([for c in local.classes : c.verification != "email-code"]) || (var.mail_from != null && (local.ses != null || local.smtp != null))',
    ),
    error_message: "A class with verification email-code needs mail: mail_from, and ses or smtp.",
  },
  {
    condition: expression("local.ses == null || local.smtp == null"),
    error_message: "Codes are mailed through SES or through SMTP: give ses or smtp.",
  },
  {
    condition: expression(
      "local.rotation != null || !(local.on_undelivered.rotate || local.on_reported.rotate || var.on_delivered != null)",
    ),
    error_message: "A reaction rotates, and rotation names no secrets that it may rotate.",
  },
  {
    condition: expression("(var.mail_from != null) == (local.ses != null || local.smtp != null)"),
    error_message:
      "mail_from needs ses or smtp, which mail, and each of them needs mail_from, the only address that they mail from.",
  },
  {
    condition: expression(
      `try(local.ses == null || length([for i in [lower(element(split("/", local.ses.identity_arn), 1))] : i if lower(var.mail_from) == i || endswith(replace(lower(var.mail_from), "/^.*@/", "."), ".\${i}")]) > 0, true)`,
    ),
    error_message: "mail_from must be of ses.identity_arn: SES sends only from what it has verified.",
  },
  {
    condition: expression(`var.jwks_url == null || var.issuer != "${GITHUB_ISSUER}"`),
    error_message:
      "jwks_url is set without issuer, so keys from elsewhere would verify github.com's tokens: set issuer, or leave jwks_url out.",
  },
  {
    condition: expression("!var.close_default_endpoint || var.origin != null"),
    error_message:
      "close_default_endpoint switches the only address off: set origin to the host that modules/domain leads to the service.",
  },
  {
    condition: expression("local.rotation == null || local.rotating"),
    error_message:
      "rotation is set, and nothing rotates: set rotate in on_undelivered or on_reported, or on_delivered, or leave it out.",
  },
  CLASSES_EXIST,
  APPROVERS_SUFFICE,
];

function serviceProps(): ServiceProps {
  const limit = (route: string) => ({
    rate: number(`throttle_${route}.rate`),
    burst: number(`throttle_${route}.burst`),
  });
  const codeOf = (name: FunctionName): FunctionCode => ({
    path: `\${local.functions}/${name}.zip`,
    // Without the archives the precondition says what to do; a failing filebase64sha256 would only repeat it in Terraform's words.
    sha256: expression(
      `fileexists("\${local.functions}/${name}.zip") ? filebase64sha256("\${local.functions}/${name}.zip") : null`,
    ),
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
    alarms: { topicArn: expression("local.alarm_topic_arn"), criticalClasses: [EXAMPLE.critical] },
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
