import { map, number, type Rule, text } from "./schema.ts";

/** The ARN of one kind of resource: its service, what comes after the account, and an example of the whole. */
export type ArnForm = { readonly service: string; readonly resource: string; readonly example: string };

/** The resources that construct and plain module take by their ARNs. The patterns are read by JavaScript and by Terraform (RE2). */
export const ARNS = {
  certificate: form("acm", "certificate/[\\w-]+", "REGION:ACCOUNT:certificate/ID"),
  bus: form("events", "event-bus/[\\w./-]+", "REGION:ACCOUNT:event-bus/NAME"),
  connection: form("events", "connection/[\\w.-]+/[0-9a-f-]+", "REGION:ACCOUNT:connection/NAME/ID"),
  function: form("lambda", "function:[\\w-]+", "REGION:ACCOUNT:function:NAME"),
  key: form("kms", "key/[\\w-]+", "REGION:ACCOUNT:key/ID"),
  oidcProvider: form("iam", "oidc-provider/[\\w./-]+", ":ACCOUNT:oidc-provider/HOST"),
  permissionsBoundary: form("iam", "policy/[\\w+=,.@/-]+", ":ACCOUNT:policy/NAME"),
  role: form("iam", "role/[\\w+=,.@/-]+", ":ACCOUNT:role/NAME"),
  secret: form("secretsmanager", "secret:[\\w/+=.@-]+-[A-Za-z0-9]{6}", "REGION:ACCOUNT:secret:NAME-SUFFIX"),
  sesConfigurationSet: form("ses", "configuration-set/[\\w-]+", "REGION:ACCOUNT:configuration-set/NAME"),
  sesIdentity: form("ses", "identity/[^*?\\s]+", "REGION:ACCOUNT:identity/NAME"),
  topic: form("sns", "[\\w-]+([.]fifo)?", "REGION:ACCOUNT:NAME"),
  webAcl: form("wafv2", "global/webacl/[\\w-]+/[\\w-]+", "us-east-1:ACCOUNT:global/webacl/NAME/ID"),
};

function form(service: string, resource: string, example: string): ArnForm {
  return { service, resource, example };
}

/** A regular expression that a whole ARN matches: of one resource, so that it widens nothing where a policy names it. */
export function arnPattern({ service, resource }: ArnForm): string {
  return `^arn:aws[a-z-]*:${service}:[a-z0-9-]*:\\d{12}:${resource}$`;
}

/** What a person reads who gave something else. */
export function arnRule({ service, example }: ArnForm): string {
  return `must be a whole ARN, arn:aws:${service}:${example}, without a wildcard`;
}

/** What construct and module take alike besides, as regular expressions of both languages, without a delimiter. */
export const PATTERNS = {
  address: '^[^\\s@<>",;]+@[^\\s@<>",;]+\\.[^\\s@<>",;]+$',
  httpsUrl: "^https://[^\\s?#/]+(/[^\\s?#]*[^/\\s?#])?$",
  gitHubNumber: "^[1-9][0-9]{0,18}$",
  gitHubIssuer: "^https://token[.]actions[.](githubusercontent[.]com(/[\\w.-]+)?|[\\w-]+[.]ghe[.]com)$",
  // Names of managed users have an underscore: https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations-for-external-authentication
  owner: "^[A-Za-z0-9][\\w-]{0,38}$",
  repositoryName: "^[A-Za-z0-9._-]{1,100}$",
  repository: "^[A-Za-z0-9][\\w-]{0,38}/[A-Za-z0-9._-]{1,100}$",
  hostName: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
  hostedZone: "^Z[A-Z0-9]{1,31}$",
  runtime: "^nodejs(2[0-9]|[3-9][0-9])[.]x$",
  className: "^[a-z0-9][a-z0-9-]{0,63}$",
  domain: "^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z0-9-]+$",
  rotatedSecret: "^[\\w/+=.@-]+[*]?$",
  secretName: "^[\\w+=.@-]+(?:/[\\w+=.@-]+)*(?:/[*])?$",
  parameterName: "^/?[\\w.-]+(?:/[\\w.-]+)*(?:/[*])?$",
  passphrasePath: "^(?:/[\\w.-]+){1,10}$",
} as const;

/** Seconds, 31 days. A class that lets a link live longer has its time in the wrong unit. */
export const LONGEST_LIFE = 31 * 86_400;
/** Characters that EventBridge takes in a rule's pattern are 2,048; the rest of ours needs fewer than 200 of them. */
export const PATTERN_LIMIT = 1_848;
/** Days that an event must be kept: its day is over, sealed, and archived before, also where the sealer has failed for some days. */
export const SHORTEST_EVENT_RETENTION = 7;

/** The retentions, in days, that CloudWatch Logs offers (PutRetentionPolicy). */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Days; ten years. */
export const LONGEST_EVENT_RETENTION = 3_650;

export const matches =
  (pattern: RegExp) =>
  (value: string): boolean =>
    pattern.test(value);

export const NO_WILDCARD: Rule = [
  (value) => !/[*?]/.test(value),
  "has a wildcard, but it is compared as a whole: write it out",
];

/** The ARN of a resource, whole. */
export function arn(form: ArnForm) {
  return text([matches(new RegExp(arnPattern(form))), arnRule(form)]);
}

export const address = text([
  matches(new RegExp(PATTERNS.address)),
  "must be a bare e-mail address, such as handoff@example.com",
]);
export const topicArn = arn(ARNS.topic);
export const keyArn = arn(ARNS.key);
export const secretArn = arn(ARNS.secret);
export const functionArn = arn(ARNS.function);
export const boundaryArn = arn(ARNS.permissionsBoundary);
export const providerArn = arn(ARNS.oidcProvider);
export const hostedZoneId = text([
  matches(new RegExp(PATTERNS.hostedZone)),
  "must be the ID of a Route 53 zone, such as Z0123456789ABC",
]);
export const httpsUrl = text([
  (value) => URL.canParse(value) && matches(new RegExp(PATTERNS.httpsUrl))(value),
  "must be an https URL without a trailing slash",
]);
const gitHubNumber = (what: string, query: string) =>
  text([
    matches(new RegExp(PATTERNS.gitHubNumber)),
    `must be GitHub's number of the ${what}, as a text (gh api repos/OWNER/NAME --jq ${query}): a name can be given to somebody else, a number cannot`,
  ]);
export const repositoryId = gitHubNumber("repository", ".id");
export const ownerId = gitHubNumber("owner", ".owner.id");
export const repository = text(NO_WILDCARD, [
  matches(new RegExp(PATTERNS.repository)),
  "must read owner/name",
]);
export const environment = text(NO_WILDCARD);
export const roleName = text([
  matches(/^[\w+=,.@-]{1,64}$/),
  "must be the name of a role: 1 to 64 letters, digits and +=,.@_-",
]);
export const tags = map(
  text([
    (key) => key.length <= 128 && !/^aws:/i.test(key),
    "is no key for a tag: at most 128 characters, not beginning with aws:",
  ]),
  text([(value) => value.length <= 256, "is too long for a tag: at most 256 characters"]),
);
/** The nearest that CloudWatch offers, from above where there is one. */
const nearestRetention = (days: number) => LOG_RETENTION_DAYS.find((offered) => offered >= days) ?? 3653;
export const retention = number([
  (days) => LOG_RETENTION_DAYS.includes(days),
  (days) =>
    `must be a number of days that CloudWatch offers: ${nearestRetention(days)} is the nearest to ${days}`,
]);
