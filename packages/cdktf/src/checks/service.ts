import type { SecretHandoffProps } from "../props.ts";
import { isExpression } from "../terraform.ts";
import { classesOf, policyProblems } from "./policy.ts";
import { lifecycleProblems } from "./reactions.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const ADDRESS = /^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/;

/** The retentions, in days, that CloudWatch Logs offers (PutRetentionPolicy). */
export const LOG_RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

type Checks = readonly (readonly [holds: boolean, problem: string])[];

/**
 * What is wrong with the props, each a sentence that says what to do. Values that only Terraform will know are left to
 * the module's own variable validation.
 */
export function propsProblems(props: SecretHandoffProps): readonly string[] {
  return [
    ...nameProblems(props),
    ...domainProblems(props),
    ...mailProblems(props),
    ...limitProblems(props),
    ...policyProblems(props),
    ...lifecycleProblems(props),
  ];
}

function nameProblems({ name }: SecretHandoffProps): readonly string[] {
  return broken([
    [
      known(name, (text) => NAME.test(text)),
      "name must be 1 to 40 of a-z, 0-9 and hyphens, beginning with a letter: it begins the names of the roles, which may have 64",
    ],
  ]);
}

function domainProblems({ domain, edge }: SecretHandoffProps): readonly string[] {
  const { certificateArn } = domain ?? {};
  return broken([
    [
      known(domain?.name, isHostName),
      "domain.name must be a bare host name in lower case, such as handoff.example.com: no scheme, port, path or wildcard",
    ],
    [
      domain === undefined || certificateArn !== undefined || domain.hostedZoneId !== undefined,
      "domain needs certificateArn, or hostedZoneId so that a certificate can be made and validated",
    ],
    [
      edge === undefined || domain !== undefined,
      "edge needs domain: without it the links would lead past CloudFront",
    ],
    [
      edge === undefined || known(certificateArn, (arn) => arn.split(":")[3] === "us-east-1"),
      "with edge, domain.certificateArn must be of a certificate in us-east-1, where CloudFront looks for it",
    ],
    [
      known(edge?.requestsPerAddress, (count) => Number.isSafeInteger(count) && count >= 10),
      "edge.requestsPerAddress must be a whole number of at least 10, the least that AWS WAF accepts",
    ],
  ]);
}

function mailProblems({ mail, ...props }: SecretHandoffProps): readonly string[] {
  const codes = classesOf(props).filter(({ verification }) => verification === "email-code");
  const from = mail?.from;
  return broken([
    [
      mail !== undefined || codes.length === 0,
      `mail is not set, so no code could be mailed for ${codes.map(({ name }) => name).join(", ")}: set it, or give the class another verification`,
    ],
    [
      known(from, (address) => ADDRESS.test(address)),
      "mail.from must be an address, such as handoff@example.com",
    ],
    [
      mail?.kind !== "ses" || known(from, (address) => covers(mail.identity, address)),
      "mail.from must be of the identity: SES sends only from what it has verified",
    ],
    [
      mail?.kind !== "ses" ||
        mail.hostedZoneId === undefined ||
        known(mail.identity, (identity) => !identity.includes("@")),
      "mail.hostedZoneId is for the DKIM records of a domain, and mail.identity is an address, which has none: leave it out",
    ],
  ]);
}

function limitProblems(props: SecretHandoffProps): readonly string[] {
  const { logRetentionDays, memorySize, runtime, events, reservedConcurrency = {}, throttles = {} } = props;
  return broken([
    ...[logRetentionDays, events?.logRetentionDays].map(
      (days) =>
        [
          known(days, (count) => LOG_RETENTION_DAYS.includes(count)),
          `CloudWatch does not offer a retention of ${days} days; the next that it offers is ${nearestRetention(days ?? 0)}`,
        ] as const,
    ),
    [
      known(
        memorySize,
        (megabytes) => Number.isSafeInteger(megabytes) && megabytes >= 128 && megabytes <= 10_240,
      ),
      "memorySize must be whole megabytes from 128 to 10240",
    ],
    [
      known(runtime, (name) => Number(/^nodejs(\d+)\.x$/.exec(name)?.[1] ?? 0) >= 20),
      "runtime must be a Lambda runtime of Node.js 20 or later, such as nodejs24.x",
    ],
    ...Object.entries(reservedConcurrency).map(
      ([name, count]) =>
        [
          known(count, (limit) => Number.isSafeInteger(limit) && limit > 0),
          `reservedConcurrency.${name} must be a whole number above 0; with 0 the function would never run`,
        ] as const,
    ),
    ...Object.entries(throttles).map(
      ([route, limit]) =>
        [
          known(limit?.rate, (rate) => rate > 0) && known(limit?.burst, (burst) => burst >= 1),
          `throttles.${route} must let something through: a rate above 0 and a burst of at least 1`,
        ] as const,
    ),
  ]);
}

function broken(checks: Checks): readonly string[] {
  return checks.filter(([holds]) => !holds).map(([, problem]) => problem);
}

/** True as well where nothing is given, and where only Terraform will know. */
function known<T>(value: T | undefined, holds: (value: T) => boolean): boolean {
  return value === undefined || isExpression(value) || holds(value);
}

function isHostName(name: string): boolean {
  const labels = name.split(".");
  return name.length <= 253 && labels.length >= 2 && labels.every((label) => LABEL.test(label));
}

function covers(identity: string, address: string): boolean {
  if (isExpression(identity)) return true;
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  const verified = identity.toLowerCase();
  return address.toLowerCase() === verified || domain === verified || domain.endsWith(`.${verified}`);
}

/** The offered retention that is nearest to the wanted one, from above where there is one. */
export function nearestRetention(days: number): number {
  return LOG_RETENTION_DAYS.find((offered) => offered >= days) ?? 3653;
}
