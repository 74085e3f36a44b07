import { isLoopback } from "@secret-handoff/protocol";
import { Concealed, redact } from "../../redact.ts";
import { unixSeconds } from "../../runtime/runtime.ts";
import { SenderError } from "../../sender-error.ts";
import { jsonMembers } from "../json.ts";
import type { SecretVersion } from "../secret-version.ts";
import {
  askStore,
  memberOf,
  type StoreAnswer,
  type StoreContext,
  secondsOf,
  textOf,
  unixTime,
  versionNumber,
} from "./store-http.ts";

/** Where Vault is and how to log in. */
export type VaultOptions = {
  /** Origin, for example https://vault.example.com:8200. Default is VAULT_ADDR. */
  readonly url?: string | undefined;
  /** Default is VAULT_NAMESPACE; `admin` on HCP Vault. */
  readonly namespace?: string | undefined;
  /** The role of the JWT login with the job's OIDC token; without it VAULT_TOKEN is used, or what `vault login` left. */
  readonly role?: string | undefined;
  /** Where the JWT method is mounted; `jwt` where left out. */
  readonly authPath?: string | undefined;
  /** Audience of the OIDC token; the url where left out. */
  readonly audience?: string | undefined;
};

/** One path of Vault's API. */
export type VaultSecret = {
  /** As in the API, for example secret/data/prod/orders or database/creds/readonly. */
  readonly path: string;
  /** Of a KV secret; the newest where left out. */
  readonly version?: number | undefined;
};

/**
 * Reads from HashiCorp Vault: KV version 2, whose versions are numbered, and dynamic credentials, which end with their lease.
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2, https://developer.hashicorp.com/vault/api-docs/auth/jwt
 * @param execution names this execution: dynamic credentials are made anew for each
 */
export function vaultStore(options: VaultOptions, execution: string, context: StoreContext) {
  const { env } = context;
  const url = (options.url ?? env.VAULT_ADDR ?? "").replace(/\/+$/, "");
  const namespace = options.namespace ?? env.VAULT_NAMESPACE ?? "";
  const headers = {
    "x-vault-request": "true",
    ...(namespace === "" ? {} : { "x-vault-namespace": namespace }),
  };
  const ask = (path: string, more: { readonly token?: string; readonly body?: string } = {}) =>
    askStore(
      {
        ...{ store: "Vault", url: `${url}/v1/${path}`, address: (say) => say("vault-url") },
        headers: { ...headers, ...(more.token === undefined ? {} : { "x-vault-token": more.token }) },
        ...(more.body === undefined ? {} : { method: "POST", body: more.body }),
      },
      context,
    );
  let loggedIn: Promise<string> | undefined;

  return async ({ path, version }: VaultSecret): Promise<SecretVersion> => {
    checkUrl(url);
    loggedIn ??= logIn();
    const query = version === undefined ? "" : `?version=${version}`;
    const token = await loggedIn;
    const answer = await ask(`${path.split("/").map(encodeURIComponent).join("/")}${query}`, { token });
    if (answer.status !== 200) throw refusal(answer, path);
    return versionOf(answer, { path, place: `${new URL(url).host}/${namespace}`, execution }, context);
  };

  async function logIn(): Promise<string> {
    const { role, authPath = "jwt", audience = url } = options;
    if (role === undefined) {
      const given = env.VAULT_TOKEN || tokenOfVaultLogin(context);
      if (given) {
        context.onToken(given);
        return given;
      }
      throw new SenderError("store_login", (say) => `There is no login to Vault. ${say("vault-login")}.`);
    }
    const jwt = await context.idToken(audience);
    const { status, json } = await ask(`auth/${authPath}/login`, { body: JSON.stringify({ role, jwt }) });
    if (status === 503) throw sealed();
    const token = textOf(json, "auth", "client_token");
    if (status !== 200 || token === undefined) {
      throw new SenderError(
        "store_login",
        (say) =>
          `Vault refused the login as role "${role}" at auth/${authPath} (${status}${saidBy(json)}). Check ${say("vault-role")}, ${say("vault-auth-path")} and ${say("vault-audience")}, and the role's bound claims.`,
      );
    }
    context.onToken(token);
    return token;
  }
}

/** Where `vault login` leaves its token. https://developer.hashicorp.com/vault/docs/commands/token-helper */
function tokenOfVaultLogin({ env, readFile }: StoreContext): string | undefined {
  if (!env.HOME) return undefined;
  try {
    return readFile(`${env.HOME}/.vault-token`).trim();
  } catch {
    // Nobody has logged in on this machine, which is said where nothing else gives a token.
    return undefined;
  }
}

function checkUrl(url: string): void {
  if (url === "")
    throw new SenderError(
      "input",
      (say) => `Secrets of Vault need ${say("vault-url")}, or VAULT_ADDR in the environment.`,
    );
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.origin === url && (parsed.protocol === "https:" || isLoopback(parsed.hostname))) return;
  throw new SenderError(
    "input",
    (say) =>
      `${say("vault-url")} must be an https address without a path, like https://vault.example.com:8200.`,
  );
}

/** What Vault says is wrong, for a sentence; it can quote a path and never a value. */
function saidBy(json: unknown): string {
  const errors = memberOf(json, "errors");
  const said = Array.isArray(errors) ? errors.filter((one) => typeof one === "string").join("; ") : "";
  return said === "" ? "" : `: ${redact(said)}`;
}

function sealed(): SenderError {
  return new SenderError(
    "store_unavailable",
    "Vault is sealed. Ask whoever runs it to unseal it, then run again.",
  );
}

function refusal({ status, json }: StoreAnswer, path: string): SenderError {
  const fail = (code: ConstructorParameters<typeof SenderError>[0], sentence: string) =>
    new SenderError(code, sentence);
  if (status === 503) return sealed();
  if (status === 404 && memberOf(json, "data", "metadata") !== undefined) {
    const [deleted] = /^\d{4}-\d\d-\d\d/.exec(textOf(json, "data", "metadata", "deletion_time") ?? "") ?? [];
    const how = memberOf(json, "data", "metadata", "destroyed") === true ? "destroyed" : "deleted";
    return fail(
      "secret_unreadable",
      `The version of "${path}" in Vault was ${how}${deleted === undefined ? "" : ` on ${deleted}`}. Write a new version, or restore it.`,
    );
  }
  if (status === 404) {
    return fail(
      "secret_unknown",
      `Vault has nothing at "${path}". Write the path as the API has it: for KV version 2, MOUNT/data/NAME.`,
    );
  }
  if (status === 403) {
    return fail(
      "access_denied",
      `Vault does not allow this login to read "${path}"${saidBy(json)}. Give its policy the capability read on that path.`,
    );
  }
  return fail("store_refused", `Vault answered ${status} for "${path}"${saidBy(json)}.`);
}

type Read = { readonly path: string; readonly place: string; readonly execution: string };

function versionOf(
  { text, json }: StoreAnswer,
  { path, place, execution }: Read,
  { runtime }: StoreContext,
): SecretVersion {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const arn = `vault:${place}/${path}`;
  const now = unixSeconds(runtime);
  const number = versionNumber(memberOf(json, "data", "metadata", "version"));
  const created = textOf(json, "data", "metadata", "created_time");
  const createdAt = secondsOf(created);
  if (number !== undefined && createdAt !== undefined) {
    const value = writtenAt(text, "data", "data");
    if (value === undefined || value === "null") {
      throw new SenderError("secret_unreadable", `"${path}" in Vault has no values. Write a version first.`);
    }
    const versionId = `${number}@${created?.slice(0, 23)}`;
    return { arn, name, versionId, versionCreatedAt: createdAt, inFields: true, value: new Concealed(value) };
  }
  const lease = memberOf(json, "lease_duration");
  const leaseId = textOf(json, "lease_id");
  const value = writtenAt(text, "data");
  const endsAt = typeof lease === "number" && lease > 0 ? unixTime(now + lease) : undefined;
  if (leaseId !== undefined && endsAt !== undefined && value !== undefined) {
    const made = { versionId: execution, versionCreatedAt: now, endsAt };
    return { arn: `${arn}:${execution}`, name, ...made, inFields: true, value: new Concealed(value) };
  }
  throw new SenderError(
    "secret_unreadable",
    (say) =>
      `"${path}" in Vault has neither a version nor a lease, so nobody could tell whether it was handed over before. Use a mount of KV version 2, whose path is MOUNT/data/NAME, or hand the value over by ${say("values-file")}.`,
  );
}

/** A member of the answer as it is written: numbers keep their spelling. */
function writtenAt(text: string, ...path: readonly string[]): string | undefined {
  return path.reduce<string | undefined>((within, name) => {
    // The last of several of one name, as JSON.parse has it.
    const member = jsonMembers(within ?? "")?.findLast(({ key }) => key === name);
    return member && within?.slice(member.start, member.end);
  }, text);
}
