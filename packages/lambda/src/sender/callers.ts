import type { Actor, OperatorEntry, Right, SenderEntry } from "@secret-handoff/protocol/api";
import type { Context } from "hono";
import { ProblemError } from "../http/problem.ts";
import {
  ownerOfPrincipal,
  type Person,
  personOfLogin,
  personOfPipeline,
  personOfPrincipal,
} from "./persons.ts";
import { actorOfPipeline, grantsOfPipeline, ownerOfPipeline, type PipelineToken } from "./pipelines.ts";
import { type GitHubClaims, type Grants, grantsOfPrincipal, grantsOfToken, may, rightsOf } from "./rights.ts";
import { unauthenticated, type VerifyToken } from "./tokens.ts";

/** Who calls the sender API, verified, and what the deployment lets them do. */
export type Caller = Grants & {
  readonly actor: Actor;
  /** Owns the handoffs it creates: a repository id, an issuer and its project, or `iam`. */
  readonly owner: string;
  readonly run: string | undefined;
  readonly environment: string | undefined;
  /** Owns the requests it makes: a repository id, or the IAM principal. */
  readonly requestOwner: string;
  /** Who is behind the call: the principal, or the run's actor. */
  readonly person: Person;
};

/** The IAM principal that API Gateway has verified; present under `/iam/` only. */
type IamPrincipal = (c: Context) => string | undefined;

export type CallerDeps = {
  readonly senders: readonly SenderEntry[];
  readonly operators: readonly OperatorEntry[];
  readonly verifyToken: VerifyToken;
  readonly iamPrincipal: IamPrincipal;
};

/**
 * Authenticates the caller. Under `/iam/` it is the principal whose signature API Gateway has checked, with the rights that the
 * operators list gives it; elsewhere the bearer of a token of GitHub or another trusted issuer, with those that the senders list gives it.
 * @throws ProblemError 401, 503
 */
export async function identify(c: Context, deps: CallerDeps): Promise<Caller> {
  if (c.req.path.startsWith("/iam/")) {
    const principal = deps.iamPrincipal(c);
    if (!principal) throw unauthenticated("The call is not signed. Sign it with AWS credentials (SigV4).");
    return {
      actor: { kind: "iam", principal },
      owner: "iam",
      run: undefined,
      environment: undefined,
      requestOwner: ownerOfPrincipal(principal),
      person: personOfPrincipal(principal),
      ...grantsOfPrincipal(deps.operators, principal),
    };
  }
  const [, token] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]*)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (!token)
    throw unauthenticated("The call carries no token. Send an OIDC token as Authorization: Bearer.");
  const verified = await deps.verifyToken(token);
  return verified.kind === "pipeline"
    ? { ...callerOfPipeline(verified), ...grantsOfPipeline(deps.senders, verified) }
    : { ...callerOf(verified.claims), ...grantsOfToken(deps.senders, verified.claims) };
}

function callerOfPipeline(token: PipelineToken): Omit<Caller, keyof Grants> {
  const { issuer, owner, run, environment, actor } = token;
  return {
    ...{ actor: actorOfPipeline(token), owner: ownerOfPipeline(token), run, environment },
    ...{ requestOwner: ownerOfPipeline(token), person: personOfPipeline(issuer, owner, actor) },
  };
}

function callerOf(claims: GitHubClaims): Omit<Caller, keyof Grants> {
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
    requestOwner: claims.repository_id,
    person: personOfLogin(claims.actor, claims.actor_id),
  };
}

/**
 * Refuses a caller that has none of these rights, for that class where one is named.
 * @throws ProblemError 403 `not_allowed`, which says what to change in the list
 */
export function requireRight(caller: Caller, anyOf: readonly Right[], className?: string): void {
  if (anyOf.some((right) => may(caller, right, className))) return;
  const list = caller.actor.kind === "iam" ? "operators" : "senders";
  const wanted = `${anyOf.join(" or ")}${className === undefined ? "" : ` for class ${className}`}`;
  const rights = rightsOf(caller);
  const given = rights.length === 0 ? "no right" : rights.join(", ");
  throw new ProblemError(
    "not_allowed",
    caller.mismatch === undefined
      ? `This call needs the right ${wanted}. The ${list} list gives this caller ${given}${scope(caller)}.`
      : `The ${list} list of this service does not admit this caller. ${caller.mismatch}`,
  );
}

function scope({ grants }: Caller): string {
  const classes =
    grants.every((grant) => grant.classes) && grants.flatMap((grant) => [...(grant.classes ?? [])]);
  return classes ? `, for ${[...new Set(classes)].join(", ")}` : "";
}
