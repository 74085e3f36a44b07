import type { Job } from "../github/job.ts";
import type { Addresses } from "../stack.ts";

/** https://docs.github.com/actions/reference/workflows-and-actions/variables#default-environment-variables */
export function githubEnvironment(job: Job): Readonly<Record<string, string>> {
  const [owner = ""] = job.repository.split("/");
  return {
    PATH: process.env.PATH ?? "",
    LANG: "C.UTF-8",
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "__secret-handoff",
    GITHUB_ACTION_REPOSITORY: "secret-handoff/secret-handoff",
    GITHUB_ACTOR: job.actor,
    GITHUB_ACTOR_ID: job.actorId,
    GITHUB_TRIGGERING_ACTOR: job.actor,
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_GRAPHQL_URL: "https://api.github.com/graphql",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_EVENT_NAME: job.event,
    GITHUB_JOB: "hand-over",
    GITHUB_REF: job.ref,
    GITHUB_REF_NAME: job.ref.replace(/^refs\/(heads|tags)\//, ""),
    GITHUB_REF_TYPE: job.ref.startsWith("refs/tags/") ? "tag" : "branch",
    GITHUB_REPOSITORY: job.repository,
    GITHUB_REPOSITORY_ID: job.repositoryId,
    GITHUB_REPOSITORY_OWNER: owner,
    GITHUB_REPOSITORY_OWNER_ID: job.ownerId,
    GITHUB_RUN_ID: job.run,
    GITHUB_RUN_NUMBER: job.runNumber,
    GITHUB_RUN_ATTEMPT: job.attempt,
    GITHUB_SHA: job.sha,
    GITHUB_WORKFLOW: job.workflow,
    GITHUB_WORKFLOW_REF: `${job.repository}/${job.workflowFile}@${job.ref}`,
    GITHUB_WORKFLOW_SHA: job.sha,
    RUNNER_ARCH: "X64",
    RUNNER_ENVIRONMENT: "github-hosted",
    RUNNER_NAME: "GitHub Actions 1",
    RUNNER_OS: "Linux",
  };
}

/**
 * What aws-actions/configure-aws-credentials and `permissions: id-token: write` leave in the environment.
 * @param requestToken bound to the job
 */
export function stackEnvironment(stack: Addresses, requestToken: string): Readonly<Record<string, string>> {
  return {
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "ASIALOCALSTACK",
    AWS_SECRET_ACCESS_KEY: "local-stack-only",
    AWS_SESSION_TOKEN: "local-stack-only",
    AWS_ENDPOINT_URL_SECRETS_MANAGER: stack.secretsManager,
    AWS_ENDPOINT_URL_SESV2: stack.ses,
    ACTIONS_ID_TOKEN_REQUEST_URL: stack.idTokenRequestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
  };
}
