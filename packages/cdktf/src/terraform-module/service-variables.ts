import { DEFAULT_RETENTION_DAYS } from "@secret-handoff/lambda/tables";
import { ARNS, arnRule, LOG_RETENTION_DAYS, LONGEST_EVENT_RETENTION } from "../checks/values.ts";
import { FUNCTION_NAMES } from "../functions/archive.ts";
import type { Field, Shape } from "./shapes.ts";
import { arnVariable, isArn, POLICY_VARIABLES, type Rule, SHARED, type Variable } from "./variables.ts";

/** Whether an object is there is known before it is known what its ARN will be: so a plan can count what depends on it. */
const ARN: Shape = { object: { arn: "string" } };
const EMAILS: Field = { kind: "list(string)", default: [] };
const OFF: Field = { kind: "bool", default: false };
const ALARMS: Shape = { object: { "topic?": ARN, "emails?": EMAILS, "critical_classes?": "list(string)" } };
const REACTION: Shape = { object: { "topic?": ARN, "emails?": EMAILS, "rotate?": OFF } };

/** The parts of a company, with their names in the function's COMPANY. */
export const COMPANY = [
  ["name", "name"],
  ["logo", "logo"],
  ["accent_color", "accentColor"],
  ["accent_color_dark", "accentColorDark"],
  ["contact", "contact"],
  ["privacy_url", "privacyUrl"],
  ["imprint_url", "imprintUrl"],
] as const;

const isTopic = (variable: string): Rule => [
  isArn(`local.${variable}.topic.arn`, ARNS.topic),
  `${variable}.topic.arn ${arnRule(ARNS.topic)}.`,
];

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
    type: { object: { identity_arn: "string", "tls_policy?": { kind: "string", default: "REQUIRE" } } },
    description:
      "Mails codes through SES, from this identity. tls_policy REQUIRE bounces mail that would travel in the clear; or OPTIONAL.",
    default: null,
    holds: [
      isArn("local.ses.identity_arn", ARNS.sesIdentity),
      `ses.identity_arn ${arnRule(ARNS.sesIdentity)}.`,
    ],
  },
  smtp: {
    type: { object: { secret_arn: "string", "kms_key_arn?": "string" } },
    description:
      "Mails codes through an SMTP server instead: a secret with JSON { host, port, user, password }, and its key, unless that is aws/secretsmanager.",
    default: null,
    holds: [
      `${isArn("local.smtp.secret_arn", ARNS.secret)} && ${isArn("local.smtp.kms_key_arn", ARNS.key)}`,
      `smtp.secret_arn ${arnRule(ARNS.secret)}, and smtp.kms_key_arn the ARN of its key.`,
    ],
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
    type: { object: { bucket_name: "string", "kms_key_arn?": "string" } },
    description:
      "Writes event lines and seals to a bucket of yours too, with Object Lock where it has that; and the bucket's key, where it is one of yours.",
    default: null,
    holds: [
      `(local.archive == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", local.archive.bucket_name))) && ${isArn("local.archive.kms_key_arn", ARNS.key)}`,
      "archive.bucket_name must be the name of an S3 bucket, and archive.kms_key_arn the whole ARN of its key.",
    ],
  },
  company: {
    type: {
      object: Object.fromEntries(COMPANY.map(([part]) => [part === "name" ? part : `${part}?`, "string"])),
    },
    description:
      "The company that recipients know the senders by: name; and logo (the text of an SVG file, shapes only), accent_color and accent_color_dark (#rrggbb), contact, privacy_url, imprint_url. The deployment fails where one cannot be used, and says why.",
    default: null,
    holds: [
      'local.company == null ? true : can(regex("^[^\\\\p{Cc}\\\\x{202a}-\\\\x{202e}\\\\x{2066}-\\\\x{2069}]{1,60}$", local.company.name)) && length(coalesce(local.company.logo, "-")) <= 65536 && alltrue([for c in [local.company.accent_color, local.company.accent_color_dark] : c == null || can(regex("^#[0-9a-f]{6}$", c))]) && alltrue([for u in [local.company.privacy_url, local.company.imprint_url] : u == null || can(regex("^https://", u))])',
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
    type: { object: Object.fromEntries(FUNCTION_NAMES.map((name) => [`${name}?`, "number"])) },
    description:
      "Concurrent executions to reserve for each function. A new account has 10 in all, of which none can be reserved.",
    default: {},
  },
  kms_key_arn: arnVariable(
    "kms_key_arn",
    ARNS.key,
    "ARN of a customer managed key for the tables. Without it, the key that DynamoDB owns.",
  ),
  alarms: {
    type: ALARMS,
    description:
      "Who is notified of alarms, and of locked and reported handoffs: a topic of yours, or addresses. critical_classes names the classes whose handoffs raise an alarm when they did not arrive; without it, those that need two approvals or a mailed code.",
    default: {},
    holds: isTopic("alarms"),
  },
  events: {
    type: { object: { "topic?": ARN, "log_retention_days?": "number", "bus?": ARN } },
    description: "Where audit events go besides the audit table: a topic, a new log group, another bus.",
    default: {},
    holds: [
      `${isArn("local.events.topic.arn", ARNS.topic)} && ${isArn("local.events.bus.arn", ARNS.bus)}`,
      `events.topic.arn ${arnRule(ARNS.topic)}; events.bus.arn ${arnRule(ARNS.bus)}.`,
    ],
  },
  on_undelivered: {
    type: REACTION,
    description:
      "What follows when a handoff expired unread, was locked, was never confirmed, or its mail bounced.",
    default: {},
    holds: isTopic("on_undelivered"),
  },
  on_reported: {
    type: REACTION,
    description: "What follows when the recipient reports a handoff as not theirs.",
    default: {},
    holds: isTopic("on_reported"),
  },
  on_delivered: {
    type: "object({ rotate_after = number })",
    description: "Rotates the secret so many seconds after it was delivered.",
    default: null,
    holds: [
      "var.on_delivered == null || try(var.on_delivered.rotate_after >= 60 && var.on_delivered.rotate_after <= 2592000, false)",
      "rotate_after is in seconds, from 60 to 2592000 (30 days).",
    ],
  },
  rotation: {
    type: {
      object: {
        secrets: { list: { arn: "string", repository_ids: "list(string)", "operators?": OFF } },
        "limit_per_day?": { kind: "number", default: 3 },
        "function_arns?": { kind: "list(string)", default: [] },
      },
    },
    description:
      "What the service may rotate: whole ARNs of secrets that have a rotation, and the numbers of the repositories whose handoffs rotate them.",
    default: null,
    holds: [
      `(local.rotation == null || try(length(local.rotation.secrets) > 0 && alltrue([for s in flatten(local.rotation.secrets) : ${isArn("s.arn", ARNS.secret)} && (s.operators || length(s.repository_ids) > 0)]), false)) && alltrue([for each in try(local.rotation.function_arns, []) : ${isArn("each", ARNS.function)}])`,
      "rotation.secrets needs whole ARNs, with the six characters that Secrets Manager adds, each with repository_ids or operators; rotation.function_arns whole ARNs of functions.",
    ],
  },
  on_rotated: {
    type: {
      object: {
        secret_names: "list(string)",
        repository: "string",
        connection_arn: "string",
        "event_type?": { kind: "string", default: "secret-label-updated" },
        "api_url?": { kind: "string", default: "https://api.github.com" },
      },
    },
    description:
      "Starts a workflow (repository_dispatch) when one of these secrets has a new current version.",
    default: null,
    holds: [
      `(local.on_rotated == null || try(length(local.on_rotated.secret_names) > 0 && can(regex("^[^/ ]+/[^/ ]+$", local.on_rotated.repository)), false)) && ${isArn("local.on_rotated.connection_arn", ARNS.connection)}`,
      "on_rotated needs secret_names, repository as owner/name, and connection_arn, the whole ARN of an EventBridge connection.",
    ],
  },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};
