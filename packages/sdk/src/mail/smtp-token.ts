import { Concealed, redact, withoutSent } from "../redact.ts";
import type { Deadline } from "../runtime/deadline.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { NameSetting } from "../settings.ts";
import { askStore, memberOf, textOf } from "../sources/stores/store-http.ts";
import type { AccessTokenChoice } from "./smtp-login.ts";

/** What getting an access token takes from outside. */
export type TokenPorts = {
  /** A token of the job's OIDC issuer for this audience. @throws SenderError `id_token` where there is none */
  readonly idToken?: (audience: string, deadline: Deadline) => Promise<string>;
  /** Called with each token before it is used: the place to mask. */
  readonly onToken?: (token: string) => void;
};

/** Gives the access token of one login, and keeps it until it is near its end. */
export type AccessTokens = {
  /** @returns `isNew` where it was fetched for this call, or given. @throws SenderError `mail_login` */
  readonly get: (
    deadline: Deadline,
  ) => Promise<{ readonly token: Concealed<string>; readonly isNew: boolean }>;
  /** The server did not take it: the next one is fetched anew. */
  readonly forget: () => void;
  /** Every one that was given so far: what a server may repeat. */
  readonly sent: () => readonly Concealed<string>[];
};

/** A token that ends sooner is not used for another login, ms. */
const FRESH_FOR_MS = 60_000;
/** Where the endpoint does not say how long one works, s. */
const SHORT_LIFE = 300;

export function accessTokens(choice: AccessTokenChoice, runtime: Runtime, ports: TokenPorts): AccessTokens {
  let kept: { readonly token: Concealed<string>; readonly until: number } | undefined;
  const sent = "given" in choice ? [choice.given] : [];
  return {
    sent: () => sent,
    get: async (deadline) => {
      if ("given" in choice) {
        ports.onToken?.(choice.given.reveal());
        return { token: choice.given, isNew: true };
      }
      if (kept && kept.until - runtime.now() > FRESH_FOR_MS) return { token: kept.token, isNew: false };
      const made = await fetchToken(choice, runtime, ports, deadline);
      ports.onToken?.(made.token);
      const token = new Concealed(made.token);
      sent.push(token);
      kept = { token, until: runtime.now() + made.seconds * 1_000 };
      return { token, isNew: true };
    },
    forget: () => {
      kept = undefined;
    },
  };
}

type Endpoint = Exclude<AccessTokenChoice, { readonly given: unknown }>;

/** One request to the token endpoint. @throws SenderError `mail_login` */
async function fetchToken(
  choice: Endpoint,
  runtime: Runtime,
  ports: TokenPorts,
  deadline: Deadline,
): Promise<{ readonly token: string; readonly seconds: number }> {
  const { url } = choice;
  const grant = await grantOf(choice, ports, deadline);
  const body = new URLSearchParams(grant);
  const answer = await askStore(
    {
      ...{ store: "The token endpoint", address: (say) => say("smtp-token-url") },
      url,
      method: "POST",
      body,
    },
    { runtime, deadline },
  ).catch((error: unknown) => {
    if (!(error instanceof SenderError) || !error.code.startsWith("store_")) throw error;
    // Whatever its cause: no mail goes out without a token.
    throw new SenderError("mail_login", (name) => error.says(name), { cause: error });
  });
  const token = textOf(answer.json, "access_token");
  const seconds = Number(memberOf(answer.json, "expires_in") ?? SHORT_LIFE);
  if (answer.status === 200 && token !== undefined)
    return { token, seconds: Number.isFinite(seconds) ? seconds : SHORT_LIFE };
  throw refusal(answer.status, answer.json, choice, grant);
}

/** The audience that Entra ID asks of a token that stands for a client. */
const EXCHANGE = "api://AzureADTokenExchange";

async function grantOf(
  { url, clientId, clientSecret, refreshToken, scope }: Endpoint,
  { idToken }: TokenPorts,
  deadline: Deadline,
): Promise<Record<string, string>> {
  const client = {
    client_id: clientId,
    ...(clientSecret ? { client_secret: clientSecret.reveal() } : {}),
    ...(scope === undefined ? {} : { scope }),
  };
  if (refreshToken) return { ...client, grant_type: "refresh_token", refresh_token: refreshToken.reveal() };
  const own = { scope: defaultScope(url), ...client, grant_type: "client_credentials" };
  if (clientSecret) return own;
  if (!idToken)
    throw new SenderError(
      "mail_login",
      (say) => `${say("smtp-client-secret")} or ${say("smtp-refresh-token")} is missing. Set one of them.`,
    );
  return {
    ...own,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await idToken(EXCHANGE, deadline),
  };
}

/** What an app asks for to send mail by Exchange Online. */
function defaultScope(url: string): string {
  return /(^|\.)login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)$/.test(
    new URL(url).hostname,
  )
    ? "https://outlook.office365.com/.default"
    : "";
}

/** What to do about the errors of RFC 6749, section 5.2. */
const ADVICE: Readonly<Record<string, (say: NameSetting) => string>> = {
  invalid_client: (say) =>
    `Check ${say("smtp-client-id")} and ${say("smtp-client-secret")}: the secret may have expired.`,
  invalid_scope: (say) => `Check ${say("smtp-token-scope")}.`,
  unauthorized_client: () =>
    "Let the client ask for tokens of this kind, and consent to its permissions as an administrator.",
  unsupported_grant_type: (say) => `Check ${say("smtp-token-url")}.`,
  invalid_request: (say) => `Check ${say("smtp-client-id")} and ${say("smtp-token-scope")}.`,
};

/** @param grant what was sent, which some endpoints repeat */
function refusal(
  status: number,
  json: unknown,
  { url, refreshToken }: Endpoint,
  grant: Readonly<Record<string, string>>,
): SenderError {
  const { client_secret = "", refresh_token = "", client_assertion = "" } = grant;
  const sent = { secrets: [client_secret, refresh_token, client_assertion], names: [] };
  const quoted = (member: string) => redact(withoutSent(textOf(json, member) ?? "", sent, "[secret]"));
  const error = quoted("error");
  const words = [error, quoted("error_description")].filter((part) => part !== "").join(": ");
  const advice = (say: NameSetting) =>
    error === "invalid_grant"
      ? refreshToken
        ? `The refresh token has expired or was revoked: sign in again, and set ${say("smtp-refresh-token")} anew.`
        : "Check the federated credential of the client in Entra ID: issuer, subject and audience."
      : (ADVICE[error]?.(say) ?? `Check ${say("smtp-token-url")}.`);
  return new SenderError(
    "mail_login",
    (say) =>
      `${new URL(url).host} gave no access token (${status}${words === "" ? "" : ` ${words}`}). ${advice(say)}`,
  );
}
