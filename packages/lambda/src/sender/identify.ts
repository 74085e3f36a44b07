import type { Right, SenderEntry } from "@secret-handoff/protocol/api";
import type { Context } from "hono";
import type { Caller } from "./caller.ts";
import { type GitHubClaims, grantOf } from "./senders.ts";
import { unauthenticated, type VerifyToken } from "./tokens.ts";

/** The IAM principal that API Gateway has verified; present under `/iam/` only. */
export type IamPrincipal = (c: Context) => string | undefined;

const EVERYTHING: ReadonlySet<Right> = new Set(["send", "revoke", "audit"]);

/**
 * Says who calls. Under `/iam/` it is the principal whose signature API Gateway has checked, whom IAM has let in; elsewhere
 * the bearer of a GitHub token, judged by the senders list.
 * @throws ProblemError 401, 503
 */
export async function identify(
  c: Context,
  verifyToken: VerifyToken,
  senders: readonly SenderEntry[],
  iamPrincipal: IamPrincipal,
): Promise<Caller> {
  if (c.req.path.startsWith("/iam/")) {
    const principal = iamPrincipal(c);
    if (!principal) throw unauthenticated("Sign the request with AWS credentials (SigV4).");
    return {
      actor: { kind: "iam", principal },
      owner: "iam",
      run: undefined,
      environment: undefined,
      rights: EVERYTHING,
      classes: undefined,
    };
  }
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (!token) throw unauthenticated("Send a GitHub OIDC token as Authorization: Bearer.");
  return callerOf(await verifyToken(token), senders);
}

function callerOf(claims: GitHubClaims, senders: readonly SenderEntry[]): Caller {
  const { environment } = claims;
  return {
    actor: {
      kind: "github",
      repository: claims.repository,
      repositoryId: claims.repository_id,
      workflow: claims.workflow_ref,
      ref: claims.ref,
      event: claims.event_name,
      run: claims.run_id,
      attempt: claims.run_attempt,
      actor: claims.actor,
      ...(environment === undefined ? {} : { environment }),
    },
    owner: claims.repository_id,
    run: claims.run_id,
    environment,
    ...grantOf(senders, claims),
  };
}
