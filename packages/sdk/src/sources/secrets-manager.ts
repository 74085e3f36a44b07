import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { awsService, clientForRegion, clientOptions, regionOfArn } from "../aws/aws-client.ts";
import { type AwsWording, isAbout } from "../aws/aws-errors.ts";
import { Concealed } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import { platformRuntime, type Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { Sentence } from "../settings.ts";
import type { SecretsSource, SecretVersion } from "./secret-version.ts";

/** Which secrets are read. */
export type SecretsManagerOptions = {
  /** Where names are looked up; left to the environment without it. */
  readonly region?: string | undefined;
  /** The staging label of the version to read; AWSCURRENT without it. */
  readonly versionStage?: string | undefined;
};

/**
 * AWS Secrets Manager, with the credentials the environment gives (secretsmanager:GetSecretValue on each secret;
 * secretsmanager:ListSecrets for a prefix). An ARN is read in its own region.
 */
export function secretsManager(
  { region, versionStage }: SecretsManagerOptions,
  deadline: Deadline,
  runtime: Runtime = platformRuntime,
): SecretsSource {
  const call = secretsManagerCalls(region, deadline, runtime);
  return { read, namesWithPrefix };

  async function read(id: string, versionId?: string): Promise<SecretVersion> {
    const which =
      versionId === undefined
        ? { ...(versionStage === undefined ? {} : { VersionStage: versionStage }) }
        : { VersionId: versionId };
    const answer = await call(
      { id, action: "GetSecretValue", wording: readWording(id, versionStage) },
      (client, { GetSecretValueCommand }, until) =>
        client.send(new GetSecretValueCommand({ SecretId: id, ...which }), until),
    );
    const { ARN: arn, Name: name, VersionId: found, CreatedDate: createdAt } = answer;
    const value = answer.SecretString ?? answer.SecretBinary;
    if (!arn || !name || !found || !createdAt || value === undefined) {
      throw new SenderError("secret_unreadable", `Secret "${id}" has no value. Put one into it first.`);
    }
    return {
      arn,
      name,
      versionId: found,
      versionCreatedAt: Math.floor(createdAt.getTime() / 1_000),
      value: new Concealed(value),
    };
  }

  /** The name filter matches words as well as beginnings, so the answer is filtered once more. */
  async function namesWithPrefix(prefix: string, limit: number): Promise<readonly string[]> {
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await call(
        { action: "ListSecrets", resource: "*, which prefix* needs" },
        (client, { ListSecretsCommand }, until) =>
          client.send(
            new ListSecretsCommand({
              Filters: [{ Key: "name", Values: [prefix] }],
              MaxResults: 100,
              ...(token === undefined ? {} : { NextToken: token }),
            }),
            until,
          ),
      );
      names.push(...(page.SecretList ?? []).flatMap(({ Name }) => (Name?.startsWith(prefix) ? [Name] : [])));
      token = page.NextToken;
    } while (token !== undefined && names.length <= limit);
    return names.slice(0, limit + 1);
  }
}

function readWording(id: string, versionStage: string | undefined): AwsWording {
  return (name, message) => {
    if (isAbout("ResourceNotFound", name) && /staging label|VersionId/i.test(message)) {
      return ["secret_unreadable", noValue(id, versionStage)];
    }
    if (isAbout("DecryptionFailure", name)) {
      return ["secret_unreadable", `Secret "${id}" cannot be decrypted. Check that its KMS key is enabled.`];
    }
    return undefined;
  };
}

function noValue(id: string, versionStage: string | undefined): Sentence {
  return versionStage === undefined
    ? `Secret "${id}" has no value. Put one into it first.`
    : (say) =>
        `No version of secret "${id}" has the label that ${say("version-stage")} names. Check ${say("version-stage")}.`;
}

/**
 * What Secrets Manager says of a secret, whatever the request. InvalidRequestException and InvalidParameterException stand for a
 * dozen things each, so the words decide; they are those of its API reference and of public reports.
 */
function secretWording(id: string): AwsWording {
  return (name, message) => {
    if (/marked for deletion|marked deleted|because it was deleted/i.test(message)) {
      return [
        "secret_unreadable",
        (say) => `Secret "${id}" is marked for deletion. Restore it, or drop it from ${say("secret-ids")}.`,
      ];
    }
    if (/from a different AWS account/i.test(message)) {
      return [
        "secret_unreadable",
        `Secret "${id}" belongs to another AWS account and is encrypted with that account's default key, which nobody else can use. Encrypt it with a KMS key of its own that admits this account.`,
      ];
    }
    if (/replica secret/i.test(message)) {
      return [
        "secret_unreadable",
        `Secret "${id}" is a replica and changes only where its primary is. Name the primary secret by its ARN, or give its region.`,
      ];
    }
    if (/managed by (?:another|an AWS) service|owning service|owned by another service/i.test(message)) {
      return [
        "rotation_unconfigured",
        `Secret "${id}" is managed by another AWS service and changes only through it. Rotate it there, and hand it over without rotating it here.`,
      ];
    }
    if (isAbout("ResourceNotFound", name) && /find the specified secret|^$|^UnknownError$/i.test(message)) {
      return [
        "secret_unknown",
        (say) =>
          `There is no secret "${id}". Check ${say("secret-ids")}, the region and the account of the AWS credentials.`,
      ];
    }
    if (/invalid name|must be a valid name/i.test(message)) {
      return [
        "secret_ids",
        (say) => `AWS does not take "${id}" as a secret's name. Check ${say("secret-ids")}.`,
      ];
    }
    return undefined;
  };
}

type Api = typeof import("./secrets-manager-api.ts");

/** One request: the client it goes through, the commands there are, and what ends it early. */
export type SecretsManagerRequest<T> = (
  client: SecretsManagerClient,
  api: Api,
  until: { readonly abortSignal: AbortSignal },
) => Promise<T>;

/** What a request is about. */
export type SecretsManagerCall = {
  /** The secret's name or ARN: an ARN is asked in its own region. */
  readonly id?: string;
  /** As the API calls it, and IAM: "GetSecretValue". */
  readonly action: string;
  /** What it is about where it is about no secret. */
  readonly resource?: string;
  /** What this request knows of refusals, beyond what every request about a secret does. */
  readonly wording?: AwsWording;
};

/**
 * Sends a request until the answer is something that trying again does not change.
 * @throws SenderError
 */
export type CallSecretsManager = <T>(
  call: SecretsManagerCall,
  request: SecretsManagerRequest<T>,
) => Promise<T>;

/**
 * Secrets Manager with the credentials the environment gives. The client is loaded with the first call.
 * @param region where names are looked up; undefined leaves it to the environment
 */
export function secretsManagerCalls(
  region: string | undefined,
  deadline: Deadline,
  runtime: Runtime,
): CallSecretsManager {
  const callAws = awsService(runtime);
  const clientFor = clientForRegion((wanted) => openClient(wanted, runtime));
  return ({ id, action, resource = `secret "${id}"`, wording }, request) =>
    callAws(
      {
        service: "Secrets Manager",
        resource,
        permission: `secretsmanager:${action}`,
        wording: (name, message) =>
          wording?.(name, message) ?? (id === undefined ? undefined : secretWording(id)(name, message)),
      },
      async (until) => {
        const api = await import("./secrets-manager-api.ts");
        return request(await clientFor(regionOfArn("secretsmanager", id) ?? region), api, until);
      },
      deadline,
    );
}

async function openClient(region: string | undefined, runtime: Runtime): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import("./secrets-manager-api.ts");
  return new SecretsManagerClient(await clientOptions(region, runtime));
}
