import { formatDuration } from "@secret-handoff/protocol/api";
import { awsService, clientOptions, openedOnce } from "../aws/aws-client.ts";
import { type AwsWording, isAbout } from "../aws/aws-errors.ts";
import { Concealed, redact } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { type Runtime, unixSeconds } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "./secret-version.ts";

/** Which temporary AWS credentials to hand over. */
export type RoleRequest = {
  readonly roleArn: string;
  /** Seconds. */
  readonly duration: number;
  /** JSON: what the credentials may do at the most, besides what the role may. */
  readonly sessionPolicy?: string;
  /** Names the session in CloudTrail: at most 64 letters, digits and `+=,.@-`. */
  readonly sessionName: string;
  /** A globally unique id of these credentials, at most 64 characters. */
  readonly versionId: string;
};

/** Seconds that AWS STS allows (API reference, AssumeRole). */
const SHORTEST_SESSION = 900;
const LONGEST_SESSION = 43_200;

/** @throws SenderError `input` */
export function parseRoleArn(text: string): string {
  if (/^arn:[a-z-]+:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/.test(text)) return text;
  throw new SenderError(
    "input",
    (say) =>
      `${say("role-to-assume")} is not a role's ARN. Write it like arn:aws:iam::123456789012:role/name.`,
  );
}

/** @throws SenderError `input` */
export function checkSessionDuration(seconds: number): void {
  if (seconds >= SHORTEST_SESSION && seconds <= LONGEST_SESSION) return;
  throw new SenderError("input", (say) => `${say("role-duration")} must be between 15m and 12h.`);
}

/** Assumes a role and gives its credentials. */
export type RoleAssumer = (request: RoleRequest) => Promise<SecretVersion>;

/**
 * Temporary credentials by AWS STS, as JSON whose keys are the names that AWS tools read from the environment (sts:AssumeRole on
 * the role, and the role must trust the one that asks).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @param region undefined leaves it to the environment
 */
export function roleAssumer(region: string | undefined, deadline: Deadline, runtime: Runtime): RoleAssumer {
  const callAws = awsService(runtime);
  const client = openedOnce(async () => {
    const { STSClient } = await import("./role-api.ts");
    return new STSClient(await clientOptions(region, runtime));
  });
  return async (request) => {
    const { Credentials: made } = await callAws(
      {
        service: "AWS STS",
        resource: `role ${request.roleArn}`,
        permission: "sts:AssumeRole",
        wording: wordingOf(request),
      },
      async (until) => {
        const { AssumeRoleCommand } = await import("./role-api.ts");
        const command = new AssumeRoleCommand({
          RoleArn: request.roleArn,
          RoleSessionName: request.sessionName,
          DurationSeconds: request.duration,
          ...(request.sessionPolicy === undefined ? {} : { Policy: request.sessionPolicy }),
        });
        return (await client()).send(command, until);
      },
      deadline,
    );
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || !made.Expiration) {
      throw new SenderError("secret_unreadable", `AWS STS gave no credentials for ${request.roleArn}.`);
    }
    return {
      arn: `${request.roleArn}:${request.versionId}`,
      name: request.roleArn.slice(request.roleArn.lastIndexOf("/") + 1),
      versionId: request.versionId,
      versionCreatedAt: unixSeconds(runtime),
      endsAt: Math.floor(made.Expiration.getTime() / 1_000),
      inFields: true,
      value: new Concealed(
        JSON.stringify({
          AWS_ACCESS_KEY_ID: made.AccessKeyId,
          AWS_SECRET_ACCESS_KEY: made.SecretAccessKey,
          AWS_SESSION_TOKEN: made.SessionToken,
        }),
      ),
    };
  };
}

/** STS answers ValidationError for a role, a name, a policy and a duration alike, so its message decides. */
function wordingOf({ roleArn, duration }: RoleRequest): AwsWording {
  return (name, message) => {
    if (/session limit for roles assumed by role chaining/.test(message)) {
      return [
        "input",
        (say) =>
          `${roleArn} cannot be assumed for ${formatDuration(duration)}: the AWS role that asks is itself assumed, and from such a role AWS gives one hour at most. Set ${say("role-duration")} to 1h or less.`,
      ];
    }
    if (/DurationSeconds exceeds the MaxSessionDuration/.test(message)) {
      return [
        "input",
        (say) =>
          `${roleArn} cannot be assumed for ${formatDuration(duration)}: its maximum session duration is shorter. Shorten ${say("role-duration")}, or raise the maximum of the role.`,
      ];
    }
    if (isAbout("MalformedPolicyDocument", name)) {
      return [
        "input",
        (say) => `${say("role-session-policy")} is not a valid IAM policy (AWS says: ${redact(message)}).`,
      ];
    }
    if (isAbout("PackedPolicyTooLarge", name)) {
      return [
        "input",
        (say) =>
          `${say("role-session-policy")} is too long (AWS says: ${redact(message)}). Shorten it, or use a narrower role.`,
      ];
    }
    if (isAbout("RegionDisabled", name)) {
      return [
        "aws_region",
        "AWS STS is not activated in this region for the account. Activate it, or set another region.",
      ];
    }
    return undefined;
  };
}
