import { existsSync } from "node:fs";
import { LONGEST_APPROVAL } from "@secret-handoff/protocol/api";
import { FUNCTION_NAMES } from "../functions/archive.ts";
import type { SecretHandoffSenderProps } from "../iam/sender-role.ts";
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
  text,
  whole,
} from "./schema.ts";
import { CLASS, OPERATOR, ROLE, SENDER, TRUSTED_ISSUER } from "./sender-schemas.ts";
import {
  ARNS,
  address,
  arn,
  boundaryArn,
  functionArn,
  hostedZoneId,
  httpsUrl,
  keyArn,
  LONGEST_EVENT_RETENTION,
  matches,
  PATTERNS,
  repository,
  repositoryId,
  retention,
  SHORTEST_EVENT_RETENTION,
  secretArn,
  tags,
  topicArn,
} from "./values.ts";

/** Seconds; 30 days. */
const LONGEST_WAIT = 30 * 86_400;
const MAX = Number.MAX_SAFE_INTEGER;

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

const SES = props<SesMailProps>({
  kind: kind("ses"),
  identity: text([
    matches(/^([^\s@/:]+@)?([A-Za-z0-9-]+\.)+[A-Za-z0-9-]+$/),
    "must be a domain or an e-mail address that SES verifies, such as example.com",
  ]),
  from: address,
  identityArn: optional(arn(ARNS.sesIdentity)),
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
  webAclArn: optional(arn(ARNS.webAcl)),
  priceClass: optional(choice("PriceClass_100", "PriceClass_200", "PriceClass_All")),
};
const SERVICE = {
  senders: listOrNone(SENDER),
  operators: optional(listOrNone(OPERATOR)),
  classes: optional(list(CLASS, "is empty, so nothing could be sent: name a class, or leave classes out")),
  issuer: optional(httpsUrl),
  jwksUrl: optional(httpsUrl),
  gitHubApiUrl: optional(httpsUrl),
  approvalLifetime: optional(whole(60, LONGEST_APPROVAL, "seconds")),
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
        (name) => name.length <= 253 && matches(new RegExp(PATTERNS.hostName))(name),
        "must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
      ]),
      certificateArn: optional(arn(ARNS.certificate)),
      hostedZoneId: optional(hostedZoneId),
    }),
  ),
  mail: optional(kinds({ ses: SES, smtp: SMTP })),
  runtime: optional(
    text([
      matches(new RegExp(PATTERNS.runtime)),
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
  eventRetentionDays: optional(whole(SHORTEST_EVENT_RETENTION, LONGEST_EVENT_RETENTION, "days")),
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
      busArn: optional(arn(ARNS.bus)),
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
          matches(new RegExp(PATTERNS.rotatedSecret)),
          "must be the name of a secret, or what names begin with and one * after it",
        ]),
        "is empty: name the secrets that start a delivery",
      ),
      repository,
      connectionArn: arn(ARNS.connection),
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

export const OTHER_PARTITION =
  "is a region of another partition: the service is built for the partition aws alone, not for China, GovCloud or the isolated regions";

export function inPartition(region: string): boolean {
  return !/^(cn|us-gov|us-iso|us-isob|eu-isoe)-/.test(region);
}

/** The parts of a region's code: where a direction is misspelt, no call would find the region. */
const REGION = /^[a-z]{2}(-[a-z]+)?-(central|(north|south)?(east|west)|north|south)-\d$/;

/** Of the stack: a configuration file. */
export const STACK_CONFIG = props<StackConfig>({
  region: text(
    [matches(REGION), "must be the code of an AWS region, such as eu-west-1"],
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
        region: text([matches(REGION), "must be the code of an AWS region, such as eu-west-1"]),
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
