import type { Actor } from "@secret-handoff/protocol/api";

/**
 * Which sender is meant by a name that somebody types in an incident. A name with another case is the same one: GitHub and GitLab have
 * no two logins or projects that differ in it alone, and nothing found would look as if nothing were open.
 */

/** What people call the repository, or the project of a pipeline, that the sender belongs to. */
export function repositoryOf(actor: Actor): string | undefined {
  if (actor.kind === "github") return actor.repository;
  return actor.kind === "pipeline" ? actor.project : undefined;
}

/**
 * Whether a repository or project is the one that is named: by its path or number, and that of a pipeline's issuer with the issuer before
 * it too, as `https://gitlab.com/acme/orders` or `https://gitlab.com#4711`.
 * @param owner as handoffs have it: a repository's number, or issuer and project of a pipeline, with `#` between
 */
export function isRepository(owner: string | undefined, path: string | undefined, named: string): boolean {
  // An issuer is a URL without a fragment.
  const [issuer = "", ...project] = owner?.split("#") ?? [];
  const number = project.length === 0 ? owner : project.join("#");
  const names = [number, path].filter((name) => name !== undefined);
  const withIssuer = project.length === 0 ? [] : names.flatMap((name) => beside(issuer, name));
  return [...names, ...withIssuer].some((name) => isSame(name, named));
}

/**
 * Whether the sender is the one that is named: a principal, or the role that it is a session of; a workflow, with or without its ref; a
 * pipeline's project, by path or number; the login of the run's actor.
 */
export function isSender(actor: Actor, named: string): boolean {
  if (actor.kind === "iam") return isPrincipalOrSession(actor.principal, named);
  if (actor.kind === "github") {
    const [path = ""] = actor.workflow.split("@");
    return [actor.actor, actor.workflow, path].some((name) => isSame(name, named));
  }
  if (actor.kind !== "pipeline") return false;
  const names = [actor.project, actor.projectId, ...(actor.actor === undefined ? [] : [actor.actor])];
  return names.some((name) => [name, ...beside(actor.issuer, name)].some((each) => isSame(each, named)));
}

const beside = (issuer: string, name: string) => [
  `${issuer.replace(/\/$/, "")}/${name}`,
  `${issuer}#${name}`,
];

function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/**
 * Whether a principal is the one that is named, or a session of the role that is. A session's ARN names the role without its path, which
 * is no loss: names of roles are unique in an account.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function isPrincipalOrSession(principal: string, named: string): boolean {
  if (principal === named) return true;
  const [, partition, account, role] = /^arn:([\w-]+):iam::(\d+):role\/(?:.*\/)?([^/]+)$/.exec(named) ?? [];
  return role !== undefined && principal.startsWith(`arn:${partition}:sts::${account}:assumed-role/${role}/`);
}
