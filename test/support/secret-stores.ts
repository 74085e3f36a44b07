import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";

/** Stores of other makers as their published APIs answer, with what a test puts into them. */

export type StoreServer = { readonly url: string; readonly close: () => Promise<void> };

async function serve(
  answer: (request: Request, url: URL) => Response | Promise<Response>,
): Promise<StoreServer> {
  const server = createAdaptorServer({ fetch: (request) => answer(request, new URL(request.url)) });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        if ("closeAllConnections" in server) server.closeAllConnections();
      }),
  };
}

const bearerOf = (request: Request) => request.headers.get("authorization")?.replace(/^Bearer /, "");

/** When the versions of a test are made: each a minute after the one before. */
const FIRST_VERSION_AT = 1_795_000_000;
const timeOf = (version: number) => new Date((FIRST_VERSION_AT + version * 60) * 1_000);

/**
 * HashiCorp Vault with a JWT login whose role is `rotate`, KV version 2 at `secret`, and a database at `database`.
 * @see https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2
 */
export async function startVault(tokensOf: (audience: string) => Promise<string>) {
  const versions = new Map<string, (Readonly<Record<string, unknown>> | "deleted")[]>();
  let sealed = false;
  let leases = 0;
  const errors = (status: number, ...said: readonly string[]) => Response.json({ errors: said }, { status });
  const server = await serve(async (request, { pathname, origin }) => {
    if (sealed) return errors(503, "Vault is sealed");
    if (pathname === "/v1/auth/jwt/login") {
      const { role, jwt } = (await request.json()) as { readonly role: string; readonly jwt: string };
      const isKnown = role === "rotate" && jwt === (await tokensOf(origin));
      return isKnown
        ? Response.json({ auth: { client_token: "hvs.canary-vault-token" } })
        : errors(400, 'role "other" could not be found');
    }
    if (request.headers.get("x-vault-token") !== "hvs.canary-vault-token")
      return errors(403, "permission denied");
    if (pathname.startsWith("/v1/database/creds/")) {
      leases += 1;
      const data = { username: `v-${leases}`, password: `canary-lease-${leases}` };
      return Response.json({ lease_id: `database/creds/${leases}`, lease_duration: 3_600, data });
    }
    const name = pathname.replace("/v1/secret/data/", "");
    const found = versions.get(name);
    if (!found) return errors(404);
    const data = found.at(-1);
    const metadata = {
      ...{ created_time: timeOf(found.length).toISOString(), version: found.length, destroyed: false },
      deletion_time: data === "deleted" ? "2026-11-26T19:14:27.6Z" : "",
    };
    if (data === "deleted") return Response.json({ data: { data: null, metadata } }, { status: 404 });
    return Response.json({ lease_id: "", lease_duration: 0, data: { data, metadata } });
  });
  return {
    ...server,
    put: (name: string, data: Readonly<Record<string, unknown>> | "deleted") =>
      versions.set(name, [...(versions.get(name) ?? []), data]),
    seal: (to: boolean) => {
      sealed = to;
    },
  };
}

/**
 * Google Secret Manager, its token service, and a service account that may be impersonated.
 * @see https://cloud.google.com/secret-manager/docs/reference/rest
 */
export async function startGoogle(subjectToken: string) {
  const versions = new Map<string, (string | "DISABLED")[]>();
  const error = (code: number, message: string) =>
    Response.json({ error: { code, message } }, { status: code });
  const server = await serve(async (request, { pathname }) => {
    if (pathname === "/sts") {
      const form = new URLSearchParams(await request.text());
      return form.get("subject_token") === subjectToken
        ? Response.json({ access_token: "canary-federated" })
        : Response.json(
            { error: "invalid_grant", error_description: "The audience does not match." },
            { status: 400 },
          );
    }
    if (pathname === "/account:generateAccessToken") {
      return bearerOf(request) === "canary-federated"
        ? Response.json({ accessToken: "canary-google-token" })
        : error(403, "Permission 'iam.serviceAccounts.getAccessToken' denied");
    }
    if (pathname === "/subject") return Response.json({ value: subjectToken });
    if (bearerOf(request) !== "canary-google-token") return error(403, "Permission denied on resource");
    const [, name = "", wanted = "", access] = /^\/v1\/(.+)\/versions\/(\w+)(:access)?$/.exec(pathname) ?? [];
    const found = versions.get(name);
    const number = wanted === "latest" ? (found?.length ?? 0) : Number(wanted);
    const value = found?.[number - 1];
    if (value === undefined) return error(404, `Secret [${name}] not found or has no versions.`);
    const resource = `${name.replace("projects/acme", "projects/1234")}/versions/${number}`;
    if (!access)
      return Response.json({ name: resource, createTime: timeOf(number).toISOString(), state: "ENABLED" });
    if (value === "DISABLED") return error(400, `Secret Version [${resource}] is in DISABLED state.`);
    return Response.json({ name: resource, payload: { data: Buffer.from(value).toString("base64") } });
  });
  return {
    ...server,
    put: (name: string, value: string) => versions.set(name, [...(versions.get(name) ?? []), value]),
    /** The file that google-github-actions/auth writes. */
    credentials: JSON.stringify({
      type: "external_account",
      audience:
        "//iam.googleapis.com/projects/1234/locations/global/workloadIdentityPools/github/providers/acme",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: `${server.url}/sts`,
      service_account_impersonation_url: `${server.url}/account:generateAccessToken`,
      credential_source: {
        url: `${server.url}/subject`,
        headers: { Authorization: "Bearer runner" },
        format: { type: "json", subject_token_field_name: "value" },
      },
    }),
  };
}

/**
 * Azure Key Vault, and Entra ID for workload identity.
 * @see https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
 */
export async function startAzure(assertion: string) {
  const versions = new Map<string, (string | "disabled")[]>();
  const error = (status: number, code: string, message: string) =>
    Response.json({ error: { code: "Forbidden", message, innererror: { code } } }, { status });
  const server = await serve(async (request, { pathname, searchParams }) => {
    if (pathname === "/tenant/oauth2/v2.0/token") {
      const form = new URLSearchParams(await request.text());
      return form.get("client_assertion") === assertion &&
        form.get("scope") === "https://vault.azure.net/.default"
        ? Response.json({ access_token: "canary-azure-token" })
        : Response.json(
            { error_description: "AADSTS700213: No matching federated identity record" },
            { status: 401 },
          );
    }
    if (searchParams.get("api-version") === null)
      return error(400, "BadParameter", "api-version must be given");
    if (bearerOf(request) !== "canary-azure-token")
      return error(403, "ForbiddenByRbac", "Caller is not authorized");
    const [, name = ""] = /^\/secrets\/([\w-]+)/.exec(pathname) ?? [];
    const found = versions.get(name);
    const value = found?.at(-1);
    if (!found || value === undefined)
      return Response.json(
        { error: { code: "SecretNotFound", message: `A secret with name ${name} was not found` } },
        { status: 404 },
      );
    if (value === "disabled")
      return error(403, "SecretDisabled", "Operation get is not allowed on a disabled secret.");
    const version = String(found.length).padStart(32, "0");
    return Response.json({
      value,
      id: `https://acme.vault.azure.net/secrets/${name}/${version}`,
      attributes: { enabled: true, created: timeOf(found.length).getTime() / 1_000 },
    });
  });
  return {
    ...server,
    put: (name: string, value: string) => versions.set(name, [...(versions.get(name) ?? []), value]),
  };
}

const VAULT_ID = "v".repeat(26);
const ITEM_ID = "i".repeat(26);

/**
 * A 1Password Connect server with the vault `Infra` and the item `Orders DB`.
 * @see https://developer.1password.com/docs/connect/api-reference
 */
export async function startConnect() {
  let version = 1;
  let password = "canary-op-1";
  const more: object[] = [];
  const server = await serve((request, { pathname, searchParams }) => {
    if (bearerOf(request) !== "canary-connect-token")
      return Response.json({ status: 401, message: "Invalid token signature" }, { status: 401 });
    const filter = searchParams.get("filter");
    if (pathname === "/v1/vaults")
      return Response.json(filter === 'name eq "Infra"' ? [{ id: VAULT_ID, name: "Infra" }] : []);
    if (pathname === `/v1/vaults/${VAULT_ID}/items`) {
      return Response.json(filter === 'title eq "Orders DB"' ? [{ id: ITEM_ID, title: "Orders DB" }] : []);
    }
    if (pathname !== `/v1/vaults/${VAULT_ID}/items/${ITEM_ID}`)
      return Response.json({ status: 404, message: "not found" }, { status: 404 });
    return Response.json({
      ...{ id: ITEM_ID, title: "Orders DB", version, updatedAt: timeOf(version).toISOString() },
      fields: [
        { id: "username", label: "username", value: "app" },
        { id: "password", label: "password", value: password, type: "CONCEALED" },
        { id: "hosted", label: "host", value: `host of ${password}`, type: "CONCEALED" },
        { id: "notesPlain", label: "notesPlain" },
        ...more,
      ],
    });
  });
  return {
    ...server,
    save: (value: string, ...fields: readonly object[]) => {
      version += 1;
      password = value;
      more.splice(0, more.length, ...fields);
    },
  };
}

/**
 * The part of GitHub's API that makes installation tokens, for an app that is installed in acme.
 * @see https://docs.github.com/rest/apps/apps
 */
export async function startGitHubApps(isAppJwt: (jwt: string) => Promise<boolean>, now: () => number) {
  let made = 0;
  return serve(async (request, { pathname }) => {
    if (!(await isAppJwt(bearerOf(request) ?? ""))) {
      return Response.json({ message: "A JSON web token could not be decoded" }, { status: 401 });
    }
    if (pathname === "/repos/acme/orders/installation") return Response.json({ id: 99 });
    if (pathname !== "/app/installations/99/access_tokens")
      return Response.json({ message: "Not Found" }, { status: 404 });
    const { repositories, permissions } = (await request.json()) as {
      readonly repositories: readonly string[];
      readonly permissions: Readonly<Record<string, string>>;
    };
    if (permissions.administration) {
      return Response.json(
        { message: "The permissions requested are not granted to this installation." },
        { status: 422 },
      );
    }
    made += 1;
    const expires_at = new Date((now() + 3_600) * 1_000).toISOString();
    return Response.json(
      { token: `ghs_canary${made}`, expires_at, permissions, repositories },
      { status: 201 },
    );
  });
}

/**
 * Parameters of AWS Systems Manager, each in one region.
 * @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
 */
export async function startParameters() {
  const found = new Map<string, { readonly value: string; readonly version: number }>();
  const refusal = (type: string, message = type) => Response.json({ __type: type, message }, { status: 400 });
  const server = await serve(async (request) => {
    const region = request.headers.get("authorization")?.split("/")[2];
    const { Name = "", Path } = (await request.json()) as { readonly Name?: string; readonly Path?: string };
    const parameterOf = (name: string) => {
      const one = found.get(`${region} ${name}`);
      return one
        ? {
            ...{ Name: name, ARN: `arn:aws:ssm:${region}:111122223333:parameter${name}`, Value: one.value },
            ...{ Version: one.version, LastModifiedDate: FIRST_VERSION_AT + one.version * 60 },
          }
        : undefined;
    };
    if (Path !== undefined) {
      const names = [...found.keys()].map((key) => key.split(" ")[1] ?? "");
      const Parameters = names.flatMap((name) =>
        name.startsWith(`${Path}/`) ? (parameterOf(name) ?? []) : [],
      );
      return Response.json({ Parameters });
    }
    if (Name === "/denied")
      return refusal("AccessDeniedException", "User is not authorized to perform: ssm:GetParameter");
    const Parameter = parameterOf(Name.replace(/^arn:.*:parameter/, ""));
    return Parameter ? Response.json({ Parameter }) : refusal("ParameterNotFound");
  });
  return {
    ...server,
    put: (region: string, name: string, value: string) => {
      const version = (found.get(`${region} ${name}`)?.version ?? 0) + 1;
      found.set(`${region} ${name}`, { value, version });
    },
  };
}
