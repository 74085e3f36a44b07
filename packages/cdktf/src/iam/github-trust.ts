import { isGitHubDotCom } from "../checks/contradictions.ts";
import { GITHUB_ISSUER } from "../policy.ts";
import type { Statement } from "./policies.ts";

/** The jobs that may assume a role. */
export type GitHubJobs = {
  /** `owner/name`, as GitHub writes it. */
  readonly repository: string;
  /** GitHub's number of the repository: `gh api repos/OWNER/NAME --jq .id`. */
  readonly repositoryId: string;
  /** GitHub's number of its owner: `gh api repos/OWNER/NAME --jq .owner.id`. */
  readonly ownerId: string;
  /** The job's GitHub environment, whose protection rules then guard the role. */
  readonly environment: string;
  /**
   * The workflow file that defines the job, `owner/name/.github/workflows/file.yml@ref`.
   * @default any workflow of the repository
   */
  readonly workflow?: string;
  /** Issuer of the jobs' tokens. @default https://token.actions.githubusercontent.com */
  readonly issuer?: string;
};

/**
 * Who may assume a role with a workflow's token. The subject is compared with both of its forms: by names, and by names
 * with their numbers, which GitHub gives to repositories made or renamed from 15 July 2026 on and to those that opt in.
 * https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
 * AWS compares claims besides the subject for github.com only.
 * https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
 */
export function gitHubTrust(jobs: GitHubJobs, providerArn: string): Statement {
  const { repository, repositoryId, ownerId, environment, workflow, issuer = GITHUB_ISSUER } = jobs;
  const [owner, name] = repository.split("/");
  const claim = (key: string): string => `${issuer.replace("https://", "")}:${key}`;
  // GitHub writes a colon in an environment's name as %3A, as it separates the parts of the subject.
  const place = environment.replaceAll(":", "%3A");
  return {
    Sid: "GitHubJobsAssume",
    Effect: "Allow",
    Principal: { Federated: providerArn },
    Action: ["sts:AssumeRoleWithWebIdentity"],
    Condition: {
      StringEquals: {
        [claim("aud")]: "sts.amazonaws.com",
        [claim("sub")]: [
          `repo:${owner}/${name}:environment:${place}`,
          `repo:${owner}@${ownerId}/${name}@${repositoryId}:environment:${place}`,
        ],
        ...(isGitHubDotCom(issuer)
          ? {
              [claim("repository_id")]: repositoryId,
              [claim("environment")]: environment,
              ...(workflow === undefined ? {} : { [claim("job_workflow_ref")]: workflow }),
            }
          : {}),
      },
    },
  };
}
