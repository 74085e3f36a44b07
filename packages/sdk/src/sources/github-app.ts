import { numberedLines, refuseRepeated } from "../entries.ts";
import { Concealed, redact } from "../redact.ts";
import { unixSeconds } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { SecretVersion } from "./secret-version.ts";
import {
  askStore,
  memberOf,
  type StoreAnswer,
  type StoreContext,
  secondsOf,
  textOf,
} from "./stores/store-http.ts";

/** Which installation token of a GitHub App to hand over. It works for an hour. */
export type GitHubAppRequest = {
  /** The app's id or client id. */
  readonly app: string;
  /** PEM, PKCS#1 as GitHub gives it or PKCS#8. */
  readonly privateKey: Concealed<string>;
  /** `owner/name`, all of one owner: the token works in these alone. */
  readonly repositories: readonly string[];
  /** What it may do there, for example {contents: "read"}. */
  readonly permissions: Readonly<Record<string, "read" | "write">>;
  /** Names this token in the whole world, at most 64 characters. */
  readonly versionId: string;
};

/**
 * Makes an installation token of a GitHub App, for named repositories with named permissions.
 * https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
 */
export async function gitHubAppToken(
  { app, privateKey, repositories, permissions, versionId }: GitHubAppRequest,
  context: StoreContext,
): Promise<SecretVersion> {
  const [first = ""] = repositories;
  const owner = first.slice(0, first.indexOf("/"));
  const api = context.env.GITHUB_API_URL || "https://api.github.com";
  const jwt = await appJwt(app, privateKey, context);
  const headers = {
    authorization: `Bearer ${jwt}`,
    accept: "application/vnd.github+json",
    "x-github-api-version": "2022-11-28",
    "user-agent": "secret-handoff",
  };
  const base = { store: "GitHub", address: "GITHUB_API_URL", headers };
  const found = await askStore({ ...base, url: `${api}/repos/${first}/installation` }, context);
  const installation = memberOf(found.json, "id");
  if (found.status !== 200 || typeof installation !== "number")
    throw refusal(found, `The app is not installed in ${first}`);
  const made = await askStore(
    {
      ...base,
      url: `${api}/app/installations/${installation}/access_tokens`,
      method: "POST",
      body: JSON.stringify({
        repositories: repositories.map((name) => name.slice(name.indexOf("/") + 1)),
        permissions,
      }),
    },
    context,
  );
  const token = textOf(made.json, "token");
  const endsAt = secondsOf(textOf(made.json, "expires_at"));
  if (made.status !== 201 || token === undefined || endsAt === undefined) {
    throw refusal(made, `GitHub gave no token for ${repositories.join(", ")}`);
  }
  return {
    arn: `github-app:${app}:${owner}:${versionId}`,
    name: `GitHub token for ${owner}`,
    versionId,
    versionCreatedAt: unixSeconds(context.runtime),
    endsAt,
    inFields: true,
    value: new Concealed(JSON.stringify({ GITHUB_TOKEN: token })),
  };
}

/** Ten minutes at most, and begun a minute ago: clocks differ (GitHub Docs, "Generating a JSON Web Token for a GitHub App"). */
async function appJwt(
  app: string,
  privateKey: Concealed<string>,
  { runtime }: StoreContext,
): Promise<string> {
  const [{ SignJWT }, { createPrivateKey }] = await Promise.all([import("jose"), import("node:crypto")]);
  const now = unixSeconds(runtime);
  try {
    return await new SignJWT()
      .setProtectedHeader({ alg: "RS256", typ: "JWT" })
      .setIssuer(app)
      .setIssuedAt(now - 60)
      .setExpirationTime(now + 540)
      .sign(createPrivateKey(privateKey.reveal()));
  } catch {
    // No cause: OpenSSL's error could quote the key.
    throw new SenderError(
      "input",
      (say) => `${say("app-private-key")} is not a private key in PEM. Give it whole, with all its lines.`,
    );
  }
}

function refusal({ status, json }: StoreAnswer, what: string): SenderError {
  const said = textOf(json, "message");
  const quoted = said === undefined ? "" : ` (GitHub says: ${redact(said)})`;
  if (status === 401) {
    return new SenderError(
      "store_login",
      (say) => `GitHub refused the app's key${quoted}. Check ${say("app-id")} and ${say("app-private-key")}.`,
    );
  }
  if (status === 404)
    return new SenderError(
      "secret_unknown",
      `${what}${quoted}. Install it there, or name another repository.`,
    );
  if (status === 422) {
    return new SenderError(
      "input",
      (say) =>
        `${what}${quoted}. Check ${say("app-repositories")} and ${say("app-permissions")}: the installation must have them.`,
    );
  }
  return new SenderError("store_refused", `${what}: it answered ${status}${quoted}.`);
}

/** `owner/name`, one a line, all of one owner. @throws SenderError `input` */
export function parseRepositories(text: string): readonly string[] {
  const entries = numberedLines(text);
  refuseRepeated(entries, "app-repositories");
  for (const entry of entries) {
    if (/^[\w.-]{1,100}\/[\w.-]{1,100}$/.test(entry.text)) continue;
    throw new SenderError(
      "input",
      (say) => `${say("app-repositories", [entry.line])} is not a repository. Write owner/name.`,
    );
  }
  const names = entries.map((entry) => entry.text);
  const owners = new Set(names.map((name) => name.slice(0, name.indexOf("/")).toLowerCase()));
  if (owners.size <= 1) return names;
  throw new SenderError(
    "input",
    (say) =>
      `${say("app-repositories")} has repositories of several owners, and a token is for one. Ask for one token for each owner.`,
  );
}

/** `permission=read` or `permission=write`, one a line. @throws SenderError `input` */
export function parsePermissions(text: string): Readonly<Record<string, "read" | "write">> {
  const entries = numberedLines(text).map(({ text: whole, line }) => {
    const [, permission = "", access] = /^([a-z_]{1,60})\s*[=:]\s*(read|write)$/.exec(whole) ?? [];
    if (access === "read" || access === "write") return { text: permission, access, line } as const;
    throw new SenderError(
      "input",
      (say) => `${say("app-permissions", [line])} is not understood. Write contents=read.`,
    );
  });
  refuseRepeated(entries, "app-permissions");
  return Object.fromEntries(entries.map(({ text: permission, access }) => [permission, access]));
}
