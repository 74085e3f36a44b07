import { DynamodbTable } from "@cdktf/provider-aws/lib/dynamodb-table/index.js";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy/index.js";
import { SnsTopicSubscription } from "@cdktf/provider-aws/lib/sns-topic-subscription/index.js";
import { DEFAULT_RETENTION_DAYS } from "@secret-handoff/lambda/tables";
import { Token } from "cdktf";
import { Construct } from "constructs";
import { LOG_RETENTION_DAYS, LONGEST_EVENT_RETENTION } from "../checks/prop-schemas.ts";
import { noticeTopic } from "../events.ts";
import type { FunctionCode, FunctionName } from "../functions/archive.ts";
import { smtpStatements } from "../iam/function-permissions.ts";
import { policyDocument } from "../iam/policies.ts";
import { outputsOf } from "../secret-handoff.ts";
import { Service, type ServiceProps } from "../service.ts";
import { arnParts, ReadableStack, tagEverything } from "../terraform.ts";
import type { MadeIf } from "./made-if.ts";
import {
  expression,
  POLICY,
  POLICY_BYTES,
  POLICY_VARIABLES,
  ref,
  SHARED,
  type Variable,
} from "./variables.ts";

/** Whether an object is there is known before it is known what its ARN will be: so a plan can count what depends on it. */
const ARN = "optional(object({ arn = string }))";
const NOTICE = `object({ topic = ${ARN}, emails = optional(list(string), []) })`;
const REACTION = `object({ topic = ${ARN}, emails = optional(list(string), []), rotate = optional(bool, false) })`;

/** The parts of a company, with their names in the function's COMPANY. */
const COMPANY = [
  ["name", "name"],
  ["logo", "logo"],
  ["accent_color", "accentColor"],
  ["accent_color_dark", "accentColorDark"],
  ["contact", "contact"],
  ["privacy_url", "privacyUrl"],
  ["imprint_url", "imprintUrl"],
] as const;
const COMPANY_JSON = `jsonencode({ for key, value in { ${COMPANY.map(([part, name]) => `${name} = var.company.${part}`).join(", ")} } : key => value if value != null })`;

const throttle = (routes: string, rate: number, burst: number): Variable => ({
  type: "object({ rate = number, burst = number })",
  description: `Requests a second, and at once, to ${routes}.`,
  default: { rate, burst },
});

export const SERVICE_VARIABLES: Readonly<Record<string, Variable>> = {
  name: SHARED.name("secret-handoff"),
  origin: {
    type: "string",
    description:
      "Public origin, https://HOST, when modules/domain or modules/edge lead to the service. It becomes part of every link. Without it, the API's own address.",
    default: null,
    holds: [
      'var.origin == null || can(regex("^https://[a-z0-9.-]+$", var.origin))',
      "origin must read https://HOST in lower case, without a path or a trailing slash.",
    ],
  },
  close_default_endpoint: {
    type: "bool",
    description: "True switches the API's own address off: with modules/domain, not with modules/edge.",
    default: false,
  },
  ...POLICY_VARIABLES,
  mail_from: {
    type: "string",
    description: "The address that codes are mailed from. It needs ses or smtp.",
    default: null,
    holds: [
      'var.mail_from == null || can(regex("^[^@ ]+@[^@ ]+$", var.mail_from))',
      "mail_from must be an address.",
    ],
  },
  ses: {
    type: 'object({ identity_arn = string, tls_policy = optional(string, "REQUIRE") })',
    description:
      "Mails codes through SES, from this identity. tls_policy REQUIRE bounces mail that would travel in the clear; or OPTIONAL.",
    default: null,
  },
  smtp: {
    type: "object({ secret_arn = string, kms_key_arn = optional(string) })",
    description:
      "Mails codes through an SMTP server instead: a secret with JSON { host, port, user, password }, and its key, unless that is aws/secretsmanager.",
    default: null,
  },
  functions: {
    type: "string",
    description:
      "Folder with recipient.zip, sender.zip, drainer.zip, sweeper.zip and sealer.zip of the same release. The module of a release has them.",
    default: null,
  },
  runtime: { type: "string", description: "Lambda runtime of the functions.", default: "nodejs24.x" },
  memory_size: { type: "number", description: "Memory of each function, MB.", default: 512 },
  log_retention_days: {
    type: "number",
    description: "Days to keep the logs of the functions and of the API.",
    default: 30,
    holds: [
      `contains([${LOG_RETENTION_DAYS.join(", ")}], var.log_retention_days)`,
      `CloudWatch offers a retention of ${LOG_RETENTION_DAYS.join(", ")} days.`,
    ],
  },
  event_retention_days: {
    type: "number",
    description: "Days to keep an audit event in the audit table.",
    default: DEFAULT_RETENTION_DAYS,
    holds: [
      `var.event_retention_days >= 1 && var.event_retention_days <= ${LONGEST_EVENT_RETENTION} && floor(var.event_retention_days) == var.event_retention_days`,
      `event_retention_days must be a whole number of days from 1 to ${LONGEST_EVENT_RETENTION}.`,
    ],
  },
  recipients: {
    type: "string",
    description:
      "named keeps recipients' addresses, encrypted, so that the trail answers who received what; unnamed keeps none.",
    default: "named",
    holds: ['contains(["named", "unnamed"], var.recipients)', "recipients is named or unnamed."],
  },
  archive: {
    type: "object({ bucket_name = string, kms_key_arn = optional(string) })",
    description:
      "Writes event lines and seals to a bucket of yours too, with Object Lock where it has that; and the bucket's key, where it is one of yours.",
    default: null,
    holds: [
      'var.archive == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.archive.bucket_name))',
      "archive.bucket_name must be the name of an S3 bucket.",
    ],
  },
  company: {
    type: `object({ ${COMPANY.map(([part]) => (part === "name" ? "name = string" : `${part} = optional(string)`)).join(", ")} })`,
    description:
      "The company that recipients know the senders by: name; and logo (the text of an SVG file, shapes only), accent_color and accent_color_dark (#rrggbb), contact, privacy_url, imprint_url. The deployment fails where one cannot be used, and says why.",
    default: null,
    holds: [
      'var.company == null || can(regex("^[^\\\\p{Cc}\\\\x{202a}-\\\\x{202e}\\\\x{2066}-\\\\x{2069}]{1,60}$", var.company.name)) && length(coalesce(var.company.logo, "-")) <= 65536 && alltrue([for c in [var.company.accent_color, var.company.accent_color_dark] : c == null || can(regex("^#[0-9a-f]{6}$", c))]) && alltrue([for u in [var.company.privacy_url, var.company.imprint_url] : u == null || can(regex("^https://", u))])',
      "company needs a name of one line; a logo is the text of an SVG file, a colour reads #rrggbb in lower case, and a URL begins with https.",
    ],
  },
  run_by: {
    type: "string",
    description: "Who runs the service, as recipients know them; the front page says so.",
    default: null,
    holds: [
      'var.run_by == null || can(regex("^[^\\\\p{Cc}\\\\x{202a}-\\\\x{202e}\\\\x{2066}-\\\\x{2069}]{1,100}$", var.run_by))',
      "run_by must be one line of 1 to 100 characters.",
    ],
  },
  throttle_page: throttle("GET /h/*", 50, 100),
  throttle_recipient: throttle("POST /v1/handoffs/*", 50, 100),
  throttle_sender: throttle("/v1/sender/*", 20, 100),
  throttle_operators: throttle("/iam/v1/sender/*", 5, 20),
  protect_handoffs: {
    type: "bool",
    description: "Deletion protection of the one-time table.",
    default: true,
  },
  protect_audit: { type: "bool", description: "Deletion protection of the audit table.", default: true },
  reserved_concurrency: {
    type: "object({ recipient = optional(number), sender = optional(number), drainer = optional(number), sweeper = optional(number), sealer = optional(number) })",
    description:
      "Concurrent executions to reserve for each function. A new account has 10 in all, of which none can be reserved.",
    default: {},
  },
  kms_key_arn: {
    type: "string",
    description: "ARN of a customer managed key for the tables. Without it, the key that DynamoDB owns.",
    default: null,
  },
  alarms: {
    type: NOTICE,
    description:
      "Who is notified of alarms, and of locked and reported handoffs: a topic of yours, or addresses.",
    default: {},
  },
  events: {
    type: `object({ topic = ${ARN}, log_retention_days = optional(number), bus = ${ARN} })`,
    description: "Where audit events go besides the audit table: a topic, a new log group, another bus.",
    default: {},
  },
  on_undelivered: {
    type: REACTION,
    description:
      "What follows when a handoff expired unread, was locked, was never confirmed, or its mail bounced.",
    default: {},
  },
  on_reported: {
    type: REACTION,
    description: "What follows when the recipient reports a handoff as not theirs.",
    default: {},
  },
  on_delivered: {
    type: "object({ rotate_after = number })",
    description: "Rotates the secret so many seconds after it was delivered.",
    default: null,
    holds: [
      "var.on_delivered == null || try(var.on_delivered.rotate_after >= 1 && var.on_delivered.rotate_after <= 2592000, false)",
      "rotate_after is in seconds, from 1 to 2592000 (30 days).",
    ],
  },
  rotation: {
    type: "object({ secrets = list(object({ arn = string, repository_ids = list(string), operators = optional(bool, false) })), limit_per_day = optional(number, 3), function_arns = optional(list(string), []) })",
    description:
      "What the service may rotate: whole ARNs of secrets that have a rotation, and the numbers of the repositories whose handoffs rotate them.",
    default: null,
    holds: [
      'var.rotation == null || try(length(var.rotation.secrets) > 0 && alltrue([for s in var.rotation.secrets : can(regex("^arn:[a-z-]+:secretsmanager:[^*?]+-[A-Za-z0-9]{6}$", s.arn)) && (s.operators || length(s.repository_ids) > 0)]), false)',
      "rotation.secrets needs whole ARNs, with the six characters that Secrets Manager adds, each with repository_ids or operators.",
    ],
  },
  on_rotated: {
    type: 'object({ secret_names = list(string), repository = string, connection_arn = string, event_type = optional(string, "secret-label-updated"), api_url = optional(string, "https://api.github.com") })',
    description:
      "Starts a workflow (repository_dispatch) when one of these secrets has a new current version.",
    default: null,
    holds: [
      'var.on_rotated == null || try(length(var.on_rotated.secret_names) > 0 && can(regex("^[^/ ]+/[^/ ]+$", var.on_rotated.repository)), false)',
      "on_rotated needs secret_names, and repository as owner/name.",
    ],
  },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};

const given = (variable: string): string => `var.${variable} != null`;
const noticed = (variable: string): string =>
  `(var.${variable}.topic != null || length(var.${variable}.emails) > 0)`;
const owners = '[for s in var.rotation.secrets : concat(s.repository_ids, s.operators ? ["iam"] : [])]';

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
