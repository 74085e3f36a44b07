import { type Deadline, fetchIdToken, jwtClaims, SenderError, tokenEndpoint } from "@secret-handoff/sdk";
import type { CliContext } from "../context.ts";

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
