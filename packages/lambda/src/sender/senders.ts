import type { Right, SenderEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";

const word = v.pipe(v.string(), v.minLength(1));

/** The claims of a GitHub OIDC token that matter here (GitHub, "OpenID Connect reference"). */
export const GitHubClaims = v.object({
  repository: word,
  repository_id: word,
  repository_owner_id: word,
  ref: word,
  event_name: word,
  workflow_ref: word,
  run_id: word,
  run_attempt: word,
  actor: word,
  job_workflow_ref: v.optional(word),
  environment: v.optional(word),
});
export type GitHubClaims = v.InferOutput<typeof GitHubClaims>;

/**
 * Events whose workflow runs with somebody else's code or input; refused unless an entry lists them. So is whatever else runs on a
 * pull request's merge, such as `pull_request_review`.
 */
const DANGEROUS_EVENTS = ["pull_request", "pull_request_target", "workflow_run"];

/** What the list grants to a token: rights, and for sending the classes (all of them where undefined). */
export type Grant = {
  readonly rights: ReadonlySet<Right>;
  readonly classes: ReadonlySet<string> | undefined;
};

/** The union of all entries that match; an empty list grants nothing. */
export function grantOf(entries: readonly SenderEntry[], claims: GitHubClaims): Grant {
  const matching = entries.filter((entry) => matches(entry, claims));
  const sending = matching.filter(({ may }) => may.includes("send"));
  return {
    rights: new Set(matching.flatMap(({ may }) => may)),
    classes: sending.some(({ classes }) => classes === undefined)
      ? undefined
      : new Set(sending.flatMap(({ classes }) => classes ?? [])),
  };
}

function isDangerous({ event_name, ref }: GitHubClaims): boolean {
  return DANGEROUS_EVENTS.includes(event_name) || ref.startsWith("refs/pull/");
}

function matches(entry: SenderEntry, claims: GitHubClaims): boolean {
  const events = entry.events;
  return (
    (entry.repositoryId === undefined || entry.repositoryId === claims.repository_id) &&
    (entry.ownerId === undefined || entry.ownerId === claims.repository_owner_id) &&
    (entry.repository === undefined || entry.repository.toLowerCase() === claims.repository.toLowerCase()) &&
    (entry.environment === undefined || entry.environment === claims.environment) &&
    (entry.workflow === undefined || isWorkflow(entry.workflow, claims)) &&
    (entry.ref === undefined || entry.ref === claims.ref) &&
    (events ? events.includes(claims.event_name) : !isDangerous(claims))
  );
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
