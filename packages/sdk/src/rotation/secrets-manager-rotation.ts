import { type AwsWording, isAbout } from "../aws/aws-errors.ts";
import { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError, type SenderErrorCode } from "../sender-error.ts";
import { secretsManagerCalls } from "../sources/secrets-manager.ts";
import { type CharacterClass, CURRENT, type RotatableSecrets, STAGED } from "./rotation.ts";

/**
 * Rotation by AWS Secrets Manager (secretsmanager:DescribeSecret and, for managed rotation, RotateSecret; for generated values
 * GetRandomPassword, PutSecretValue and UpdateSecretVersionStage).
 * @param region where names are looked up; undefined leaves it to the environment
 */
export function secretsManagerRotation(
  region: string | undefined,
  deadline: Deadline,
  runtime: Runtime,
): RotatableSecrets {
  const call = secretsManagerCalls(region, deadline, runtime);
  return {
    stages: async (id) => {
      const answer = await call(
        { id, action: "DescribeSecret" },
        (client, { DescribeSecretCommand }, until) =>
          client.send(new DescribeSecretCommand({ SecretId: id }), until),
      );
      return {
        arn: answer.ARN ?? id,
        rotates: answer.RotationEnabled ?? false,
        changedAt: answer.LastChangedDate?.getTime() ?? 0,
        labels: answer.VersionIdsToStages ?? {},
      };
    },
    begin: async (id, versionId) =>
      unless(
        "busy",
        "rotation_under_way",
        call(
          { id, action: "RotateSecret", wording: rotateWording(id) },
          (client, { RotateSecretCommand }, until) =>
            client.send(new RotateSecretCommand({ SecretId: id, ClientRequestToken: versionId }), until),
        ).then(() => "begun" as const),
      ),
    password: async ({ length, classes, exclude }) => {
      const without = (name: CharacterClass) => !classes.includes(name);
      const answer = await call(
        { action: "GetRandomPassword", resource: "*, which rotate: generate needs" },
        (client, { GetRandomPasswordCommand }, until) =>
          client.send(
            new GetRandomPasswordCommand({
              PasswordLength: length,
              ExcludeLowercase: without("lowercase"),
              ExcludeUppercase: without("uppercase"),
              ExcludeNumbers: without("digits"),
              ExcludePunctuation: without("punctuation"),
              IncludeSpace: false,
              RequireEachIncludedType: true,
              ...(exclude === "" ? {} : { ExcludeCharacters: exclude }),
            }),
            until,
          ),
      );
      const made = answer.RandomPassword ?? "";
      if (made.length === length) return new Concealed(made);
      throw new SenderError(
        "aws_unavailable",
        "Secrets Manager returned a password of the wrong length. Run again.",
      );
    },
    stage: (id, versionId, value) =>
      unless(
        "taken",
        "secret_changed",
        call(
          { id, action: "PutSecretValue", wording: putWording(id) },
          (client, { PutSecretValueCommand }, until) =>
            client.send(
              new PutSecretValueCommand({
                SecretId: id,
                ClientRequestToken: versionId,
                SecretString: value.reveal(),
                VersionStages: [STAGED],
              }),
              until,
            ),
        ).then(() => "staged" as const),
      ),
    promote: (id, from, to) =>
      unless(
        "moved_away",
        "secret_changed",
        call(
          { id, action: "UpdateSecretVersionStage", wording: moveWording(id) },
          (client, { UpdateSecretVersionStageCommand }, until) =>
            client.send(
              new UpdateSecretVersionStageCommand({
                SecretId: id,
                VersionStage: CURRENT,
                RemoveFromVersionId: from,
                MoveToVersionId: to,
              }),
              until,
            ),
        ).then(() => "promoted" as const),
      ),
    unlabel: async (id, versionId) => {
      await call(
        { id, action: "UpdateSecretVersionStage" },
        (client, { UpdateSecretVersionStageCommand }, until) =>
          client.send(
            new UpdateSecretVersionStageCommand({
              SecretId: id,
              VersionStage: STAGED,
              RemoveFromVersionId: versionId,
            }),
            until,
          ),
      );
    },
  };
}

/** Takes a refusal for an answer. */
async function unless<Done extends string, Refused extends string>(
  refused: Refused,
  code: SenderErrorCode,
  work: Promise<Done>,
): Promise<Done | Refused> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SenderError && error.code === code) return refused;
    throw error;
  }
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html#API_RotateSecret_Errors */
function rotateWording(id: string): AwsWording {
  return (name, message) => {
    if (/previous rotation/i.test(message)) {
      return ["rotation_under_way", `A rotation of secret "${id}" is under way.`];
    }
    if (/no lambda rotation function|doesn't already have a lambda function/i.test(message)) {
      return [
        "rotation_unconfigured",
        (say) =>
          `Secret "${id}" has no rotation set up. Set one up in Secrets Manager, or use ${say("rotate", "generate")}.`,
      ];
    }
    if (isAbout("ResourceNotFound", name) && /lambda|function/i.test(message)) {
      return [
        "rotation_failed",
        `The rotation function of secret "${id}" does not exist any more, or Secrets Manager cannot reach it. Set up rotation with a function that is there.`,
      ];
    }
    if (/cannot invoke the specified lambda function/i.test(message)) {
      return [
        "rotation_failed",
        `Secrets Manager may not invoke the rotation function of secret "${id}". Let the function's policy allow lambda:InvokeFunction to secretsmanager.amazonaws.com.`,
      ];
    }
    return undefined;
  };
}

function putWording(id: string): AwsWording {
  return (name) =>
    isAbout("ResourceExists", name)
      ? ["secret_changed", `That version of secret "${id}" is there already.`]
      : undefined;
}

/** The label is on another version than the one it was to be moved from. */
function moveWording(id: string): AwsWording {
  return (_, message) =>
    /currently attached to version|RemoveFromVersionId/i.test(message)
      ? ["secret_changed", `Another version of secret "${id}" has become current.`]
      : undefined;
}
