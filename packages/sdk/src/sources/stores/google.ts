import { Concealed, redact } from "../../redact.ts";
import { unixSeconds } from "../../runtime/runtime.ts";
import { SenderError } from "../../sender-error.ts";
import type { SecretVersion } from "../secret-version.ts";
import { askStore, memberOf, type StoreAnswer, type StoreContext, secondsOf, textOf } from "./store-http.ts";

/** One secret of Google Secret Manager. */
export type GoogleSecret = {
  /** `projects/P/secrets/S`, or `projects/P/locations/L/secrets/S` of a region. */
  readonly name: string;
  /** A number or an alias; the newest where left out. */
  readonly version?: string | undefined;
};

const STORE = "Google Secret Manager";
const SCOPE = "https://www.googleapis.com/auth/cloud-platform";

/**
 * Reads from Google Secret Manager with the credentials that google-github-actions/auth leaves in GOOGLE_APPLICATION_CREDENTIALS
 * (workload identity federation, with or without a service account, or a service account's key), or with the login of gcloud.
 * https://cloud.google.com/secret-manager/docs/reference/rest, https://google.aip.dev/auth/4117
 */
export function googleStore(context: StoreContext) {
  let loggedIn: Promise<string> | undefined;
  return async ({ name, version = "latest" }: GoogleSecret): Promise<SecretVersion> => {
    loggedIn ??= accessToken(context);
    const headers = { authorization: `Bearer ${await loggedIn}` };
    const get = (path: string) =>
      askStore(
        {
          ...{ store: STORE, address: "the network", headers },
          url: `${originOf(name, context)}/v1/${path}`,
        },
        context,
      );
    const access = await get(`${name}/versions/${version}:access`);
    if (access.status !== 200) throw refusal(access, name, version);
    const resource = textOf(access.json, "name");
    const data = memberOf(access.json, "payload", "data");
    const number = /\/versions\/(\d+)$/.exec(resource ?? "")?.[1];
    if (resource === undefined || number === undefined || typeof data !== "string") {
      throw new SenderError("secret_unreadable", `"${name}" in ${STORE} has no value.`);
    }
    // The number is asked for by itself: by now, the newest may be another.
    const about = await get(`${name}/versions/${number}`);
    if (about.status !== 200) throw refusal(about, name, number);
    const createTime = textOf(about.json, "createTime");
    const createdAt = secondsOf(createTime);
    if (createdAt === undefined)
      throw new SenderError("secret_unreadable", `${STORE} does not say how old "${name}" is.`);
    const bytes = Buffer.from(data, "base64");
    return {
      // The resource that answered has the project's number: an id and a number name the same secret.
      arn: `google:${resource.slice(0, resource.lastIndexOf("/versions/"))}`,
      name: name.slice(name.lastIndexOf("/") + 1),
      versionId: number,
      versionCreatedAt: createdAt,
      value: new Concealed(textIn(bytes) ?? new Uint8Array(bytes)),
    };
  };
}

function textIn(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** GOOGLE_SECRET_MANAGER_ENDPOINT is for private endpoints and tests. */
function originOf(name: string, { env }: StoreContext): string {
  const location = /^projects\/[^/]+\/locations\/([a-z0-9-]+)\//.exec(name)?.[1];
  const host = location === undefined ? "secretmanager" : `secretmanager.${location}.rep`;
  return env.GOOGLE_SECRET_MANAGER_ENDPOINT ?? `https://${host}.googleapis.com`;
}

function refusal({ status, json }: StoreAnswer, name: string, version: string): SenderError {
  const said = textOf(json, "error", "message");
  const quoted = said === undefined ? "" : ` (Google says: ${redact(said)})`;
  const state = /\bin (DISABLED|DESTROYED) state\b/.exec(said ?? "")?.[1]?.toLowerCase();
  if (status === 404) {
    return new SenderError(
      "secret_unknown",
      `${STORE} has no version ${version} of "${name}". Check the project and the name${quoted}.`,
    );
  }
  if (state !== undefined) {
    return new SenderError(
      "secret_unreadable",
      `Version ${version} of "${name}" in ${STORE} is ${state}. Add or enable a version.`,
    );
  }
  if (status === 401 || status === 403) {
    return new SenderError(
      "access_denied",
      `${STORE} does not allow this login to read "${name}"${quoted}. Give it the roles Secret Manager Secret Accessor and Secret Manager Viewer on the secret.`,
    );
  }
  return new SenderError("store_refused", `${STORE} answered ${status} for "${name}"${quoted}.`);
}

async function accessToken(context: StoreContext): Promise<string> {
  const { GOOGLE_APPLICATION_CREDENTIALS: path, CLOUDSDK_AUTH_ACCESS_TOKEN: given } = context.env;
  if (given) {
    context.onToken(given);
    return given;
  }
  if (!path) return gcloudToken(context);
  const file = credentialsIn(path, context);
  const type = textOf(file, "type");
  const token =
    type === "external_account"
      ? await federatedToken(file, context)
      : type === "service_account"
        ? await keyToken(file, context)
        : undefined;
  if (token === undefined)
    throw noLogin(`its credentials are of the type ${type ?? "unknown"}, which is not supported`);
  context.onToken(token);
  return token;
}

/** The login of the gcloud program, as a person has it. */
async function gcloudToken(context: StoreContext): Promise<string> {
  let token: string;
  try {
    token = (await context.run("gcloud", ["auth", "print-access-token"])).trim();
  } catch (cause) {
    if (cause instanceof SenderError) throw cause;
    throw noLogin(
      "GOOGLE_APPLICATION_CREDENTIALS is not set, and the gcloud program is missing or not logged in",
      cause,
    );
  }
  if (token === "") throw noLogin("the gcloud program gave no token");
  context.onToken(token);
  return token;
}

function noLogin(why: string, cause?: unknown): SenderError {
  return new SenderError(
    "store_login",
    (say) => `There is no login to Google Cloud: ${why}. ${say("google-login")}.`,
    { cause },
  );
}

function credentialsIn(path: string, { readFile }: StoreContext): unknown {
  let text: string;
  try {
    text = readFile(path);
  } catch (cause) {
    throw noLogin("the file of GOOGLE_APPLICATION_CREDENTIALS cannot be read", cause);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw noLogin("the file of GOOGLE_APPLICATION_CREDENTIALS is not JSON");
  }
}

/** Workload identity federation (AIP-4117): the job's token for Google's, and that for a service account's where one is named. */
async function federatedToken(file: unknown, context: StoreContext): Promise<string> {
  const subjectToken = await subjectTokenOf(memberOf(file, "credential_source"), context);
  const exchanged = await exchange(
    textOf(file, "token_url") ?? "https://sts.googleapis.com/v1/token",
    new URLSearchParams({
      grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
      audience: textOf(file, "audience") ?? "",
      scope: SCOPE,
      requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
      subject_token_type: textOf(file, "subject_token_type") ?? "urn:ietf:params:oauth:token-type:jwt",
      subject_token: subjectToken,
    }),
    context,
  );
  const impersonate = textOf(file, "service_account_impersonation_url");
  if (impersonate === undefined) return exchanged;
  context.onToken(exchanged);
  const answer = await askStore(
    {
      ...{ store: "Google IAM", url: impersonate, address: "GOOGLE_APPLICATION_CREDENTIALS", method: "POST" },
      headers: { authorization: `Bearer ${exchanged}`, "content-type": "application/json" },
      body: JSON.stringify({ scope: [SCOPE] }),
    },
    context,
  );
  return tokenIn(answer, "accessToken", "the service account may not be used by this login");
}

async function subjectTokenOf(source: unknown, context: StoreContext): Promise<string> {
  const field = textOf(source, "format", "subject_token_field_name");
  const pick = (text: string, json: unknown) => (field === undefined ? text.trim() : textOf(json, field));
  const path = textOf(source, "file");
  const url = textOf(source, "url");
  let token: string | undefined;
  if (path !== undefined) {
    const text = context.readFile(path);
    token = pick(text, field === undefined ? undefined : JSON.parse(text));
  } else if (url !== undefined) {
    const headers = Object.fromEntries(
      Object.entries(memberOf(source, "headers") ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const address = "GOOGLE_APPLICATION_CREDENTIALS";
    const answer = await askStore({ store: "The job's token issuer", url, address, headers }, context);
    token = answer.status === 200 ? pick(answer.text, answer.json) : undefined;
  }
  if (token === undefined)
    throw noLogin("the job's OIDC token could not be had. Add id-token: write to its permissions");
  context.onToken(token);
  return token;
}

/** A service account's key (RFC 7523). */
async function keyToken(file: unknown, context: StoreContext): Promise<string> {
  const [{ SignJWT }, { createPrivateKey }] = await Promise.all([import("jose"), import("node:crypto")]);
  const [email, key] = [textOf(file, "client_email"), textOf(file, "private_key")];
  const url = textOf(file, "token_uri") ?? "https://oauth2.googleapis.com/token";
  if (email === undefined || key === undefined) throw noLogin("the service account's key is not whole");
  let privateKey: ReturnType<typeof createPrivateKey>;
  try {
    privateKey = createPrivateKey(key);
  } catch {
    // No cause: OpenSSL's error could quote the key.
    throw noLogin("the service account's key is not a private key");
  }
  const now = unixSeconds(context.runtime);
  const assertion = await new SignJWT({ scope: SCOPE })
    .setProtectedHeader({ alg: "RS256", typ: "JWT" })
    .setIssuer(email)
    .setAudience(url)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .sign(privateKey);
  const grant_type = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  return exchange(url, new URLSearchParams({ grant_type, assertion }), context);
}

async function exchange(url: string, body: URLSearchParams, context: StoreContext): Promise<string> {
  const address = "GOOGLE_APPLICATION_CREDENTIALS";
  const answer = await askStore(
    { store: "Google's token service", url, address, method: "POST", body },
    context,
  );
  return tokenIn(answer, "access_token", "the workload identity provider does not accept this login");
}

function tokenIn({ status, json }: StoreAnswer, member: string, why: string): string {
  const token = textOf(json, member);
  if (status === 200 && token !== undefined) return token;
  const said = textOf(json, "error_description") ?? textOf(json, "error", "message");
  throw noLogin(`${why} (${status}${said === undefined ? "" : `: ${redact(said)}`})`);
}
