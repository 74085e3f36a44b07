import { createHash } from "node:crypto";
import * as v from "valibot";

/** The job that asks for a token. */
export type Job = {
  /** `owner/name` */
  readonly repository: string;
  readonly repositoryId: string;
  readonly ownerId: string;
  readonly ref: string;
  readonly sha: string;
  readonly event: string;
  readonly environment: string | undefined;
  readonly workflow: string;
  /** The workflow's file in the repository. */
  readonly workflowFile: string;
  /** A reusable workflow that runs the job: `owner/name/.github/workflows/file.yml@ref`. */
  readonly reusableWorkflow: string | undefined;
  readonly actor: string;
  readonly actorId: string;
  readonly run: string;
  readonly runNumber: string;
  readonly attempt: string;
  /** Owner and repository ids in `sub`: how repositories made since 15 July 2026 name themselves. */
  readonly immutableSubject: boolean;
};

/** The job that the local stack's senders list admits. */
export const DEFAULT_JOB: Job = {
  repository: "acme/orders",
  repositoryId: "731204468",
  ownerId: "9406127",
  ref: "refs/heads/main",
  sha: "3f1c8e0a5d94b7260c1e9f3a7b48d25c6e90a1f4",
  event: "workflow_dispatch",
  environment: undefined,
  workflow: "Rotate and hand over",
  workflowFile: ".github/workflows/rotate.yml",
  reusableWorkflow: undefined,
  actor: "kim-acme",
  actorId: "5520813",
  run: "17402286119",
  runNumber: "41",
  attempt: "1",
  immutableSubject: false,
};

const word = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.safeInteger())]),
  v.transform(String),
  v.minLength(1),
);

const some = v.exactOptional(word);

const JobParameter = v.strictObject({
  environment: some,
  repository: v.exactOptional(v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/))),
  repositoryId: some,
  ownerId: some,
  ref: some,
  event: some,
  run: some,
  attempt: some,
  actor: some,
  actorId: some,
  /** The workflow's name, or its file, which names a workflow that has no other name. */
  workflow: some,
  reusableWorkflow: some,
});

/**
 * Reads the `job` parameter of the id-token endpoint, JSON with some of a job's parts. Another repository, owner or actor than the
 * default job's gets a number of its own, so that it is not taken for the one it is not.
 * @returns undefined when it is not of that form
 */
export function parseJob(json: string): Partial<Job> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  const { success, output } = v.safeParse(JobParameter, value);
  if (!success || Array.isArray(value)) return undefined;
  const { repository = DEFAULT_JOB.repository, actor = DEFAULT_JOB.actor, workflow } = output;
  const [owner, defaultOwner] = [repository, DEFAULT_JOB.repository].map((name) => name.split("/")[0] ?? "");
  return {
    ...(repository === DEFAULT_JOB.repository ? {} : { repositoryId: numberOf(repository) }),
    ...(owner === undefined || owner === defaultOwner ? {} : { ownerId: numberOf(owner) }),
    ...(actor === DEFAULT_JOB.actor ? {} : { actorId: numberOf(actor) }),
    ...output,
    ...(workflow !== undefined && /\.ya?ml$/.test(workflow) ? { workflowFile: workflow } : {}),
  };
}

/** As GitHub's numbers: the same for the same name, in any case. */
export function numberOf(name: string): string {
  return String(createHash("sha256").update(name.toLowerCase()).digest().readUInt32BE());
}

/**
 * The claims that GitHub adds for a job.
 * https://docs.github.com/actions/reference/security/oidc#oidc-token-claims
 */
export function claimsOf(changes: Partial<Job>) {
  const job = { ...DEFAULT_JOB, ...changes };
  const [owner = "", name = ""] = job.repository.split("/");
  const workflowRef = `${job.repository}/${job.workflowFile}@${job.ref}`;
  return {
    sub: subjectOf(job, owner, name),
    repository: job.repository,
    repository_id: job.repositoryId,
    repository_owner: owner,
    repository_owner_id: job.ownerId,
    repository_visibility: "private",
    ref: job.ref,
    ref_type: job.ref.startsWith("refs/tags/") ? "tag" : "branch",
    ref_protected: "true",
    sha: job.sha,
    head_ref: "",
    base_ref: "",
    event_name: job.event,
    ...(job.environment === undefined ? {} : { environment: job.environment }),
    workflow: job.workflow,
    workflow_ref: workflowRef,
    workflow_sha: job.sha,
    job_workflow_ref: job.reusableWorkflow ?? workflowRef,
    job_workflow_sha: job.sha,
    run_id: job.run,
    run_number: job.runNumber,
    run_attempt: job.attempt,
    actor: job.actor,
    actor_id: job.actorId,
    runner_environment: "github-hosted",
  };
}

/** An environment takes the ref's place; a pull request has neither. */
function subjectOf(job: Job, owner: string, name: string): string {
  const repository = job.immutableSubject
    ? `${owner}@${job.ownerId}/${name}@${job.repositoryId}`
    : job.repository;
  if (job.environment !== undefined) return `repo:${repository}:environment:${encodeColons(job.environment)}`;
  return job.event === "pull_request"
    ? `repo:${repository}:pull_request`
    : `repo:${repository}:ref:${job.ref}`;
}

/** GitHub writes `%3A` for a colon in an environment's name. */
function encodeColons(text: string): string {
  return text.replaceAll(":", "%3A");
}
