import { describe, expect, test } from "@jest/globals";
import { type GitHubJobs, gitHubTrust } from "../../packages/cdktf/src/iam/sender-role.ts";
import { conditionsHold, type PolicyStatement } from "./iam.ts";

const JOBS: GitHubJobs = {
  repository: "example/orders",
  repositoryId: "456789",
  ownerId: "123456",
  environment: "production",
  workflow: "example/orders/.github/workflows/rotate.yml@refs/heads/main",
};
const ISSUER = "token.actions.githubusercontent.com";

/** What STS learns from the token of a job, under the names that policies use. */
function claims(change: Readonly<Record<string, string>> = {}, issuer = ISSUER) {
  const token = {
    aud: "sts.amazonaws.com",
    sub: "repo:example/orders:environment:production",
    repository_id: "456789",
    environment: "production",
    job_workflow_ref: "example/orders/.github/workflows/rotate.yml@refs/heads/main",
    ...change,
  };
  return Object.fromEntries(Object.entries(token).map(([claim, value]) => [`${issuer}:${claim}`, value]));
}

const admits = (jobs: GitHubJobs, context: Readonly<Record<string, string>>) =>
  conditionsHold(gitHubTrust(jobs, "arn:aws:iam::123456789012:oidc-provider/x") as PolicyStatement, context);

describe("the trust of a workflow's role", () => {
  test("admits the job, by the old subject and by the one with numbers", () => {
    expect(admits(JOBS, claims())).toBe(true);
    expect(admits(JOBS, claims({ sub: "repo:example@123456/orders@456789:environment:production" }))).toBe(
      true,
    );
  });

  test.each([
    [
      "another repository of the owner",
      { sub: "repo:example/billing:environment:production", repository_id: "1" },
    ],
    ["a repository that took over the name", { repository_id: "999" }],
    ["an owner that took over the name", { sub: "repo:example@999/orders@456789:environment:production" }],
    ["another environment", { sub: "repo:example/orders:environment:staging", environment: "staging" }],
    ["a job without an environment", { sub: "repo:example/orders:ref:refs/heads/main", environment: "" }],
    ["a pull request", { sub: "repo:example/orders:pull_request", environment: "" }],
    ["another workflow", { job_workflow_ref: "example/orders/.github/workflows/ci.yml@refs/heads/main" }],
    [
      "the workflow on another branch",
      { job_workflow_ref: "example/orders/.github/workflows/rotate.yml@refs/heads/x" },
    ],
    ["a token for another audience", { aud: "https://handoff.example.com" }],
    [
      "an environment whose name contains the subject of another",
      { sub: "repo:example/x:environment:/orders@456789:environment:production" },
    ],
  ])("refuses %s", (_, change) => {
    expect(admits(JOBS, claims(change))).toBe(false);
  });

  test("refuses a token that lacks a claim", () => {
    for (const missing of Object.keys(claims())) {
      const { [missing]: _, ...rest } = claims();
      expect(admits(JOBS, rest)).toBe(false);
    }
  });

  test("holds Enterprise Server to the subject, all that AWS compares there", () => {
    const { workflow: _, ...jobs } = JOBS;
    const issuer = "https://github.example.com/_services/token";
    const place = "github.example.com/_services/token";
    expect(admits({ ...jobs, issuer }, claims({}, place))).toBe(true);
    expect(
      admits({ ...jobs, issuer }, claims({ sub: "repo:example/other:environment:production" }, place)),
    ).toBe(false);
  });

  test("holds the tokens of an enterprise with its own issuer on github.com to every claim", () => {
    const issuer = "https://token.actions.githubusercontent.com/acme";
    const place = "token.actions.githubusercontent.com/acme";
    expect(admits({ ...JOBS, issuer }, claims({}, place))).toBe(true);
    expect(admits({ ...JOBS, issuer }, claims({ repository_id: "999" }, place))).toBe(false);
    expect(admits({ ...JOBS, issuer }, claims())).toBe(false);
  });

  test("compares an environment's colon as GitHub writes it", () => {
    const jobs = { ...JOBS, environment: "prod:eu" };
    const context = claims({ sub: "repo:example/orders:environment:prod%3Aeu", environment: "prod:eu" });
    expect(admits(jobs, context)).toBe(true);
  });
});
