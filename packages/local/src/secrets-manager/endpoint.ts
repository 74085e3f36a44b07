import { randomUUID } from "node:crypto";
import type { Clock } from "@secret-handoff/lambda";
import { serveLoopback } from "../loopback.ts";
import {
  batchGetSecretValue,
  createSecret,
  describeSecret,
  getSecretValue,
  listSecrets,
  listSecretVersionIds,
  putSecretValue,
  rotateSecret,
  updateSecretVersionStage,
} from "./operations.ts";
import { AwsException, type Request as Input, throttled } from "./request.ts";
import { randomPassword } from "./rotation.ts";
import { LocalSecrets } from "./secrets.ts";

/** One request that arrived, for tests that count. */
export type SecretsManagerRequest = { readonly operation: string; readonly secretId: string | undefined };

export type SecretsManagerOptions = {
  readonly clock?: Clock;
  /** Called with each request before it is answered. */
  readonly onRequest?: (request: SecretsManagerRequest) => void;
};

export type SecretsManagerEndpoint = {
  /** For AWS_ENDPOINT_URL_SECRETS_MANAGER. */
  readonly url: string;
  readonly secrets: LocalSecrets;
  readonly requests: readonly SecretsManagerRequest[];
  readonly close: () => Promise<void>;
};

const CONTENT_TYPE = "application/x-amz-json-1.1";

/** AWS Secrets Manager over AWS JSON 1.1, as the real SDK speaks it. https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html */
export async function startSecretsManager({
  clock,
  onRequest = () => {},
}: SecretsManagerOptions = {}): Promise<SecretsManagerEndpoint> {
  const secrets = new LocalSecrets(clock);
  const requests: SecretsManagerRequest[] = [];
  const { url, close } = await serveLoopback(async (received) => {
    try {
      const { operation, input } = await read(received);
      const request = { operation, secretId: input.SecretId };
      requests.push(request);
      onRequest(request);
      if (secrets.takeThrottled()) throw throttled();
      secrets.permit(operation, input.SecretId ?? input.Name ?? "*");
      return reply(200, OPERATIONS.get(operation)?.(input, secrets) ?? {});
    } catch (error) {
      if (!(error instanceof AwsException)) throw error;
      return reply(error.status, { __type: error.name, Message: error.message });
    }
  });
  return { url, secrets, requests, close };
}

async function read(request: Request): Promise<{ readonly operation: string; readonly input: Input }> {
  const { headers } = request;
  const [, operation = ""] = /^secretsmanager\.(\w+)$/.exec(headers.get("x-amz-target") ?? "") ?? [];
  if (
    request.method !== "POST" ||
    headers.get("content-type") !== CONTENT_TYPE ||
    !OPERATIONS.has(operation)
  ) {
    throw new AwsException("UnknownOperationException", "The local stack does not know this operation.");
  }
  if (!/^AWS4-HMAC-SHA256 .*\/secretsmanager\/aws4_request/.test(headers.get("authorization") ?? "")) {
    throw new AwsException("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  try {
    return { operation, input: (await request.json()) as Input };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AwsException("SerializationException", "The request is not JSON.");
  }
}

function reply(status: number, body: object): Response {
  const headers = { "content-type": CONTENT_TYPE, "x-amzn-requestid": randomUUID() };
  return new Response(JSON.stringify(body), { status, headers });
}

/** Takes a request, gives the answer's body. @throws AwsException */
type Operation = (request: Input, secrets: LocalSecrets) => object;

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["GetSecretValue", getSecretValue],
  ["BatchGetSecretValue", batchGetSecretValue],
  ["DescribeSecret", describeSecret],
  ["ListSecrets", listSecrets],
  ["ListSecretVersionIds", listSecretVersionIds],
  ["CreateSecret", createSecret],
  ["PutSecretValue", putSecretValue],
  ["UpdateSecretVersionStage", updateSecretVersionStage],
  ["RotateSecret", rotateSecret],
  ["GetRandomPassword", (request) => ({ RandomPassword: randomPassword(request) })],
]);
