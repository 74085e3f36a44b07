import { isProse, type OperatorEntry, type Right, type SenderEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";
import { isPrincipalOrSession } from "../store/named-senders.ts";

/**
 * A claim as events carry it: no longer than GitLab allows, and nothing that steers a reader's screen or ends a line. Git itself takes
 * such characters in the name of a branch.
 */
export const ClaimText = v.pipe(
  v.string(),
  v.minLength(1),
  // An owner is part of a key, and DynamoDB takes 2,048 bytes.
  v.maxBytes(1_024),
  v.check((claim) => isProse(claim, 1_024)),
);

/** The claims of a GitHub OIDC token that matter here (GitHub, "OpenID Connect reference"). */
export const GitHubClaims = v.object({
  repository: ClaimText,
  repository_id: ClaimText,
  repository_owner_id: ClaimText,
  ref: ClaimText,
  event_name: ClaimText,
  workflow_ref: ClaimText,
  run_id: ClaimText,
  run_attempt: ClaimText,
  actor: ClaimText,
  actor_id: v.optional(ClaimText),
  job_workflow_ref: v.optional(ClaimText),
  environment: v.optional(ClaimText),
});
/** The claims of a verified token of GitHub's. */
export type GitHubClaims = v.InferOutput<typeof GitHubClaims>;

/** What one entry of a list gives to whoever it matches. */
export type Grant = {
  readonly rights: ReadonlySet<Right>;
  /** Classes that it covers; all of them where undefined. */
  readonly classes: ReadonlySet<string> | undefined;
  /** Roles for which it may approve. */
  readonly roles: ReadonlySet<string>;
};

/** What the lists give to a caller: the union of all entries that match. Nobody has a right that is not listed. */
export type Grants = {
  readonly grants: readonly Grant[];
  /** Where nothing matches, which part of the nearest entry did not; a sentence for the caller. */
  readonly mismatch?: string;
};

export function may({ grants }: Grants, right: Right, className?: string): boolean {
  return grants.some(
    ({ rights, classes }) =>
      rights.has(right) && (className === undefined || classes === undefined || classes.has(className)),
  );
}

/** True where one entry gives the right to approve and that role, for that class. */
export function mayApprove({ grants }: Grants, role: string, className: string): boolean {
  return grants.some(
    ({ rights, classes, roles }) =>
      rights.has("approve") && roles.has(role) && (classes === undefined || classes.has(className)),
  );
}

/** For which roles somebody may approve a request of that class. */
export function rolesOf({ grants }: Grants, className: string): readonly string[] {
  return [...new Set(grants.flatMap(({ roles }) => [...roles]))].filter((role) =>
    mayApprove({ grants }, role, className),
  );
}

/** Whether the right is given without a limit to some classes. */
export function mayInAllClasses({ grants }: Grants, right: Right): boolean {
  return grants.some(({ rights, classes }) => rights.has(right) && classes === undefined);
}

export function rightsOf({ grants }: Grants): readonly Right[] {
  return [...new Set(grants.flatMap(({ rights }) => [...rights]))];
}

/** What the senders list gives to a workflow's token. */
export function grantsOfToken(entries: readonly SenderEntry[], claims: GitHubClaims): Grants {
  const compared = entries
    .filter(({ issuer }) => issuer === undefined)
    .map((entry) => ({ entry, broken: brokenParts(entry, claims) }));
  const matching = compared.filter(({ broken }) => broken.length === 0);
  if (matching.length > 0) return { grants: matching.map(({ entry }) => grantOfSender(entry)) };
  const own = compared.filter(({ broken }) => broken[0] !== REPOSITORY);
  const [nearest] = own.toSorted((a, b) => a.broken.length - b.broken.length);
  const { repository, repository_id } = claims;
  return {
    grants: [],
    mismatch: nearest
      ? `The nearest entry for repository ${repository} does not match: ${nearest.broken.join("; ")}.`
      : `No entry names repository ${repository} (id ${repository_id}) or its owner.`,
  };
}

/** What the operators list gives to an IAM principal. @param principal ARN of a user, or of a role's session */
export function grantsOfPrincipal(entries: readonly OperatorEntry[], principal: string): Grants {
  const matching = entries.filter((entry) => isPrincipalOrSession(principal, entry.principal));
  if (matching.length > 0) return { grants: matching.map(grantOf) };
  return { grants: [], mismatch: `No entry names ${principal}, or the role that it is a session of.` };
}

export function grantOf({ may, classes, roles }: Pick<OperatorEntry, "may" | "classes" | "roles">): Grant {
  return { rights: new Set(may), classes: classes && new Set(classes), roles: new Set(roles) };
}

/** A job approves by its environment's rules: an entry without one would let every job of the repository approve. */
function grantOfSender(entry: SenderEntry): Grant {
  const grant = grantOf(entry);
  return entry.environment === undefined ? { ...grant, rights: without(grant.rights, "approve") } : grant;
}

function without(rights: ReadonlySet<Right>, right: Right): ReadonlySet<Right> {
  return new Set([...rights].filter((each) => each !== right));
}

const REPOSITORY = "repository";

/** In words, the parts of an entry that a token does not match; only `repository` where it is not for that repository at all. */
function brokenParts(entry: SenderEntry, claims: GitHubClaims): readonly string[] {
  if (
    (entry.repositoryId !== undefined && entry.repositoryId !== claims.repository_id) ||
    (entry.ownerId !== undefined && entry.ownerId !== claims.repository_owner_id) ||
    (entry.repository !== undefined && entry.repository.toLowerCase() !== claims.repository.toLowerCase())
  ) {
    return [REPOSITORY];
  }
  const broken: string[] = [];
  const require = (holds: boolean, part: string) => {
    if (!holds) broken.push(part);
  };
  const { environment, workflow, ref, events } = entry;
  require(environment === undefined ||
    environment ===
      claims.environment, `it asks for environment ${environment}, and this job has ${claims.environment ?? "none"}`);
  require(workflow === undefined ||
    isWorkflow(
      workflow,
      claims,
    ), `it asks for workflow ${workflow}, and this is ${claims.job_workflow_ref ?? claims.workflow_ref}`);
  require(ref === undefined || ref === claims.ref, `it asks for ref ${ref}, and this is ${claims.ref}`);
  const { event_name } = claims;
  if (events)
    require(events.includes(
      event_name,
    ), `it lists the events ${events.join(", ")}, and this is ${event_name}`);
  else
    require(!runsForeignInput(
      claims,
    ), `${event_name} on ${claims.ref} may run with somebody else's code or input, so an entry must list ${event_name} under events`);
  return broken;
}

/**
 * Events that only somebody with access to the repository can cause, and that run its own code. Any other, also one that GitHub adds
 * later, is refused unless an entry lists it: anybody can open an issue, start a discussion or fork.
 * https://docs.github.com/actions/reference/workflows-and-actions/events-that-trigger-workflows
 */
const OWN_EVENTS = [
  ...["push", "schedule", "workflow_dispatch", "repository_dispatch", "workflow_call", "release"],
  ...["create", "delete", "deployment", "deployment_status", "registry_package", "page_build"],
  ...["branch_protection_rule", "label", "milestone", "public"],
];

/** Whatever runs on a pull request's merge, such as `pull_request_review`, is foreign as well. */
function runsForeignInput({ event_name, ref }: GitHubClaims): boolean {
  return !OWN_EVENTS.includes(event_name) || ref.startsWith("refs/pull/");
}

/** A path alone means a workflow of the repository itself; with a repository before it, the (reusable) one that runs the job. */
function isWorkflow(wanted: string, claims: GitHubClaims): boolean {
  const own = `${claims.repository}/${wanted}`;
  const running = claims.job_workflow_ref ?? claims.workflow_ref;
  if (/\.ya?ml@/.test(wanted)) return running === own || running === wanted;
  // Names of branches and files may have an @ too: where it is not clear which one ends the path, an entry must name the ref.
  const [path, ...ref] = running.split("@");
  return ref.length === 1 && (path === own || path === wanted);
}
