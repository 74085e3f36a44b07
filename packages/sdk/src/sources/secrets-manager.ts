import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-failures.ts";
import { Concealed } from "../concealed.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
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
  runtime: Runtime,
): SecretsSource {
  const call = secretsManagerCalls(region, deadline, runtime);
  return { read, namesWithPrefix };

  async function read(id: string, versionId?: string): Promise<SecretVersion> {
    const which =
      versionId === undefined
        ? { ...(versionStage === undefined ? {} : { VersionStage: versionStage }) }
        : { VersionId: versionId };
    const answer = await call(
      id,
      (client, { GetSecretValueCommand }, until) =>
        client.send(new GetSecretValueCommand({ SecretId: id, ...which }), until),
      readWording(id, versionStage),
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
        undefined,
        (client, { ListSecretsCommand }, until) =>
          client.send(
            new ListSecretsCommand({
              Filters: [{ Key: "name", Values: [prefix] }],
              MaxResults: 100,
              ...(token === undefined ? {} : { NextToken: token }),
            }),
            until,
          ),
        listWording,
      );
      names.push(...(page.SecretList ?? []).flatMap(({ Name }) => (Name?.startsWith(prefix) ? [Name] : [])));
      token = page.NextToken;
    } while (token !== undefined && names.length <= limit);
    return names.slice(0, limit + 1);
  }
}

function readWording(id: string, versionStage: string | undefined): AwsWording {
  return (name, message) => {
    switch (name) {
      case "ResourceNotFoundException":
        return /staging label/i.test(message)
          ? ["secret_unreadable", noValue(id, versionStage)]
          : [
              "secret_unknown",
              `There is no secret "${id}". Check secret-ids, the region and the account of the AWS role.`,
            ];
      case "AccessDeniedException":
        return /kms/i.test(message)
          ? [
              "access_denied",
              `The AWS role may not decrypt secret "${id}". Grant it kms:Decrypt on the secret's KMS key.`,
            ]
          : [
              "access_denied",
              `The AWS role may not read secret "${id}". Grant it secretsmanager:GetSecretValue on this secret.`,
            ];
      case "DecryptionFailure":
        return [
          "secret_unreadable",
          `Secret "${id}" cannot be decrypted. Check that its KMS key is enabled.`,
        ];
      case "InvalidRequestException":
        return [
          "secret_unreadable",
          `Secret "${id}" cannot be read: it is marked for deletion. Restore it or drop it from secret-ids.`,
        ];
      case "InvalidParameterException":
      case "ValidationException":
        return ["secret_ids", `AWS does not take "${id}" as a secret's name. Check secret-ids.`];
      default:
        return undefined;
    }
  };
}

function noValue(id: string, versionStage: string | undefined): string {
  return versionStage === undefined
    ? `Secret "${id}" has no value. Put one into it first.`
    : `No version of secret "${id}" has the label that version-stage names. Check version-stage.`;
}

const listWording: AwsWording = (name) =>
  name === "AccessDeniedException"
    ? [
        "access_denied",
        "The AWS role may not list secrets, which prefix* needs. Grant it secretsmanager:ListSecrets on *, or name each secret.",
      ]
    : undefined;

const SERVICE = "Secrets Manager";

type Api = typeof import("./secrets-manager-api.ts");

/** One request: the client it goes through, the commands there are, and what ends it early. */
export type SecretsManagerRequest<T> = (
  client: SecretsManagerClient,
  api: Api,
  until: { readonly abortSignal: AbortSignal },
) => Promise<T>;

/**
 * Sends a request until it is answered by something that does not pass.
 * @param id the secret's name or ARN: an ARN is asked in its own region
 * @throws SenderError in the request's own wording
 */
export type CallSecretsManager = <T>(
  id: string | undefined,
  request: SecretsManagerRequest<T>,
  wording: AwsWording,
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
  const clients = new Map<string | undefined, () => Promise<SecretsManagerClient>>();
  const clientFor = (wanted: string | undefined) => {
    const client = clients.get(wanted) ?? openedOnce(() => openClient(wanted, runtime));
    clients.set(wanted, client);
    return client();
  };
  return (id, request, wording) =>
    callAws(
      SERVICE,
      async (until) => {
        const api = await import("./secrets-manager-api.ts");
        return request(await clientFor(regionOfArn(id) ?? region), api, until);
      },
      wording,
      deadline,
      runtime,
    );
}

async function openClient(region: string | undefined, runtime: Runtime): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import("./secrets-manager-api.ts");
  return new SecretsManagerClient(clientOptions(region, runtime));
}

function regionOfArn(id: string | undefined): string | undefined {
  return /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(id ?? "")?.[1];
}
