import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type AwsWording, awsFailure } from "./aws-failures.ts";
import { Concealed } from "./concealed.ts";
import type { Lifetime } from "./lifetime.ts";
import { retry } from "./retry.ts";
import type { Runtime } from "./runtime.ts";
import type { SecretsSource, SecretVersion } from "./secret-version.ts";
import { SenderError } from "./sender-error.ts";

const SERVICE = "Secrets Manager";
const ATTEMPT_MS = 10_000;
const CONNECT_MS = 3_000;

/**
 * AWS Secrets Manager, with the credentials the environment gives (secretsmanager:GetSecretValue on each secret;
 * secretsmanager:ListSecrets for a prefix). An ARN is read in its own region.
 * @param region where names are looked up; undefined leaves it to the environment
 */
export function secretsManager(
  region: string | undefined,
  lifetime: Lifetime,
  runtime: Runtime,
): SecretsSource {
  const clients = new Map<string | undefined, Promise<SecretsManagerClient>>();
  const clientFor = (wanted: string | undefined) => {
    const client = clients.get(wanted) ?? openClient(wanted);
    clients.set(wanted, client);
    return client;
  };
  const call = <T>(run: () => Promise<T>, wording: AwsWording) =>
    retry(
      async () => {
        try {
          return await run();
        } catch (error) {
          throw awsFailure(error, SERVICE, lifetime, wording);
        }
      },
      lifetime,
      runtime,
    );
  return {
    read: (id) => call(() => readCurrent(id), readWording(id)),
    namesWithPrefix: (prefix, limit) => call(() => listNames(prefix, limit), listWording),
  };

  async function readCurrent(id: string): Promise<SecretVersion> {
    const { GetSecretValueCommand } = await import("./secrets-manager-api.ts");
    const client = await clientFor(regionOfArn(id) ?? region);
    const answer = await client.send(new GetSecretValueCommand({ SecretId: id }), signalOf(lifetime));
    const { ARN: arn, Name: name, VersionId: versionId, CreatedDate: createdAt } = answer;
    const value = answer.SecretString ?? answer.SecretBinary;
    if (!arn || !name || !versionId || !createdAt || value === undefined) {
      throw new SenderError("secret_unreadable", `Secret "${id}" has no value. Put one into it first.`);
    }
    return {
      arn,
      name,
      versionId,
      versionCreatedAt: Math.floor(createdAt.getTime() / 1_000),
      value: new Concealed(value),
    };
  }

  /** The name filter matches words as well as beginnings, so the answer is filtered once more. */
  async function listNames(prefix: string, limit: number): Promise<readonly string[]> {
    const { ListSecretsCommand } = await import("./secrets-manager-api.ts");
    const client = await clientFor(region);
    const names: string[] = [];
    let token: string | undefined;
    do {
      const page = await client.send(
        new ListSecretsCommand({
          Filters: [{ Key: "name", Values: [prefix] }],
          MaxResults: 100,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
        signalOf(lifetime),
      );
      names.push(...(page.SecretList ?? []).flatMap(({ Name }) => (Name?.startsWith(prefix) ? [Name] : [])));
      token = page.NextToken;
    } while (token !== undefined && names.length <= limit);
    return names.slice(0, limit + 1);
  }
}

async function openClient(region: string | undefined): Promise<SecretsManagerClient> {
  const { SecretsManagerClient } = await import("./secrets-manager-api.ts");
  return new SecretsManagerClient({
    ...(region === undefined ? {} : { region }),
    maxAttempts: 1,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ATTEMPT_MS },
  });
}

function signalOf({ over }: Lifetime): { readonly abortSignal: AbortSignal } {
  return { abortSignal: over };
}

function regionOfArn(id: string): string | undefined {
  return /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(id)?.[1];
}

function readWording(id: string): AwsWording {
  return (name, message) => {
    switch (name) {
      case "ResourceNotFoundException":
        return /staging label/i.test(message)
          ? new SenderError("secret_unreadable", `Secret "${id}" has no value. Put one into it first.`)
          : new SenderError(
              "secret_unknown",
              `There is no secret "${id}". Check secret-ids, the region and the account of the AWS role.`,
            );
      case "AccessDeniedException":
        return /kms/i.test(message)
          ? new SenderError(
              "access_denied",
              `The AWS role may not decrypt secret "${id}". Grant it kms:Decrypt on the secret's KMS key.`,
            )
          : new SenderError(
              "access_denied",
              `The AWS role may not read secret "${id}". Grant it secretsmanager:GetSecretValue on this secret.`,
            );
      case "DecryptionFailure":
        return new SenderError(
          "secret_unreadable",
          `Secret "${id}" cannot be decrypted. Check that its KMS key is enabled.`,
        );
      case "InvalidRequestException":
        return new SenderError(
          "secret_unreadable",
          `Secret "${id}" cannot be read: it is marked for deletion. Restore it or drop it from secret-ids.`,
        );
      case "InvalidParameterException":
      case "ValidationException":
        return new SenderError(
          "secret_ids",
          `AWS does not take "${id}" as a secret's name. Check secret-ids.`,
        );
      default:
        return undefined;
    }
  };
}

const listWording: AwsWording = (name) =>
  name === "AccessDeniedException"
    ? new SenderError(
        "access_denied",
        "The AWS role may not list secrets, which prefix* needs. Grant it secretsmanager:ListSecrets on *, or name each secret.",
      )
    : undefined;
