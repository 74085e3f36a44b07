import { issuerProblems as senderIssuerProblems } from "@secret-handoff/lambda/config";
import { companyProblems } from "@secret-handoff/protocol/company";
import type { GitHubJobs, SenderRights } from "../iam/sender-role.ts";
import { classesOf, companySource, GITHUB_ISSUER } from "../policy.ts";
import type { NotifyProps, ReactionProps, SecretHandoffProps } from "../props.ts";
import { isExpression } from "../terraform.ts";
import {
  broken,
  classProblems,
  noSuchClass,
  operatorProblems,
  repeated,
  repeatedEntries,
  senderProblems,
} from "./policy-contradictions.ts";
import { PATTERN_LIMIT, PATTERNS } from "./values.ts";

type Service = Omit<SecretHandoffProps, "code" | "edge"> & { readonly edge?: object };

/**
 * Props that are well formed, and contradict each other. Each check has the props that it looks at: it is left out while one of them
 * is malformed. A sentence begins with the path of a prop.
 */
export const CONTRADICTIONS: readonly (readonly [
  props: readonly (keyof SecretHandoffProps)[],
  check: (props: Service) => readonly string[],
])[] = [
  [["domain", "edge"], domainProblems],
  [["domain", "mail"], zoneProblems],
  [["mail", "classes"], mailProblems],
  [["issuer", "jwksUrl"], issuerProblems],
  [
    ["issuer", "issuers", "senders"],
    ({ issuer = GITHUB_ISSUER, issuers = [], senders }) => senderIssuerProblems(issuer, issuers, senders),
  ],
  [
    ["senders", "classes"],
    ({ senders, ...props }) =>
      senders.flatMap((sender, index) => senderProblems(sender, index, classesOf(props as Service))),
  ],
  [["senders"], ({ senders }) => repeatedEntries("senders", senders)],
  [["operators"], ({ operators = [] }) => repeatedEntries("operators", operators)],
  [["operators", "classes"], operatorProblems],
  [["senders", "operators", "classes"], classProblems],
  [
    ["company"],
    ({ company }) =>
      company === undefined
        ? []
        : companyProblems(companySource(company)).map((problem) => `company.${problem}`),
  ],
  [["alarms"], ({ alarms }) => noticeProblems("alarms", alarms)],
  [["alarms", "classes"], criticalClassProblems],
  [["onUndelivered"], ({ onUndelivered }) => reactionProblems("onUndelivered", onUndelivered)],
  [["onReported"], ({ onReported }) => reactionProblems("onReported", onReported)],
  [["onUndelivered", "onReported", "onDelivered", "rotation"], rotationProblems],
];

function domainProblems({ domain, edge }: Service): readonly string[] {
  const { certificateArn } = domain ?? {};
  return broken([
    [
      domain === undefined || certificateArn !== undefined || domain.hostedZoneId !== undefined,
      "domain needs certificateArn, or hostedZoneId so that a certificate can be made and validated",
    ],
    [
      edge === undefined || domain !== undefined,
      "edge needs domain: without it the links would lead past CloudFront",
    ],
    [
      edge === undefined || known(certificateArn, (arn) => regionOf(arn) === "us-east-1"),
      "domain.certificateArn must be of a certificate in us-east-1, because with edge CloudFront looks for it there",
    ],
  ]);
}

/** A zone holds the names below its own: two that differ in their last two labels lie in two zones. */
function zoneProblems({ domain, mail }: Service): readonly string[] {
  if (domain?.hostedZoneId === undefined || mail?.kind !== "ses") return [];
  const texts = [domain.hostedZoneId, domain.name, mail.hostedZoneId, mail.identity];
  if (texts.some((text) => text === undefined || isExpression(text))) return [];
  const end = (name: string) => name.toLowerCase().split(".").slice(-2).join(".");
  return broken([
    [
      domain.hostedZoneId !== mail.hostedZoneId || end(domain.name) === end(mail.identity),
      "mail.hostedZoneId is the zone of domain.name as well, and no zone holds both that and mail.identity: give each the ID of its own zone",
    ],
  ]);
}

function mailProblems({ mail, ...props }: Service): readonly string[] {
  const codes = classesOf(props).filter(({ verification }) => verification === "email-code");
  return broken([
    [
      mail !== undefined || codes.length === 0,
      `mail is not set, so no code could be mailed for ${codes.map(({ name }) => name).join(", ")}: set it, or give the class another verification`,
    ],
    [
      mail?.kind !== "ses" || known(mail.from, (from) => covers(mail.identity, from)),
      "mail.from must be of mail.identity: SES sends only from what it has verified",
    ],
    [
      mail?.kind !== "ses" ||
        mail.hostedZoneId === undefined ||
        known(mail.identity, (identity) => !identity.includes("@")),
      "mail.hostedZoneId is for the DKIM records of a domain, and mail.identity is an address, which has none: leave it out",
    ],
    [
      mail?.kind !== "ses" || mail.identityArn === undefined || mail.hostedZoneId === undefined,
      "mail.hostedZoneId is for the DKIM records of an identity that is made, and mail.identityArn names one that exists: leave one out",
    ],
  ]);
}

function issuerProblems({ issuer, jwksUrl }: Service): readonly string[] {
  return broken([
    [
      jwksUrl === undefined || issuer !== undefined,
      "jwksUrl is set without issuer, so keys from elsewhere would verify github.com's tokens: set issuer, or leave jwksUrl out",
    ],
  ]);
}

function noticeProblems(at: string, notify: NotifyProps | undefined): readonly string[] {
  if (notify === undefined) return [];
  const { topicArn, emails } = notify;
  return broken([
    [topicArn !== undefined || emails !== undefined, `${at} would notify nobody: give topicArn or emails`],
    [
      topicArn === undefined || emails === undefined,
      `${at} has topicArn and emails: subscribe the addresses to that topic, or leave one out`,
    ],
  ]);
}

/** An alarm for a class that is not there never comes. */
function criticalClassProblems({ alarms, ...props }: Service): readonly string[] {
  const names = classesOf(props).map(({ name }) => name);
  return (alarms?.criticalClasses ?? [])
    .filter((name) => !isExpression(name) && !names.includes(name))
    .map((name) => noSuchClass("alarms", name, names, "criticalClasses"));
}

function reactionProblems(at: string, reaction: ReactionProps | undefined): readonly string[] {
  if (reaction === undefined) return [];
  return [
    ...broken([
      [
        reaction.notify !== undefined || reaction.rotate !== undefined,
        `${at} would do nothing: give notify or rotate, or leave it out`,
      ],
    ]),
    ...noticeProblems(`${at}.notify`, reaction.notify),
  ];
}

function rotationProblems({ onUndelivered, onReported, onDelivered, rotation }: Service): readonly string[] {
  const rotating = [
    ...(onUndelivered?.rotate ? ["onUndelivered.rotate"] : []),
    ...(onReported?.rotate ? ["onReported.rotate"] : []),
    ...(onDelivered ? ["onDelivered.rotateAfter"] : []),
  ];
  if (rotation === undefined) {
    return rotating.map((reaction) => `${reaction} needs rotation.secrets: which secrets may be rotated?`);
  }
  const { secrets } = rotation;
  const { length } = JSON.stringify([...new Set(secrets.flatMap(({ repositoryIds }) => repositoryIds))]);
  return [
    ...broken([
      [
        rotating.length > 0,
        "rotation is set, and nothing rotates: set rotate in onUndelivered or onReported, or onDelivered, or leave it out",
      ],
      [
        length <= PATTERN_LIMIT,
        `rotation.secrets names repositories in ${length} characters, and a rule's pattern has ${PATTERN_LIMIT} for them: name fewer, or split them over two services`,
      ],
    ]),
    ...repeated(secrets.map(({ arn }) => arn)).map(
      (arn) => `rotation.secrets has ${arn} twice: put its repositories into one entry`,
    ),
    ...secrets.flatMap(({ repositoryIds, operators }, index) =>
      repositoryIds.length > 0 || operators
        ? []
        : [
            `rotation.secrets[${index}] is handed over by nobody, so nothing could rotate it: give repositoryIds, or operators`,
          ],
    ),
  ];
}

/** What is wrong with a workflow's role, beyond its props' shape. */
export function roleProblems(role: GitHubJobs & SenderRights): readonly string[] {
  const {
    secretNames,
    secretTags,
    parameterNames,
    assumeRoleArns,
    rotate,
    rotationFunctionArns,
    workflow,
    issuer,
  } = role;
  return broken([
    [
      [secretNames, secretTags, parameterNames, assumeRoleArns].some((readable) => readable !== undefined),
      "could read nothing to hand over: give secretNames, secretTags, parameterNames or assumeRoleArns",
    ],
    [
      rotationFunctionArns === undefined || rotate === "managed",
      'has rotationFunctionArns, which only rotate: "managed" needs',
    ],
    [
      rotate === undefined || secretNames !== undefined || secretTags !== undefined,
      "has rotate, and no secret to rotate: give secretNames or secretTags",
    ],
    [
      workflow === undefined || isGitHubDotCom(issuer),
      "has workflow, which AWS compares for github.com and ghe.com only: with another issuer leave it out, and protect the environment",
    ],
  ]);
}

/**
 * True for the tokens of which AWS compares more than the subject: github.com's, those of an enterprise with an issuer of its own there,
 * and those of GHE.com. https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
export function isGitHubDotCom(issuer: string = GITHUB_ISSUER): boolean {
  return new RegExp(PATTERNS.gitHubIssuer).test(issuer);
}

/** The region in an ARN. */
export function regionOf(arn: string): string | undefined {
  return arn.split(":")[3];
}

/** True as well where nothing is given, and where only Terraform will know. */
function known<T>(value: T | undefined, holds: (value: T) => boolean): boolean {
  return value === undefined || isExpression(value) || holds(value);
}

function covers(identity: string, address: string): boolean {
  if (isExpression(identity)) return true;
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  const verified = identity.toLowerCase();
  return address.toLowerCase() === verified || domain === verified || domain.endsWith(`.${verified}`);
}
