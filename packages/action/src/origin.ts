import type { context as Context } from "@actions/github";

/** Where this step runs, for the recipient and the summary. */
export type Origin = {
  /** `owner/name` */
  readonly repository: string;
  readonly workflow: string;
  readonly actor: string;
  readonly runUrl: string;
};

/** What GitHub says of this run. */
export function originOf({
  repo,
  workflow,
  actor,
  serverUrl,
  runId,
}: Pick<typeof Context, "repo" | "workflow" | "actor" | "serverUrl" | "runId">): Origin {
  const repository = `${repo.owner}/${repo.repo}`;
  return { repository, workflow, actor, runUrl: `${serverUrl}/${repository}/actions/runs/${runId}` };
}
