import { Concealed, redact } from "../../redact.ts";
import { SenderError } from "../../sender-error.ts";
import type { SecretVersion } from "../secret-version.ts";
import { askStore, memberOf, type StoreAnswer, type StoreContext, textOf, unixTime } from "./store-http.ts";

/** One secret of Azure Key Vault. */
export type AzureSecret = {
  /** The vault's name, or its host in another cloud, like name.vault.azure.cn. */
  readonly vault: string;
  readonly name: string;
  /** 32 hex digits; the newest where left out. */
  readonly version?: string | undefined;
};

const STORE = "Azure Key Vault";
const API_VERSION = "7.4";

/**
 * Reads from Azure Key Vault with the login that azure/login leaves (the Azure CLI's), or with workload identity
 * (AZURE_TENANT_ID, AZURE_CLIENT_ID, and AZURE_FEDERATED_TOKEN_FILE or the job's OIDC token).
 * https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
 */
export function azureStore(context: StoreContext) {
  const tokens = new Map<string, Promise<string>>();
  return async ({ vault, name, version }: AzureSecret): Promise<SecretVersion> => {
    const host = vault.includes(".") ? vault : `${vault}.vault.azure.net`;
    // A token is for one cloud: everything behind the vault's own name.
    const resource = `https://${host.slice(host.indexOf(".") + 1)}`;
    const token = tokens.get(resource) ?? accessToken(resource, context);
    tokens.set(resource, token);
    const origin = context.env.AZURE_KEY_VAULT_ENDPOINT ?? `https://${host}`;
    const path = version === undefined ? name : `${name}/${version}`;
    const answer = await askStore(
      {
        ...{ store: STORE, address: "the vault's name" },
        url: `${origin}/secrets/${path}?api-version=${API_VERSION}`,
        headers: { authorization: `Bearer ${await token}` },
      },
      context,
    );
    if (answer.status !== 200) throw refusal(answer, host, name);
    return versionOf(answer.json, host, name);
  };
}

function versionOf(json: unknown, host: string, name: string): SecretVersion {
  const value = memberOf(json, "value");
  const id = /\/secrets\/([^/]+)\/([0-9a-f]{32})$/.exec(textOf(json, "id") ?? "");
  const created = unixTime(memberOf(json, "attributes", "created"));
  const expires = unixTime(memberOf(json, "attributes", "exp"));
  if (typeof value !== "string" || !id?.[1] || !id[2] || created === undefined) {
    throw new SenderError("secret_unreadable", `"${name}" in ${STORE} has no value.`);
  }
  return {
    // Names do not differ by case, and the answer has them as the vault does.
    arn: `azure:${host}/secrets/${id[1].toLowerCase()}`,
    name: id[1],
    versionId: id[2],
    versionCreatedAt: created,
    ...(expires === undefined ? {} : { endsAt: expires }),
    value: new Concealed(value),
  };
}

function refusal({ status, json }: StoreAnswer, host: string, name: string): SenderError {
  const code = textOf(json, "error", "innererror", "code") ?? textOf(json, "error", "code") ?? "";
  const said = textOf(json, "error", "message");
  const quoted = said === undefined ? "" : ` (Azure says: ${redact(said)})`;
  if (/Disabled/.test(code)) {
    return new SenderError(
      "secret_unreadable",
      `"${name}" in ${host} is disabled. Enable it, or set a new version.`,
    );
  }
  if (status === 404) {
    return new SenderError(
      "secret_unknown",
      `${host} has no secret "${name}"${quoted}. Check the vault and the name.`,
    );
  }
  if (status === 401 || status === 403) {
    const network = /ForbiddenByFirewall|ForbiddenByConnection/.test(code);
    const advice = network
      ? "Allow the runner in the vault's firewall"
      : "Give it the role Key Vault Secrets User on the secret";
    return new SenderError(
      "access_denied",
      `${host} does not allow this login to read "${name}"${quoted}. ${advice}.`,
    );
  }
  return new SenderError("store_refused", `${host} answered ${status} for "${name}"${quoted}.`);
}

async function accessToken(resource: string, context: StoreContext): Promise<string> {
  const { AZURE_TENANT_ID: tenant, AZURE_CLIENT_ID: client } = context.env;
  const token =
    tenant && client
      ? await federatedToken(tenant, client, resource, context)
      : await cliToken(resource, context);
  context.onToken(token);
  return token;
}

function noLogin(why: string, cause?: unknown): SenderError {
  return new SenderError(
    "store_login",
    (say) => `There is no login to Azure: ${why}. ${say("azure-login")}.`,
    { cause },
  );
}

/** As the Azure SDK's AzureCliCredential: the token is in what the program prints. */
async function cliToken(resource: string, { run }: StoreContext): Promise<string> {
  let printed: string;
  try {
    printed = await run("az", ["account", "get-access-token", "--output", "json", "--resource", resource]);
  } catch (cause) {
    if (cause instanceof SenderError) throw cause;
    throw noLogin("the Azure CLI (az) is missing or not logged in", cause);
  }
  try {
    const token = textOf(JSON.parse(printed), "accessToken");
    if (token !== undefined) return token;
  } catch {
    // Said below; the printed text stays out of it.
  }
  throw noLogin("the Azure CLI (az) gave no token");
}

/**
 * The job's token as a client assertion (RFC 7523).
 * https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#third-case-access-token-request-with-a-federated-credential
 */
async function federatedToken(
  tenant: string,
  client: string,
  resource: string,
  context: StoreContext,
): Promise<string> {
  const { AZURE_FEDERATED_TOKEN_FILE: path, AZURE_AUTHORITY_HOST: authority } = context.env;
  const assertion = path
    ? context.readFile(path).trim()
    : await context.idToken("api://AzureADTokenExchange");
  const { status, json } = await askStore(
    {
      ...{ store: "Microsoft Entra ID", address: "AZURE_AUTHORITY_HOST", method: "POST" },
      url: `${(authority || "https://login.microsoftonline.com").replace(/\/+$/, "")}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`,
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: client,
        scope: `${resource}/.default`,
        client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        client_assertion: assertion,
      }),
    },
    context,
  );
  const token = textOf(json, "access_token");
  if (status === 200 && token !== undefined) return token;
  const said = textOf(json, "error_description");
  throw noLogin(
    `Entra ID does not accept this login (${status}${said === undefined ? "" : `: ${redact(said)}`})`,
  );
}
