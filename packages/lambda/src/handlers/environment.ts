import { CredentialClass, DEFAULT_CLASSES, OperatorEntry, SenderEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";

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
  senders: v.array(SenderEntry),
  operators: v.optional(v.array(OperatorEntry)),
  classes: v.optional(v.array(ClassEntry)),
  githubApi: v.optional(v.pipe(v.string(), v.url())),
  approvalSeconds: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(SHORTEST_LIFE))),
});

/** Who may send what: the deployment's CONFIG. */
export type SenderConfig = {
  readonly issuer: string;
  readonly jwksUrl: string | undefined;
  readonly senders: readonly SenderEntry[];
  /** Who may do what over IAM. */
  readonly operators: readonly OperatorEntry[];
  readonly classes: readonly CredentialClass[];
  /** The REST API of the issuer's GitHub. */
  readonly githubApi: string;
  /** Seconds that an approval is worth; a day where undefined. */
  readonly approvalSeconds: number | undefined;
};

const GITHUB_API = "https://api.github.com";

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
  const { issuer, jwksUrl, senders, approvalSeconds } = result.output;
  const { operators = [], classes = DEFAULT_CLASSES, githubApi = GITHUB_API } = result.output;
  return { issuer, jwksUrl, senders, operators, classes, githubApi, approvalSeconds };
}
