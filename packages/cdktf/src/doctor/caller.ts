import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Runtime } from "./check.ts";

/** Somebody who may call the sender's routes. */
export type Caller = {
  readonly name: string;
  readonly call: (method: string, path: string, body?: unknown) => Promise<Response>;
};

type Environment = Readonly<Record<string, string | undefined>>;
type NetworkAndClock = Pick<Runtime, "fetch" | "now">;

/**
 * A caller from what the environment offers: a workflow's OIDC token, or AWS credentials.
 * @param operatorEndpoint where operators call: the endpoint, or the API's own address behind CloudFront
 * @returns undefined where the environment offers neither
 */
export function callerFrom(
  environment: Environment,
  { endpoint, operatorEndpoint }: { readonly endpoint: string; readonly operatorEndpoint: string },
  runtime: NetworkAndClock,
): Caller | undefined {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: token } = environment;
  if (url && token) return workflow(endpoint, url, token, runtime);
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = environment;
  if (!accessKeyId || !secretAccessKey) return undefined;
  const region = regionOf(operatorEndpoint) ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
  if (!region) return undefined;
  const sessionToken = environment.AWS_SESSION_TOKEN;
  return operator(
    operatorEndpoint,
    { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    region,
    runtime,
  );
}

function workflow(
  endpoint: string,
  requestUrl: string,
  requestToken: string,
  { fetch }: NetworkAndClock,
): Caller {
  const requestIdToken = async (): Promise<string> => {
    const url = new URL(requestUrl);
    url.searchParams.set("audience", endpoint);
    const response = await fetch(url, { headers: { authorization: `Bearer ${requestToken}` } });
    if (!response.ok) throw new Error(`the runner gave no token (${response.status})`);
    const { value } = (await response.json()) as { value: string };
    return value;
  };
  return {
    name: "a workflow's token",
    call: async (method, path, body) =>
      fetch(`${endpoint}/v1/sender${path}`, {
        method,
        headers: { authorization: `Bearer ${await requestIdToken()}`, ...jsonHeaders(body) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
  };
}

function operator(
  endpoint: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string; sessionToken?: string },
  region: string,
  { fetch, now }: NetworkAndClock,
): Caller {
  const signer = new SignatureV4({
    credentials,
    region,
    service: "execute-api",
    sha256: Hash.bind(null, "sha256"),
  });
  return {
    name: "AWS credentials",
    call: async (method, path, body) => {
      const url = new URL(`${endpoint}/iam/v1/sender${path}`);
      const text = body === undefined ? "" : JSON.stringify(body);
      const { headers } = await signer.sign(
        {
          method,
          protocol: url.protocol,
          hostname: url.hostname,
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          headers: { host: url.host, ...jsonHeaders(body) },
          body: text,
        },
        { signingDate: new Date(now()) },
      );
      const { host: _, ...sent } = headers;
      return fetch(url, { method, headers: sent, ...(body === undefined ? {} : { body: text }) });
    },
  };
}

function jsonHeaders(body: unknown): Record<string, string> {
  return body === undefined ? {} : { "content-type": "application/json" };
}

function regionOf(endpoint: string): string | undefined {
  return /\.execute-api\.([a-z0-9-]+)\./.exec(endpoint)?.[1];
}
