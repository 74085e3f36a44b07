/** Where this step runs, for the recipient and the summary. */
export type Origin = {
  /** `owner/name` */
  readonly repository: string;
  readonly workflow: string;
  readonly actor: string;
  readonly runUrl: string;
};

/**
 * What the runner says of this run.
 * https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables
 */
export function originOf({
  GITHUB_REPOSITORY: repository = "",
  GITHUB_WORKFLOW: workflow = "",
  GITHUB_ACTOR: actor = "",
  GITHUB_SERVER_URL: serverUrl = "https://github.com",
  GITHUB_RUN_ID: runId = "",
}: Readonly<Record<string, string | undefined>>): Origin {
  return { repository, workflow, actor, runUrl: `${serverUrl}/${repository}/actions/runs/${runId}` };
}
