import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-failures.ts";
import { Concealed } from "../concealed.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "./secret-version.ts";

/** Reads one parameter, decrypted. */
export type ParameterReader = (name: string) => Promise<SecretVersion>;

/**
 * Parameters of AWS Systems Manager (ssm:GetParameter on each, and kms:Decrypt where one has a key of its own). Version numbers begin
 * anew when a parameter is deleted and made again, so a version here is its number and its time: `7@2026-11-18T09:46:40.000Z`.
 * @param region undefined leaves it to the environment
 */
export function parameterReader(
  region: string | undefined,
  deadline: Deadline,
  runtime: Runtime,
): ParameterReader {
  const client = openedOnce(async () => {
    const { SSMClient } = await import("./parameters-api.ts");
    return new SSMClient(clientOptions(region, runtime));
  });
  return async (name) => {
    const { Parameter: found } = await callAws(
      "Systems Manager",
      async (until) => {
        const { GetParameterCommand } = await import("./parameters-api.ts");
        const command = new GetParameterCommand({ Name: name, WithDecryption: true });
        return (await client()).send(command, until);
      },
      wordingOf(name),
      deadline,
      runtime,
    );
    if (
      !found?.ARN ||
      !found.Name ||
      !found.Version ||
      !found.LastModifiedDate ||
      found.Value === undefined
    ) {
      throw new SenderError("secret_unreadable", `Parameter "${name}" has no value.`);
    }
    return {
      arn: found.ARN,
      name: found.Name,
      versionId: `${found.Version}@${found.LastModifiedDate.toISOString()}`,
      versionCreatedAt: Math.floor(found.LastModifiedDate.getTime() / 1_000),
      value: new Concealed(found.Value),
    };
  };
}

function wordingOf(parameter: string): AwsWording {
  return (name, message) => {
    switch (name) {
      case "ParameterNotFound":
      case "ParameterVersionNotFound":
        return [
          "secret_unknown",
          `There is no parameter "${parameter}". Check parameters, the region and the account of the AWS role.`,
        ];
      case "AccessDeniedException":
        return [
          "access_denied",
          /kms/i.test(message)
            ? `The AWS role may not decrypt parameter "${parameter}". Grant it kms:Decrypt on the parameter's KMS key.`
            : `The AWS role may not read parameter "${parameter}". Grant it ssm:GetParameter on this parameter.`,
        ];
      case "ValidationException":
        return ["secret_ids", `AWS does not take "${parameter}" as a parameter's name. Check parameters.`];
      default:
        return undefined;
    }
  };
}
