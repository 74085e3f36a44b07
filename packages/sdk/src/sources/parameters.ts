import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-errors.ts";
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
      {
        service: "Systems Manager",
        subject: `parameter "${name}"`,
        permission: "ssm:GetParameter",
        wording: wordingOf(name),
      },
      async (until) => {
        const { GetParameterCommand } = await import("./parameters-api.ts");
        const command = new GetParameterCommand({ Name: name, WithDecryption: true });
        return (await client()).send(command, until);
      },
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
  return (name) => {
    switch (name) {
      case "ParameterNotFound":
        return [
          "secret_unknown",
          `There is no parameter "${parameter}". Check parameters, the region and the account of the AWS role.`,
        ];
      case "ParameterVersionNotFound":
        return [
          "secret_unknown",
          `Parameter "${parameter}" has no such version or label. Check what stands behind the colon in parameters.`,
        ];
      default:
        return undefined;
    }
  };
}
