import {
  decodeBase64url,
  deriveLinkKeys,
  deriveOpenKeys,
  encodeBase64url,
  open as openHandoff,
  parseLink,
  type Sealed,
  seal,
} from "@secret-handoff/protocol";
import {
  type ClaimResponse,
  type CredentialClass,
  createRequestOf,
  type HandoffView,
  type PolicyResponse,
} from "@secret-handoff/protocol/api";
import { Hash } from "@smithy/core/serde";
import { SignatureV4 } from "@smithy/signature-v4";
import { CheckFailed, problemIn, type Runtime } from "./check.ts";

/** Nobody is mailed: the address only has to be typed again. */
const ADDRESS = "doctor@secret-handoff.invalid";
const LIFETIME_SECONDS = 300;

/**
 * A handoff of random bytes is created, opened, acknowledged, and refused the second time, as a sender and a recipient do it.
 * @param wanted name of a class; by default the first that anybody may send to anybody: without approval, code, environment or domain
 * @throws CheckFailed
 */
export async function roundTrip(
  endpoint: string,
  caller: Caller,
  wanted: string | undefined,
  runtime: Runtime,
): Promise<string> {
  const chosen = chooseClass(
    (await json<PolicyResponse>(await caller.call("GET", "/policy"))).classes,
    wanted,
  );
  const value = encodeBase64url(runtime.random(24));
  const passphrase = chosen.passphrase === "required" ? encodeBase64url(runtime.random(18)) : undefined;
  const sealed = await seal(
    {
      origin: endpoint,
      class: chosen.name,
      expiresAt: Math.floor(runtime.now() / 1_000) + Math.min(LIFETIME_SECONDS, chosen.expiresWithin),
      items: [{ label: "doctor", fields: [{ name: "random", value, concealed: true }] }],
      header: { title: "A check of this service" },
      email: ADDRESS,
      ...(passphrase === undefined ? {} : { passphrase }),
    },
    runtime.random,
  );
  // Whatever goes wrong from here on, it expires within five minutes.
  await json<HandoffView>(
    await caller.call(
      "POST",
      "/handoffs",
      createRequestOf(sealed, chosen.reasonRequired ? { reason: "a check of the service" } : {}),
    ),
  );
  await open(endpoint, sealed, { value, passphrase }, runtime);
  const { state } = await json<HandoffView>(await caller.call("GET", `/handoffs/${sealed.id}`));
  if (state !== "delivered") throw new CheckFailed(`the handoff ended as ${state} and not as delivered`);
  return `class ${chosen.name}, with ${caller.name}`;
}

function chooseClass(classes: readonly CredentialClass[], wanted: string | undefined): CredentialClass {
  // Whether a workflow's job is in one of the environments is not to be seen from here, and a person never is in one.
  const possible = ({ approvals, verification, environments, recipientDomains }: CredentialClass) =>
    approvals.length === 0 &&
    verification !== "email-code" &&
    environments === undefined &&
    recipientDomains === undefined;
  const found = wanted === undefined ? classes.find(possible) : classes.find(({ name }) => name === wanted);
  if (!found) {
    const names = classes.map(({ name }) => name).join(", ");
    throw new CheckFailed(`no class fits (there are ${names}): name one that you may send, with --class`);
  }
  return found;
}

async function open(
  endpoint: string,
  sealed: Sealed,
  { value, passphrase }: { readonly value: string; readonly passphrase: string | undefined },
  { fetch, random }: Pick<Runtime, "fetch" | "random">,
): Promise<void> {
  const link = parseLink(sealed.link);
  const linkToken = encodeBase64url(deriveLinkKeys(link).linkToken);
  const keys = await deriveOpenKeys(link, { email: ADDRESS, passphrase });
  const post = (what: string, body: object) =>
    fetch(`${endpoint}/v1/handoffs/${link.id}/${what}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ linkToken, ...body }),
    });
  const claimId = encodeBase64url(random(16));
  const claim = { claimToken: encodeBase64url(keys.claimToken), claimId, flags: link.flags };
  const { envelope } = await json<ClaimResponse>(await post("claim", claim));
  const bundle = openHandoff(link, keys, { ...sealed, envelope: decodeBase64url(envelope) });
  if (bundle.items[0]?.fields[0]?.value !== value)
    throw new CheckFailed("what was opened is not what was sealed");
  const receipt = encodeBase64url(bundle.receipt);
  const acknowledged = await post("acknowledge", { claimId, receipt });
  if (acknowledged.status !== 204) throw new CheckFailed(`acknowledge answered ${acknowledged.status}`);
  const again = await post("claim", { ...claim, claimId: encodeBase64url(random(16)) });
  if (again.status !== 410)
    throw new CheckFailed(`a second claim answered ${again.status} and not 410: look at once`);
}

/** @throws CheckFailed with the service's own sentence, or the gateway's */
async function json<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const problem = await problemIn(response);
  const broken = (problem.broken ?? []).map(({ detail }) => detail);
  const said = [problem.detail ?? problem.message ?? "", ...broken].join(" ");
  throw new CheckFailed(`the service answered ${response.status} ${problem.code ?? ""}: ${said}`);
}

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
