import { DEFAULT_RETENTION_DAYS } from "@secret-handoff/lambda/tables";
import {
  ARNS,
  arnRule,
  LOG_RETENTION_DAYS,
  LONGEST_EVENT_RETENTION,
  PATTERN_LIMIT,
  PATTERNS,
  SHORTEST_EVENT_RETENTION,
} from "../checks/values.ts";
import { FUNCTION_NAMES } from "../functions/archive.ts";
import type { Field, Shape } from "./shapes.ts";
import {
  arnVariable,
  isArn,
  isLike,
  isLikeIfGiven,
  isWhole,
  POLICY_VARIABLES,
  type Rule,
  SHARED,
  type Variable,
} from "./variables.ts";

/** Whether an object is there is known before it is known what its ARN will be: so a plan can count what depends on it. */
const ARN: Shape = { object: { arn: "string" } };
const EMAILS: Field = { kind: "list(string)", default: [] };
const OFF: Field = { kind: "bool", default: false };
const ALARMS: Shape = { object: { "topic?": ARN, "emails?": EMAILS, "critical_classes?": "list(string)" } };
const REACTION: Shape = { object: { "topic?": ARN, "emails?": EMAILS, "rotate?": OFF } };

/** It stands in a template of JSON. */
const EVENT_TYPE = '^[^"\\\\<>\\s]([^"\\\\<>\\p{Cc}]{0,98}[^"\\\\<>\\s])?$';

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

const whoIsNotified = (variable: string): readonly Rule[] => [
  [isArn(`local.${variable}.topic.arn`, ARNS.topic), `${variable}.topic.arn ${arnRule(ARNS.topic)}.`],
  [
    `alltrue([for e in flatten(local.${variable}.emails) : ${isLike("e", PATTERNS.address)}]) && (local.${variable}.topic == null || length(local.${variable}.emails) == 0)`,
    `${variable}.emails must be bare e-mail addresses, such as ops@example.com. With topic there are none: subscribe them to that topic.`,
  ],
];

const throttle = (name: string, routes: string, rate: number, burst: number): Variable => ({
  type: "object({ rate = number, burst = number })",
  description: `Requests a second, and at once, to ${routes}.`,
  default: { rate, burst },
  holds: [
    `try(var.throttle_${name}.rate > 0 && var.throttle_${name}.rate <= 10000, false) && ${isWhole(`var.throttle_${name}.burst`, 1, 10_000)}`,
    "A limit has rate, requests a second above 0 and at most 10000, and burst, whole requests from 1 to 10000: without them the route would have none.",
  ],
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
      isLikeIfGiven("var.mail_from", PATTERNS.address),
      "mail_from must be a bare e-mail address, such as handoff@example.com.",
    ],
  },
  ses: {
    type: { object: { identity_arn: "string", "tls_policy?": { kind: "string", default: "REQUIRE" } } },
    description:
      "Mails codes through SES, from this identity. tls_policy REQUIRE bounces mail that would travel in the clear; or OPTIONAL.",
    default: null,
    holds: [
      `${isArn("local.ses.identity_arn", ARNS.sesIdentity)} && contains(["REQUIRE", "OPTIONAL"], try(local.ses.tls_policy, "REQUIRE"))`,
      `ses.identity_arn ${arnRule(ARNS.sesIdentity)}, and ses.tls_policy is REQUIRE or OPTIONAL.`,
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
  runtime: {
    type: "string",
    description: "Lambda runtime of the functions.",
    default: "nodejs24.x",
    holds: [
      isLike("var.runtime", PATTERNS.runtime),
      "runtime must be one of Node.js 20 or later, such as nodejs24.x.",
    ],
  },
  memory_size: {
    type: "number",
    description: "Memory of each function, MB.",
    default: 512,
    holds: [isWhole("var.memory_size", 128, 10_240), "memory_size is in whole megabytes, from 128 to 10240."],
  },
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
      isWhole("var.event_retention_days", SHORTEST_EVENT_RETENTION, LONGEST_EVENT_RETENTION),
      `event_retention_days must be a whole number of days from ${SHORTEST_EVENT_RETENTION} to ${LONGEST_EVENT_RETENTION}: an event is sealed before it goes.`,
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
  throttle_page: throttle("page", "GET /h/*", 50, 100),
  throttle_recipient: throttle("recipient", "POST /v1/handoffs/*", 50, 100),
  throttle_sender: throttle("sender", "/v1/sender/*", 20, 100),
  throttle_operators: throttle("operators", "/iam/v1/sender/*", 5, 20),
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
    holds: [
      `alltrue([for count in values(local.reserved_concurrency) : count == null || ${isWhole("count", 1, 1_000_000)}])`,
      "reserved_concurrency has whole executions, at least 1: with 0 a function never runs.",
    ],
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
    holds: [
      ...whoIsNotified("alarms"),
      [
        "try(length(local.alarms.critical_classes) > 0, true)",
        "alarms.critical_classes is empty: name a class, or leave it out.",
      ],
    ],
  },
  events: {
    type: { object: { "topic?": ARN, "log_retention_days?": "number", "bus?": ARN } },
    description: "Where audit events go besides the audit table: a topic, a new log group, another bus.",
    default: {},
    holds: [
      `${isArn("local.events.topic.arn", ARNS.topic)} && ${isArn("local.events.bus.arn", ARNS.bus)} && (local.events.log_retention_days == null || contains([${LOG_RETENTION_DAYS.join(", ")}], coalesce(local.events.log_retention_days, 0)))`,
      `events.topic.arn ${arnRule(ARNS.topic)}; events.bus.arn ${arnRule(ARNS.bus)}; events.log_retention_days is one of ${LOG_RETENTION_DAYS.join(", ")}.`,
    ],
  },
  on_undelivered: {
    type: REACTION,
    description:
      "What follows when a handoff expired unread, was locked, was never confirmed, or its mail bounced.",
    default: {},
    holds: whoIsNotified("on_undelivered"),
  },
  on_reported: {
    type: REACTION,
    description: "What follows when the recipient reports a handoff as not theirs.",
    default: {},
    holds: whoIsNotified("on_reported"),
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
      [
        `(local.rotation == null || try(length(local.rotation.secrets) > 0 && alltrue([for s in flatten(local.rotation.secrets) : ${isArn("s.arn", ARNS.secret)} && (s.operators || length(s.repository_ids) > 0)]), false)) && alltrue([for each in try(local.rotation.function_arns, []) : ${isArn("each", ARNS.function)}])`,
        "rotation.secrets needs whole ARNs, with the six characters that Secrets Manager adds, each with repository_ids or operators; rotation.function_arns whole ARNs of functions.",
      ],
      [
        `local.rotation == null || try(${isWhole("local.rotation.limit_per_day", 1, 100)} && alltrue([for id in flatten(local.rotation.secrets[*].repository_ids) : ${isLike("id", PATTERNS.gitHubNumber)}]) && length(distinct(local.rotation.secrets[*].arn)) == length(local.rotation.secrets) && length(jsonencode(distinct(flatten(local.rotation.secrets[*].repository_ids)))) <= ${PATTERN_LIMIT}, false)`,
        `rotation.limit_per_day is whole rotations, from 1 to 100. rotation.secrets has each ARN once, and repository_ids are GitHub's numbers, ${PATTERN_LIMIT} characters of them at the most.`,
      ],
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
      `(local.on_rotated == null || try(length(local.on_rotated.secret_names) > 0 && alltrue([for n in flatten(local.on_rotated.secret_names) : ${isLike("n", PATTERNS.rotatedSecret)}]) && ${isLike("local.on_rotated.repository", PATTERNS.repository)} && ${isLike("local.on_rotated.event_type", EVENT_TYPE)} && ${isLike("local.on_rotated.api_url", PATTERNS.httpsUrl)}, false)) && ${isArn("local.on_rotated.connection_arn", ARNS.connection)}`,
      "on_rotated needs secret_names, each the name of a secret, or what names begin with and one * after it; repository as owner/name; and connection_arn, the whole ARN of an EventBridge connection. event_type has 1 to 100 characters without quotes, api_url is an https URL.",
    ],
  },
  permissions_boundary_arn: SHARED.permissionsBoundary,
  tags: SHARED.tags,
};
