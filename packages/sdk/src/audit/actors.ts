import type { Actor } from "@secret-handoff/protocol/api";

/** Who an actor is, in one word for a table's cell. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case "github":
      return actor.actor;
    case "pipeline":
      return actor.actor ?? actor.project;
    case "iam":
      return actor.principal;
    default:
      return actor.kind;
  }
}

/** What tells one actor from another: for GitHub the repository, for a pipeline its project, for people their principal. */
export function actorKey(actor: Actor): string {
  if (actor.kind === "pipeline") return `${actor.issuer}/${actor.projectId}`;
  return actor.kind === "github" ? `github/${actor.repositoryId}` : `${actor.kind}/${actorName(actor)}`;
}
