import type { Parameter } from "@aws-sdk/client-ssm";
import { awsService, clientForRegion, clientOptions, regionOfArn } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-errors.ts";
import { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "./secret-version.ts";

/** Where parameters come from. Each method throws SenderError with a sentence that names the parameter. */
export type ParameterStore = {
  /** The parameter of this name or ARN, decrypted. */
  readonly read: (name: string) => Promise<SecretVersion>;
  /** Every parameter below the path at any depth, decrypted, by name; at most `limit` + 1 of them. */
  readonly readPath: (path: string, limit: number) => Promise<readonly SecretVersion[]>;
};

/**
 * Parameters of AWS Systems Manager (ssm:GetParameter on each, ssm:GetParametersByPath on a path, and kms:Decrypt where one has a key
 * of its own). An ARN is read in its own region. Version numbers begin anew when a parameter is deleted and made again, so a version
 * here is its number and its time: `7@2026-11-18T09:46:40.000Z`.
 * @param region where names are looked up; undefined leaves it to the environment
 */
export function parameterStore(
  region: string | undefined,
  deadline: Deadline,
  runtime: Runtime,
): ParameterStore {
  const callAws = awsService(runtime);
  const clientFor = clientForRegion(async (wanted) => {
    const { SSMClient } = await import("./parameters-api.ts");
    return new SSMClient(await clientOptions(wanted, runtime));
  });
  return { read, readPath };

  async function read(name: string): Promise<SecretVersion> {
    const { Parameter: found } = await callAws(
      {
        service: "Systems Manager",
        resource: `parameter "${name}"`,
        permission: "ssm:GetParameter",
        wording: wordingOf(name),
      },
      async (until) => {
        const { GetParameterCommand } = await import("./parameters-api.ts");
        const command = new GetParameterCommand({ Name: name, WithDecryption: true });
        return (await clientFor(regionOfArn("ssm", name) ?? region)).send(command, until);
      },
      deadline,
    );
    return versionOf(name, found);
  }

  async function readPath(path: string, limit: number): Promise<readonly SecretVersion[]> {
    const versions: SecretVersion[] = [];
    let token: string | undefined;
    do {
      const page = await callAws(
        {
          service: "Systems Manager",
          resource: `parameters under "${path}"`,
          permission: "ssm:GetParametersByPath",
        },
        async (until) => {
          const { GetParametersByPathCommand } = await import("./parameters-api.ts");
          const command = new GetParametersByPathCommand({
            ...{ Path: path, Recursive: true, WithDecryption: true, MaxResults: 10 },
            ...(token === undefined ? {} : { NextToken: token }),
          });
          return (await clientFor(region)).send(command, until);
        },
        deadline,
      );
      versions.push(...(page.Parameters ?? []).map((found) => versionOf(found.Name ?? path, found)));
      token = page.NextToken;
    } while (token !== undefined && versions.length <= limit);
    return versions.slice(0, limit + 1).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function versionOf(name: string, found: Parameter | undefined): SecretVersion {
  const { ARN: arn, Name: ownName, Version: version, LastModifiedDate: modified, Value: value } = found ?? {};
  if (!arn || !ownName || version === undefined || !modified || value === undefined) {
    throw new SenderError("secret_unreadable", `Parameter "${name}" has no value.`);
  }
  return {
    arn,
    name: ownName,
    versionId: `${version}@${modified.toISOString()}`,
    versionCreatedAt: Math.floor(modified.getTime() / 1_000),
    value: new Concealed(value),
  };
}

function wordingOf(parameter: string): AwsWording {
  return (name) => {
    switch (name) {
      case "ParameterNotFound":
        return [
          "secret_unknown",
          (say) =>
            `There is no parameter "${parameter}". Check ${say("parameters")}, the region and the account of the AWS credentials.`,
        ];
      case "ParameterVersionNotFound":
        return [
          "secret_unknown",
          (say) =>
            `Parameter "${parameter}" has no such version or label. Check what stands behind the colon in ${say("parameters")}.`,
        ];
      default:
        return undefined;
    }
  };
}
