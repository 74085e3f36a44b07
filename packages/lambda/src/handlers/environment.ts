import { gunzipSync } from "node:zlib";
import {
  CredentialClass,
  DEFAULT_CLASSES,
  LONGEST_APPROVAL,
  OperatorEntry,
  PolicyCompany,
  SenderEntry,
  TrustedIssuer,
} from "@secret-handoff/protocol/api";
import { type Company, companyOf } from "@secret-handoff/protocol/company";
import * as v from "valibot";
import { identifyingClaims } from "../sender/pipelines.ts";

/** @throws Error naming the variable when the deployment has not set it */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the environment variable ${name} is not set`);
  return value;
}

/** Undefined where the variable is not set or empty. */
export function optional(name: string): string | undefined {
  return process.env[name] || undefined;
}

/** Seconds: a shorter life is a mistake in the unit. */
const SHORTEST_LIFE = 60;

const ClassEntry = v.pipe(
  v.strictObject(CredentialClass.entries),
  v.check(
    ({ expiresWithin }) => expiresWithin >= SHORTEST_LIFE,
    "expiresWithin is in seconds, and at least 60",
  ),
);

const Config = v.strictObject({
  issuer: v.pipe(v.string(), v.url()),
  jwksUrl: v.optional(v.pipe(v.string(), v.url())),
  issuers: v.optional(v.array(TrustedIssuer)),
  senders: v.array(SenderEntry),
  operators: v.optional(v.array(OperatorEntry)),
  classes: v.optional(v.array(ClassEntry)),
  githubApi: v.optional(v.pipe(v.string(), v.url())),
  company: v.optional(PolicyCompany),
  approvalSeconds: v.optional(
    v.pipe(v.number(), v.safeInteger(), v.minValue(SHORTEST_LIFE), v.maxValue(LONGEST_APPROVAL)),
  ),
});

/** Who may send what: the deployment's CONFIG. */
export type SenderConfig = {
  readonly issuer: string;
  readonly jwksUrl: string | undefined;
  /** Beside that one. */
  readonly issuers: readonly TrustedIssuer[];
  readonly senders: readonly SenderEntry[];
  /** Who may do what over IAM. */
  readonly operators: readonly OperatorEntry[];
  readonly classes: readonly CredentialClass[];
  /** The REST API of the issuer's GitHub. */
  readonly githubApi: string;
  /** Seconds that an approval is worth; a day where undefined. */
  readonly approvalSeconds: number | undefined;
  /** What senders call themselves unless they say otherwise. */
  readonly company: PolicyCompany | undefined;
};

/**
 * Where the issuer's own GitHub has its REST API: a job's token goes to no other.
 * https://docs.github.com/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
 */
function apiOf(issuer: string): string {
  const { origin, hostname } = new URL(issuer);
  if (hostname === "token.actions.githubusercontent.com") return "https://api.github.com";
  const [, tenant] = /^token\.actions\.([\w-]+\.ghe\.com)$/.exec(hostname) ?? [];
  return tenant === undefined ? `${origin}/api/v3` : `https://api.${tenant}`;
}

/**
 * What is wrong with the issuers beside GitHub's, and with the senders that are theirs.
 * @returns sentences that begin with the place
 */
export function issuerProblems(
  github: string,
  issuers: readonly TrustedIssuer[],
  senders: readonly SenderEntry[],
): readonly string[] {
  const names = issuers.map(({ issuer }) => issuer);
  return [
    ...names.flatMap((name, index) =>
      name === github || names.indexOf(name) < index ? [`issuers[${index}]: the issuer is named twice`] : [],
    ),
    ...senders.flatMap(({ issuer, claims = {} }, index) => {
      if (issuer === undefined) return [];
      const trusted = issuers.find((one) => one.issuer === issuer);
      if (!trusted) return [`senders[${index}].issuer: it is not among issuers`];
      const identifying = identifyingClaims(trusted);
      return identifying.some((name) => claims[name] !== undefined)
        ? []
        : [
            `senders[${index}].claims: every project of that issuer would match. Name ${identifying.join(" or ")}`,
          ];
    }),
  ];
}

/** @throws Error naming the first part of CONFIG that is wrong */
export function senderConfig(): SenderConfig {
  return parseSenderConfig(required("CONFIG"));
}

/** Reads a CONFIG. The deployment calls it too, so that what the service cannot read is never deployed. */
export function parseSenderConfig(json: string): SenderConfig {
  const result = v.safeParse(Config, JSON.parse(json));
  if (!result.success) {
    throw new Error(
      `CONFIG is wrong at ${v.getDotPath(result.issues[0]) ?? "its top"}: ${result.issues[0].message}`,
    );
  }
  const { issuer, jwksUrl, senders, approvalSeconds, company, issuers = [] } = result.output;
  const [wrong] = issuerProblems(issuer, issuers, senders);
  if (wrong !== undefined) throw new Error(`CONFIG is wrong at ${wrong}`);
  const { operators = [], classes = DEFAULT_CLASSES, githubApi = apiOf(issuer) } = result.output;
  return { issuer, jwksUrl, issuers, senders, operators, classes, githubApi, approvalSeconds, company };
}

/**
 * The company that the deployment names in COMPANY: JSON, with gzip, in base64, as Terraform's `base64gzip` writes it. A logo would not
 * fit into the environment otherwise.
 * @throws Error with everything that is wrong with it, which ends the start and with it the deployment
 */
export function companyFrom(variable: string | undefined): Company | undefined {
  if (variable === undefined) return undefined;
  return companyOf(
    JSON.parse(gunzipSync(Buffer.from(variable, "base64"), { maxOutputLength: LONGEST }).toString()),
  );
}

/** Bytes; a logo's file has 65,536 at the most. */
const LONGEST = 131_072;
