import {
  Concealed,
  type Credentials,
  cachedToken,
  type Deadline,
  fetchIdToken,
  iamSigner,
  jwtClaims,
  SenderError,
  type ServiceClient,
  serviceClient,
  tokenEndpoint,
} from "@secret-handoff/sdk";
import type { Invocation } from "./arguments.ts";
import { endpointOf, readConfiguration } from "./configuration.ts";
import type { CliContext } from "./context.ts";

/** The service, called as whoever runs the command. */
export async function openService(invocation: Invocation, context: CliContext): Promise<ServiceClient> {
  const origin = await endpointOf(invocation, context);
  return serviceClient(origin, await credentialsOf(origin, invocation, context), context.runtime);
}

/**
 * A token that a pipeline gave is used first, then the job's of GitHub, then AWS credentials.
 * @throws SenderError `id_token`
 */
async function credentialsOf(
  origin: string,
  invocation: Invocation,
  context: CliContext,
): Promise<Credentials> {
  const { env, runtime } = context;
  const { SECRET_HANDOFF_ID_TOKEN: given, ACTIONS_ID_TOKEN_REQUEST_URL: github } = env;
  const found = given ? "token" : github ? "github" : "aws";
  switch (invocation.text("auth") ?? found) {
    case "token":
      if (!given) {
        throw new SenderError(
          "id_token",
          `SECRET_HANDOFF_ID_TOKEN is not set. Set it to an OIDC token whose audience is ${origin}.`,
        );
      }
      checkAudience(given.trim(), origin);
      return async () => new Concealed(given.trim());
    case "github":
      return cachedToken((deadline) => fetchIdToken(tokenEndpoint(env), origin, deadline, runtime), runtime);
    default: {
      const region = invocation.text("region") ?? (await readConfiguration(context)).region;
      return iamSigner({ region, profile: invocation.text("profile") }, runtime);
    }
  }
}

/**
 * The token of a pipeline goes only to the service that it was made for: what a repository's configuration names may be another.
 * @throws SenderError `id_token`
 */
function checkAudience(token: string, origin: string): void {
  const audiences = [jwtClaims(token).aud].flat().filter((one) => typeof one === "string");
  if (audiences.includes(origin)) return;
  throw new SenderError(
    "id_token",
    `SECRET_HANDOFF_ID_TOKEN is not for ${origin}${audiences.length === 0 ? "" : `, but for ${audiences.join(", ")}`}, so it was not sent. Ask for a token whose audience is the service, or check --endpoint.`,
  );
}

/** A token of the pipeline's OIDC issuer for this audience, for stores and mail servers that take it as a login. @throws SenderError `id_token` */
export async function oidcToken(
  audience: string,
  { env, runtime }: CliContext,
  deadline: Deadline,
): Promise<string> {
  if (env.ACTIONS_ID_TOKEN_REQUEST_URL) return fetchIdToken(tokenEndpoint(env), audience, deadline, runtime);
  // GitLab gives a token for each audience that the job names under id_tokens.
  const found = Object.entries(env).find(
    ([name, value]) => /ID_TOKEN$/.test(name) && [jwtClaims(value ?? "").aud].flat().includes(audience),
  )?.[1];
  if (found) return found.trim();
  throw new SenderError(
    "id_token",
    `There is no OIDC token for ${audience}. Run it in a pipeline: GitHub Actions gives one with permissions: id-token: write, GitLab with id_tokens: { VAULT_ID_TOKEN: { aud: ${audience} } }.`,
  );
}
