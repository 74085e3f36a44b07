import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-failures.ts";
import { Concealed } from "../concealed.ts";
import { formatDuration } from "../duration.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
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
  /** Names these credentials in the whole world, at most 64 characters: no others stand for them, and they for no others. */
  readonly versionId: string;
};

/** Assumes a role and gives its credentials. */
export type RoleAssumer = (request: RoleRequest) => Promise<SecretVersion>;

/**
 * Temporary credentials by AWS STS, as JSON whose keys are the names that AWS tools read from the environment (sts:AssumeRole on
 * the role, and the role must trust the one that asks).
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 * @param region undefined leaves it to the environment
 */
export function roleAssumer(region: string | undefined, deadline: Deadline, runtime: Runtime): RoleAssumer {
  const client = openedOnce(async () => {
    const { STSClient } = await import("./role-api.ts");
    return new STSClient(clientOptions(region, runtime));
  });
  return async (request) => {
    const { Credentials: made } = await callAws(
      "AWS STS",
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
      wordingOf(request),
      deadline,
      runtime,
    );
    if (!made?.AccessKeyId || !made.SecretAccessKey || !made.SessionToken || !made.Expiration) {
      throw new SenderError("secret_unreadable", `AWS STS gave no credentials for ${request.roleArn}.`);
    }
    return {
      arn: `${request.roleArn}:${request.versionId}`,
      name: request.roleArn.slice(request.roleArn.lastIndexOf("/") + 1),
      versionId: request.versionId,
      versionCreatedAt: Math.floor(runtime.now() / 1_000),
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

/** The query protocol names some exceptions without "Exception". */
function wordingOf({ roleArn, duration }: RoleRequest): AwsWording {
  return (name, message) => {
    switch (name.replace(/Exception$/, "")) {
      case "AccessDenied":
        return [
          "access_denied",
          `The AWS role may not assume ${roleArn}. Grant it sts:AssumeRole on that role, and let that role trust it.`,
        ];
      case "MalformedPolicyDocument":
        return ["input", "role-session-policy is no IAM policy. Write it as JSON."];
      case "PackedPolicyTooLarge":
        return ["input", "role-session-policy is too long. Shorten it, or use a narrower role."];
      case "ValidationError":
        return /DurationSeconds/.test(message)
          ? [
              "input",
              `${roleArn} cannot be assumed for ${formatDuration(duration)}: its own longest session is shorter, or the asking role is itself assumed by another, which AWS limits to 1h. Shorten role-duration.`,
            ]
          : ["input", `AWS does not take role-to-assume or role-session-policy as they are.`];
      default:
        return undefined;
    }
  };
}
