import type { Runtime } from "./runtime.ts";
import { type AwsCredentials, signatureHeaders } from "./sigv4.ts";

/** Somebody who may call the sender's routes. */
export type Caller = {
  readonly who: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Response>;
};

type Environment = Readonly<Record<string, string | undefined>>;
type NetworkAndClock = Pick<Runtime, "fetch" | "now">;

/**
 * A caller from what the environment offers: a workflow's OIDC token, or AWS credentials.
 * @param peopleEndpoint where people's calls go: the endpoint, or the API's own address behind CloudFront
 * @returns undefined where the environment offers neither
 */
export function callerFrom(
  environment: Environment,
  { endpoint, peopleEndpoint }: { readonly endpoint: string; readonly peopleEndpoint: string },
  runtime: NetworkAndClock,
): Caller | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = environment;
  if (url && token) return workflow(endpoint, url, token, runtime);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const region = regionOf(peopleEndpoint) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (!region) return undefined;
  const sessionToken = environment.AWS_SESSION_TOKEN || undefined;
  return person(peopleEndpoint, { accessKeyId, secretAccessKey, sessionToken }, region, runtime);
}

function workflow(
  endpoint: string,
  requestUrl: string,
  requestToken: string,
  { fetch }: NetworkAndClock,
): Caller {
  const mint = async (): Promise<string> => {
    const url = new URL(requestUrl);
    url.searchParams.set("audience", endpoint);
    const response = await fetch(url, { headers: { authorization: `Bearer ${requestToken}` } });
    if (!response.ok) throw new Error(`the runner gave no token (${response.status})`);
    const { value } = (await response.json()) as { value: string };
    return value;
  };
  return {
    who: "a workflow's token",
    call: async (method, path, body) =>
      fetch(`${endpoint}/v1/sender${path}`, {
        method,
        headers: { authorization: `Bearer ${await mint()}`, ...jsonHeaders(body) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

function person(
  endpoint: string,
  credentials: AwsCredentials,
  region: string,
  { fetch, now }: NetworkAndClock,
): Caller {
  return {
    who: "AWS credentials",
    call: async (method, path, body) => {
      const url = new URL(`${endpoint}/iam/v1/sender${path}`);
      const text = body === undefined ? "" : JSON.stringify(body);
      const scope = { region, service: "execute-api" };
      const headers = signatureHeaders({ method, url, body: text }, credentials, scope, new Date(now()));
      return fetch(url, {
        method,
        headers: { ...headers, ...jsonHeaders(body) },
        ...(body === undefined ? {} : { body: text }),
      });
    },
  };
}

function jsonHeaders(body: unknown): Record<string, string> {
  return body === undefined ? {} : { "content-type": "application/json" };
}

function regionOf(endpoint: string): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\./.exec(endpoint)?.[1];
}
