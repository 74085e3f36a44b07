import type { AwsWording } from "../aws/aws-failures.ts";
import { Concealed } from "../concealed.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError, type SenderErrorCode } from "../sender-error.ts";
import { secretsManagerCalls } from "../sources/secrets-manager.ts";
import type { CharacterClass } from "./password-rules.ts";
import { CURRENT, type RotatableSecrets, STAGED } from "./rotation.ts";

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
        id,
        (client, { DescribeSecretCommand }, until) =>
          client.send(new DescribeSecretCommand({ SecretId: id }), until),
        denied(id, "DescribeSecret"),
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
          id,
          (client, { RotateSecretCommand }, until) =>
            client.send(new RotateSecretCommand({ SecretId: id, ClientRequestToken: versionId }), until),
          rotateWording(id),
        ).then(() => "begun" as const),
      ),
    password: async ({ length, classes, exclude }) => {
      const without = (name: CharacterClass) => !classes.includes(name);
      const answer = await call(
        undefined,
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
        (name) =>
          name === "AccessDeniedException"
            ? [
                "access_denied",
                "The AWS role may not have Secrets Manager make a password. Grant it secretsmanager:GetRandomPassword on *.",
              ]
            : undefined,
      );
      const made = answer.RandomPassword ?? "";
      if (made.length === length) return new Concealed(made);
      throw new SenderError(
        "aws_unavailable",
        "Secrets Manager made a password of another length than asked.",
      );
    },
    stage: (id, versionId, value) =>
      unless(
        "taken",
        "secret_changed",
        call(
          id,
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
          putWording(id),
        ).then(() => "staged" as const),
      ),
    promote: (id, from, to) =>
      unless(
        "moved_away",
        "secret_changed",
        call(
          id,
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
          moveWording(id),
        ).then(() => "promoted" as const),
      ),
    unlabel: async (id, versionId) => {
      await call(
        id,
        (client, { UpdateSecretVersionStageCommand }, until) =>
          client.send(
            new UpdateSecretVersionStageCommand({
              SecretId: id,
              VersionStage: STAGED,
              RemoveFromVersionId: versionId,
            }),
            until,
          ),
        denied(id, "UpdateSecretVersionStage"),
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

/** Shared by all requests about one secret. @param permission the one that the request takes */
function denied(id: string, permission: string): AwsWording {
  return (name, message) => {
    switch (name) {
      case "AccessDeniedException":
        return [
          "access_denied",
          /kms/i.test(message)
            ? `The AWS role may not use the KMS key of secret "${id}". Grant it kms:Decrypt and kms:GenerateDataKey on that key.`
            : `The AWS role may not call ${permission} on secret "${id}". Grant it secretsmanager:${permission} on this secret.`,
        ];
      case "ResourceNotFoundException":
        return [
          "secret_unknown",
          `There is no secret "${id}". Check secret-ids, the region and the account of the AWS role.`,
        ];
      default:
        return undefined;
    }
  };
}

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html#API_RotateSecret_Errors */
function rotateWording(id: string): AwsWording {
  return (name, message) => {
    if (name === "InvalidRequestException" && /previous rotation/i.test(message)) {
      return ["rotation_under_way", `A rotation of secret "${id}" is under way.`];
    }
    if (name === "InvalidRequestException" && /rotation function|not configured|no lambda/i.test(message)) {
      return [
        "rotation_unconfigured",
        `Secret "${id}" has no rotation set up. Set one up in Secrets Manager, or use rotate: generate.`,
      ];
    }
    return denied(id, "RotateSecret")(name, message);
  };
}

function putWording(id: string): AwsWording {
  return (name, message) =>
    name === "ResourceExistsException"
      ? ["secret_changed", `That version of secret "${id}" is there already.`]
      : denied(id, "PutSecretValue")(name, message);
}

/** The label is on another version than the one it was to be moved from. */
function moveWording(id: string): AwsWording {
  return (name, message) =>
    name === "InvalidParameterException"
      ? ["secret_changed", `Another version of secret "${id}" has become current.`]
      : denied(id, "UpdateSecretVersionStage")(name, message);
}
