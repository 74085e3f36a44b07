import { existsSync } from "node:fs";
import {
  type CredentialClass,
  type OperatorEntry,
  Right,
  type SenderEntry,
  type TrustedClaims,
  type TrustedIssuer,
} from "@secret-handoff/protocol/api";
import { FUNCTION_NAMES } from "../functions/archive.ts";
import type { GitHubJobs, MailRights, SecretHandoffSenderProps, SenderRights } from "../iam/sender-role.ts";
import type {
  AlarmProps,
  ArchiveProps,
  CompanyProps,
  DeletionProtectionProps,
  DeliveredProps,
  DispatchProps,
  DomainProps,
  EdgeProps,
  EventTargetProps,
  NotifyProps,
  ReactionProps,
  RotatableSecret,
  RotationProps,
  SecretHandoffProps,
  SesMailProps,
  SmtpMailProps,
  Throttle,
  ThrottleProps,
} from "../props.ts";
import type { StackConfig } from "../stack.ts";
import {
  anything,
  choice,
  flag,
  kind,
  kinds,
  list,
  listOrNone,
  map,
  number,
  optional,
  props,
  type Rule,
  text,
  whole,
} from "./schema.ts";

const DAY = 86_400;
const MAX = Number.MAX_SAFE_INTEGER;
/** Seconds. A class that lets a link live longer has its time in the wrong unit. */
const LONGEST_LIFE = 31 * DAY;
/** Seconds; 30 days. */
const LONGEST_WAIT = 30 * DAY;
/** The retentions, in days, that CloudWatch Logs offers (PutRetentionPolicy). */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Days; ten years. */
export const LONGEST_EVENT_RETENTION = 3_650;
const RIGHTS = Right.options;

const matches =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

const NO_WILDCARD: Rule = [
  (value) => !/[*?]/.test(value),
  "has a wildcard, but it is compared as a whole: write it out",
];

/** The ARN of a resource, whole. */
function arn(service: string, resource: string, example: string) {
  return text([
    matches(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource}$`)),
    `must be a whole ARN, arn:aws:${service}:${example}, without a wildcard`,
  ]);
}

const address = text([
  matches(/^[^\s@<>",;]+@[^\s@<>",;]+\.[^\s@<>",;]+$/),
  "must be a bare e-mail address, such as handoff@example.com",
]);
const topicArn = arn("sns", "[\\w-]+(\\.fifo)?", "REGION:ACCOUNT:NAME");
const keyArn = arn("kms", "key/[\\w-]+", "REGION:ACCOUNT:key/ID");
const secretArn = arn(
  "secretsmanager",
  "secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}",
  "REGION:ACCOUNT:secret:NAME-SUFFIX",
);
const functionArn = arn("lambda", "function:[\\w-]+", "REGION:ACCOUNT:function:NAME");
const boundaryArn = arn("iam", "policy/[\\w+=,.@/-]+", ":ACCOUNT:policy/NAME");
const providerArn = arn("iam", "oidc-provider/[\\w./-]+", ":ACCOUNT:oidc-provider/HOST");
const hostedZoneId = text([
  matches(/^Z[A-Z0-9]{1,31}$/),
  "must be the ID of a Route 53 zone, such as Z0123456789ABC",
]);
const httpsUrl = text([
  (value) => URL.canParse(value) && new URL(value).protocol === "https:" && /^[^\s?#]+[^/\s?#]$/.test(value),
  "must be an https URL without a trailing slash",
]);
const gitHubNumber = (what: string, query: string) =>
  text([
    matches(/^[1-9]\d{0,18}$/),
    `must be GitHub's number of the ${what}, as a text (gh api repos/OWNER/NAME --jq ${query}): a name can be given to somebody else, a number cannot`,
  ]);
const repositoryId = gitHubNumber("repository", ".id");
const ownerId = gitHubNumber("owner", ".owner.id");
const repository = text(NO_WILDCARD, [
  matches(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/),
  "must read owner/name",
]);
const environment = text(NO_WILDCARD);
const roleName = text([
  matches(/^[\w+=,.@-]{1,64}$/),
  "must be the name of a role: 1 to 64 letters, digits and +=,.@_-",
]);
const tags = map(
  text([
    (key) => key.length <= 128 && !/^aws:/i.test(key),
    "is no key for a tag: at most 128 characters, not beginning with aws:",
  ]),
  text([(value) => value.length <= 256, "is too long for a tag: at most 256 characters"]),
);
/** The nearest that CloudWatch offers, from above where there is one. */
const nearestRetention = (days: number) => LOG_RETENTION_DAYS.find((offered) => offered >= days) ?? 3653;
const retention = number([
  (days) => LOG_RETENTION_DAYS.includes(days),
  (days) =>
    `must be a number of days that CloudWatch offers: ${nearestRetention(days)} is the nearest to ${days}`,
]);

const NOTIFY = props<NotifyProps>({ topicArn: optional(topicArn), emails: optional(list(address)) });
const ALARMS = props<AlarmProps>({
  topicArn: optional(topicArn),
  emails: optional(list(address)),
  criticalClasses: optional(list(text())),
});
const REACTION = props<ReactionProps>({ notify: optional(NOTIFY), rotate: optional(flag) });
const THROTTLE = props<Throttle>({
  rate: number([
    (rate) => rate > 0 && rate <= 10_000,
    "must be requests a second, above 0 and at most 10000",
  ]),
  burst: whole(1, 10_000, "requests"),
});

const SENDER = props<SenderEntry>({
  repositoryId: optional(repositoryId),
  repository: optional(repository),
  ownerId: optional(ownerId),
  environment: optional(environment),
  workflow: optional(
    text(NO_WILDCARD, [
      matches(/^([^/\s]+\/[^/\s]+\/)?\.github\/workflows\/[^/@\s]+\.ya?ml(@\S+)?$/),
      "must read .github/workflows/file.yml, with owner/name/ before it or @ref after it where needed",
    ]),
  ),
  ref: optional(text(NO_WILDCARD, [matches(/^refs\/./), "must be a whole git ref, such as refs/heads/main"])),
  events: optional(
    list(
      text(NO_WILDCARD, [matches(/^[a-z_]+$/), "must be the name of an event, such as workflow_dispatch"]),
    ),
  ),
  issuer: optional(httpsUrl),
  claims: optional(map(text(), text(NO_WILDCARD))),
  classes: optional(list(text(NO_WILDCARD))),
  roles: optional(list(text())),
  may: list(choice(...RIGHTS), `is empty, so it gives no right: give some of ${RIGHTS.join(", ")}`),
});

const TRUSTED_ISSUER = props<TrustedIssuer>({
  issuer: httpsUrl,
  jwksUrl: httpsUrl,
  claims: optional(
    props<TrustedClaims>({
      ...{ owner: optional(text(NO_WILDCARD)), name: optional(text(NO_WILDCARD)) },
      ...{ run: optional(text(NO_WILDCARD)), actor: optional(text(NO_WILDCARD)) },
      environment: optional(text(NO_WILDCARD)),
    }),
  ),
});

const OPERATOR = props<OperatorEntry>({
  principal: text(NO_WILDCARD, [
    matches(/^arn:aws[a-z-]*:(iam::\d{12}:(role|user)|sts::\d{12}:assumed-role)\/\S+$/),
    "must be the whole ARN of a role, of a user, or of one session of a role",
  ]),
  classes: optional(list(text(NO_WILDCARD))),
  roles: optional(list(text())),
  may: list(choice(...RIGHTS), `is empty, so it gives no right: give some of ${RIGHTS.join(", ")}`),
});

const CLASS = props<CredentialClass>({
  name: text([
    matches(/^[a-z0-9][a-z0-9-]{0,63}$/),
    "must be 1 to 64 of a-z, 0-9 and hyphens, beginning with a letter or digit",
  ]),
  expiresWithin: whole(
    60,
    LONGEST_LIFE,
    "seconds",
    [
      (seconds) => seconds <= LONGEST_LIFE,
      (seconds) =>
        `is in seconds, at most ${LONGEST_LIFE} (31 days)${seconds % 1_000 === 0 ? `: if that is in milliseconds, write ${seconds / 1_000}` : ""}`,
    ],
    [
      (seconds) => seconds >= 60,
      (seconds) => `is in seconds, at least 60${seconds > 0 ? `: for hours, write ${seconds} * 3_600` : ""}`,
    ],
  ),
  passphrase: choice("required", "recommended", "optional"),
  approvals: listOrNone(text()),
  verification: choice("click", "email", "email-code"),
  environments: optional(list(environment)),
  reasonRequired: optional(flag),
  recipientDomains: optional(
    list(
      text([
        matches(/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/),
        "must be a bare domain in lower case, such as vendor.example: no @ and no wildcard",
      ]),
    ),
  ),
  receiptRequired: optional(flag),
  reviewerRequired: optional(flag),
  rerunAsksAnew: optional(flag),
});

const SES = props<SesMailProps>({
  kind: kind("ses"),
  identity: text([
    matches(/^([^\s@/:]+@)?([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$/),
    "must be a domain or an e-mail address that SES verifies, such as example.com",
  ]),
  from: address,
  identityArn: optional(arn("ses", "identity/[^*\\s]+", "REGION:ACCOUNT:identity/NAME")),
  hostedZoneId: optional(hostedZoneId),
  tlsPolicy: optional(choice("REQUIRE", "OPTIONAL")),
});
const SMTP = props<SmtpMailProps>({
  kind: kind("smtp"),
  from: address,
  secretArn,
  kmsKeyArn: optional(keyArn),
});

const EDGE_IN_STACK = {
  requestsPerAddress: optional(whole(10, 2_000_000_000, "requests in five minutes")),
  webAclArn: optional(
    arn("wafv2", "global/webacl/[\\w-]+/[\\w-]+", "us-east-1:ACCOUNT:global/webacl/NAME/ID"),
  ),
  priceClass: optional(choice("PriceClass_100", "PriceClass_200", "PriceClass_All")),
};
const SERVICE = {
  senders: listOrNone(SENDER),
  operators: optional(listOrNone(OPERATOR)),
  classes: optional(list(CLASS, "is empty, so nothing could be sent: name a class, or leave classes out")),
  issuer: optional(httpsUrl),
  jwksUrl: optional(httpsUrl),
  gitHubApiUrl: optional(httpsUrl),
  approvalLifetime: optional(whole(60, LONGEST_LIFE, "seconds")),
  issuers: optional(list(TRUSTED_ISSUER)),
  name: optional(
    text([
      matches(/^[a-z][a-z0-9-]{0,39}$/),
      "must be 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter: it begins the names of roles, which may have 64",
    ]),
  ),
  domain: optional(
    props<DomainProps>({
      name: text([
        matches(/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/),
        "must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
      ]),
      certificateArn: optional(arn("acm", "certificate/[\\w-]+", "REGION:ACCOUNT:certificate/ID")),
      hostedZoneId: optional(hostedZoneId),
    }),
  ),
  mail: optional(kinds({ ses: SES, smtp: SMTP })),
  runtime: optional(
    text([
      (name) => Number(/^nodejs(\d+)\.x$/.exec(name)?.[1] ?? 0) >= 20,
      "must be a Lambda runtime of Node.js 20 or later, such as nodejs24.x",
    ]),
  ),
  memorySize: optional(
    whole(128, 10_240, "megabytes", [(size) => size >= 128, "is in megabytes, at least 128: 1 GB is 1024"]),
  ),
  reservedConcurrency: optional(
    props<Record<(typeof FUNCTION_NAMES)[number], number>>(
      Object.fromEntries(
        FUNCTION_NAMES.map((name) => [name, optional(whole(1, MAX, "executions"))]),
      ) as never,
    ),
  ),
  logRetentionDays: optional(retention),
  eventRetentionDays: optional(whole(1, LONGEST_EVENT_RETENTION, "days")),
  recipients: optional(choice("named", "unnamed")),
  archive: optional(
    props<ArchiveProps>({
      bucketName: text([
        (name) => /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name),
        "must be the name of an S3 bucket, such as example-trail",
      ]),
      kmsKeyArn: optional(keyArn),
    }),
  ),
  company: optional(
    props<CompanyProps>({
      name: text(),
      logo: optional(
        text([existsSync, "names a file that is not there: write its path as seen from where synth runs"]),
      ),
      accentColor: optional(text()),
      accentColorDark: optional(text()),
      contact: optional(text()),
      privacyUrl: optional(text()),
      imprintUrl: optional(text()),
    }),
  ),
  runBy: optional(
    text([
      matches(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]{1,100}$/u),
      "must be one line of 1 to 100 characters",
    ]),
  ),
  throttles: optional(
    props<ThrottleProps>({
      page: optional(THROTTLE),
      recipient: optional(THROTTLE),
      sender: optional(THROTTLE),
      operators: optional(THROTTLE),
    }),
  ),
  kmsKeyArn: optional(keyArn),
  deletionProtection: optional(
    props<DeletionProtectionProps>({ handoffs: optional(flag), audit: optional(flag) }),
  ),
  alarms: optional(ALARMS),
  events: optional(
    props<EventTargetProps>({
      topicArn: optional(topicArn),
      logRetentionDays: optional(retention),
      busArn: optional(arn("events", "event-bus/[\\w./-]+", "REGION:ACCOUNT:event-bus/NAME")),
    }),
  ),
  onUndelivered: optional(REACTION),
  onReported: optional(REACTION),
  onDelivered: optional(props<DeliveredProps>({ rotateAfter: whole(60, LONGEST_WAIT, "seconds") })),
  rotation: optional(
    props<RotationProps>({
      secrets: list(
        props<RotatableSecret>({
          arn: secretArn,
          repositoryIds: listOrNone(repositoryId),
          operators: optional(flag),
        }),
        "is empty: name the secrets that may be rotated",
      ),
      limitPerDay: optional(whole(1, 100, "rotations a day")),
      functionArns: optional(list(functionArn)),
    }),
  ),
  onRotated: optional(
    props<DispatchProps>({
      secretNames: list(
        text([
          matches(/^[\w/+=.@-]+\*?$/),
          "must be the name of a secret, or what names begin with and one * after it",
        ]),
        "is empty: name the secrets that start a delivery",
      ),
      repository,
      connectionArn: arn("events", "connection/[\\w.-]+/[0-9a-f-]+", "REGION:ACCOUNT:connection/NAME/ID"),
      eventType: optional(text([(type) => type.length <= 100, "must have 1 to 100 characters"])),
      apiUrl: optional(httpsUrl),
    }),
  ),
  tags: optional(tags),
  permissionsBoundaryArn: optional(boundaryArn),
} satisfies { readonly [Key in keyof Required<Omit<SecretHandoffProps, "code" | "edge">>]: unknown };

/** Of the construct. */
export const SECRET_HANDOFF = props<SecretHandoffProps>({
  ...SERVICE,
  code: optional(text()),
  edge: optional(props<EdgeProps>({ ...EDGE_IN_STACK, usEast1: anything })),
});

const SECRET_NAME_PATTERN = /^[\w+=.@-]+(\/[\w+=.@-]+)*(\/\*)?$/;
const PARAMETER_NAME_PATTERN = /^\/?[\w.-]+(\/[\w.-]+)*(\/\*)?$/;

const JOBS = {
  repository,
  repositoryId,
  ownerId,
  environment,
  workflow: optional(
    text(NO_WILDCARD, [
      matches(/^[^/\s]+\/[^/\s]+\/\.github\/workflows\/[^/@\s]+\.ya?ml@\S+$/),
      "must read owner/name/.github/workflows/file.yml@ref",
    ]),
  ),
  issuer: optional(httpsUrl),
} satisfies { readonly [Key in keyof Required<GitHubJobs>]: unknown };

const RIGHTS_IN_STACK = {
  secretNames: optional(
    list(text([matches(SECRET_NAME_PATTERN), "must be the name of a secret, or a path that ends with /*"])),
  ),
  secretTags: optional(map(text(NO_WILDCARD), text(NO_WILDCARD))),
  parameterNames: optional(
    list(
      text([matches(PARAMETER_NAME_PATTERN), "must be the name of a parameter, or a path that ends with /*"]),
    ),
  ),
  passphrasePath: optional(
    text([
      matches(/^(?:\/[\w.-]+){1,10}$/),
      "must be a path like /secret-handoff/passphrases, without a slash at its end",
    ]),
  ),
  assumeRoleArns: optional(list(arn("iam", "role/[\\w+=,.@/-]+", ":ACCOUNT:role/NAME"))),
  rotate: optional(choice("managed", "generate")),
  rotationFunctionArns: optional(list(functionArn)),
  listSecrets: optional(flag),
  kmsKeyArns: optional(list(keyArn)),
} satisfies { readonly [Key in keyof Required<Omit<SenderRights, "mail">>]: unknown };

const ROLE = {
  ...JOBS,
  ...RIGHTS_IN_STACK,
  name: optional(roleName),
  oidcProviderArn: optional(providerArn),
  maxSessionDuration: optional(
    whole(3_600, 43_200, "seconds", [
      (seconds) => seconds > 12,
      (hours) => `is in seconds: for ${hours} hours write ${hours} * 3_600`,
    ]),
  ),
  permissionsBoundaryArn: optional(boundaryArn),
  tags: optional(tags),
};

/** Of the construct for a workflow's role. */
export const SECRET_HANDOFF_SENDER = props<SecretHandoffSenderProps>({
  ...ROLE,
  mail: optional(
    props<MailRights>({
      identityArn: arn("ses", "identity/[^*\\s]+", "REGION:ACCOUNT:identity/NAME"),
      configurationSetArn: arn("ses", "configuration-set/[\\w-]+", "REGION:ACCOUNT:configuration-set/NAME"),
      from: address,
    }),
  ),
});

export const OTHER_PARTITION =
  "is a region of another partition: the service is built for the partition aws alone, not for China, GovCloud or the isolated regions";

export function inPartition(region: string): boolean {
  return !/^(cn|us-gov|us-iso|us-isob|eu-isoe)-/.test(region);
}

/** Of the stack: a configuration file. */
export const STACK_CONFIG = props<StackConfig>({
  region: text(
    [matches(/^[a-z]{2}(-[a-z]+)+-\d$/), "must be the code of an AWS region, such as eu-west-1"],
    [inPartition, OTHER_PARTITION],
  ),
  state: optional(
    kinds({
      local: props<{ kind: "local"; path: string }>({ kind: kind("local"), path: optional(text()) }),
      s3: props<{ kind: "s3"; bucket: string; key: string; region: string }>({
        kind: kind("s3"),
        bucket: text([
          matches(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/),
          "must be the name of a bucket, without s3:// or an ARN",
        ]),
        key: text([(key) => !key.startsWith("/"), "must not begin with a slash"]),
        region: text([
          matches(/^[a-z]{2}(-[a-z]+)+-\d$/),
          "must be the code of an AWS region, such as eu-west-1",
        ]),
      }),
    }),
  ),
  service: props<StackConfig["service"]>({
    ...SERVICE,
    edge: optional(props<Omit<EdgeProps, "usEast1">>(EDGE_IN_STACK)),
  }),
  gitHub: optional(
    map(
      text([
        matches(/^[a-z][A-Za-z0-9]{0,63}$/),
        "must be a key of letters and digits that begins with a small letter: it names an output",
      ]),
      props<Omit<SecretHandoffSenderProps, "mail">>(ROLE),
    ),
  ),
});
