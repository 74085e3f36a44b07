import type { Actor, SenderEntry, TrustedIssuer } from "@secret-handoff/protocol/api";
import type { JWTPayload } from "jose";
import * as v from "valibot";
import { ClaimText, type Grant, type Grants, grantOf } from "./rights.ts";

/**
 * Pipelines that are not GitHub's: the deployment trusts their issuer, and says which of its claims name the owner, the run and so on.
 * Where it says nothing, they are GitLab's.
 * https://docs.gitlab.com/ci/secrets/id_token_authentication/#token-payload
 */

/** A verified token of such an issuer. */
export type PipelineToken = {
  readonly kind: "pipeline";
  readonly issuer: string;
  /** Of the issuer's projects, one alone has it: it owns what is created. */
  readonly owner: string;
  readonly name: string;
  readonly run: string | undefined;
  readonly actor: string | undefined;
  readonly environment: string | undefined;
  /** Every claim that is a text, a number or a truth value, as text. */
  readonly claims: Readonly<Record<string, string>>;
};

/** Which claim says what; GitLab's, where the deployment names no others. */
function claimNames({ claims = {} }: TrustedIssuer) {
  const { owner = "project_id", name = "project_path", run = "pipeline_id" } = claims;
  const { actor = "user_login", environment = "environment" } = claims;
  return { owner, name, run, actor, environment };
}

/** The parts of a verified token, or the name of the first claim that is missing or malformed. */
export function pipelineTokenOf(trusted: TrustedIssuer, payload: JWTPayload): PipelineToken | string {
  const claims = textsOf(payload);
  const named = claimNames(trusted);
  const optional = (part: "run" | "actor" | "environment") => claims[named[part]];
  const owner = claims[named.owner];
  const name = claims[named.name];
  if (owner === undefined) return named.owner;
  if (name === undefined) return named.name;
  const wrong = Object.values(named).find((claim) => {
    const value = claims[claim];
    return value !== undefined && !v.is(ClaimText, value);
  });
  if (wrong !== undefined) return wrong;
  return {
    ...{ kind: "pipeline", issuer: trusted.issuer, owner, name, claims },
    ...{ run: optional("run"), actor: optional("actor"), environment: optional("environment") },
  };
}

function textsOf(payload: JWTPayload): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(payload).flatMap(([name, value]) =>
      ["string", "number", "boolean"].includes(typeof value) && value !== "" ? [[name, String(value)]] : [],
    ),
  );
}

/** Which claims distinguish the projects of an issuer: an entry must name one of them. */
export function identifyingClaims(trusted: TrustedIssuer): readonly string[] {
  const { owner, name } = claimNames(trusted);
  return [owner, name, "sub"];
}

/** Owns what a pipeline creates. It is no number, as a repository's is, so that no issuer can take a repository's place. */
export function ownerOfPipeline({ issuer, owner }: Pick<PipelineToken, "issuer" | "owner">): string {
  return `${issuer}#${owner}`;
}

export function actorOfPipeline({ issuer, owner, name, run, actor, environment }: PipelineToken): Actor {
  return {
    ...{ kind: "pipeline", issuer, project: name, projectId: owner },
    ...(run === undefined ? {} : { run }),
    ...(actor === undefined ? {} : { actor }),
    ...(environment === undefined ? {} : { environment }),
  };
}

/**
 * Sources of GitLab's pipelines that only somebody with access to the project can cause, and that run its own code. Any other, also one
 * that GitLab adds later, is refused unless an entry names it: a child pipeline may have a merge request's as its parent, and a pipeline
 * of another project may pass on what a stranger gave it. The token shows neither.
 * https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable
 */
const OWN_SOURCES = ["push", "web", "webide", "schedule", "api", "trigger", "chat"];
const SOURCE = "pipeline_source";
const MERGE_REQUEST = "merge_request_event";

/** What the senders list gives to the token. Every claim that an entry names must be there, and be equal. */
export function grantsOfPipeline(entries: readonly SenderEntry[], token: PipelineToken): Grants {
  const own = entries.filter(({ issuer }) => issuer === token.issuer);
  const checked = own.map((entry) => ({ entry, broken: brokenClaims(entry, token) }));
  const matching = checked.filter(({ broken }) => broken.length === 0);
  if (matching.length > 0) return { grants: matching.map(({ entry }) => grantOfPipeline(entry)) };
  const [nearest] = checked.toSorted((a, b) => a.broken.length - b.broken.length);
  return {
    grants: [],
    mismatch: nearest
      ? `The nearest entry for ${token.issuer} does not match ${token.name}: ${nearest.broken.join("; ")}.`
      : `No entry names the issuer ${token.issuer}.`,
  };
}

function brokenClaims({ claims = {} }: SenderEntry, token: PipelineToken): readonly string[] {
  const broken = Object.entries(claims)
    .filter(([name, wanted]) => token.claims[name] !== wanted)
    .map(
      ([name, wanted]) =>
        `it asks for ${name} ${wanted}, and this token has ${token.claims[name] === undefined ? "none" : "another"}`,
    );
  const untrusted = untrustedSource(token, claims[SOURCE]);
  return untrusted === undefined ? broken : [...broken, untrusted];
}

/** What may bring somebody else's code or input into the pipeline, unless the entry names that source. */
function untrustedSource({ claims }: PipelineToken, named: string | undefined): string | undefined {
  const { [SOURCE]: source, ref: branch, ref_path: path } = claims;
  if (named !== MERGE_REQUEST && [branch, path].some((ref) => ref?.startsWith("refs/merge-requests/"))) {
    return `a merge request may run with somebody else's code, so an entry must name ${SOURCE} ${MERGE_REQUEST}`;
  }
  if (named !== undefined) return undefined;
  if (source === undefined) {
    // Other issuers have no such claim; what they have instead, an entry names.
    return isGitLabs(claims) ? `it has no ${SOURCE}, which says what started the pipeline` : undefined;
  }
  return OWN_SOURCES.includes(source)
    ? undefined
    : `${source} may run with somebody else's code or input, so an entry must name ${SOURCE}`;
}

function isGitLabs(claims: PipelineToken["claims"]): boolean {
  return ["project_path", "project_id"].every((name) => claims[name] !== undefined);
}

/** Whoever changes a pipeline could approve for it: approvals are given over IAM, or in GitHub's protected environments. */
function grantOfPipeline(entry: SenderEntry): Grant {
  const grant = grantOf(entry);
  return {
    ...grant,
    roles: new Set(),
    rights: new Set([...grant.rights].filter((right) => right !== "approve")),
  };
}
