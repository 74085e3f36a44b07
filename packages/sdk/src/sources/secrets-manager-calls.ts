import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { callAws, clientOptions, openedOnce } from "../aws/aws-client.ts";
import type { AwsWording } from "../aws/aws-failures.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";

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
