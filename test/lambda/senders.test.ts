import { describe, expect, test } from "@jest/globals";
import { SenderEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";
import { type GitHubClaims, grantOf } from "../../packages/lambda/src/sender/senders.ts";

const claims: GitHubClaims = {
  repository: "octo/orders",
  repository_id: "42",
  repository_owner_id: "9",
  ref: "refs/heads/main",
  event_name: "workflow_dispatch",
  workflow_ref: "octo/orders/.github/workflows/rotate.yml@refs/heads/main",
  run_id: "1001",
  run_attempt: "1",
  actor: "ana",
  environment: "production",
};

const entry = (parts: object): SenderEntry =>
  v.parse(SenderEntry, { repositoryId: "42", may: "send", ...parts });

describe("an entry admits a token whose claims match every part it names", () => {
  const cases: readonly (readonly [
    name: string,
    parts: object,
    claims: Partial<GitHubClaims>,
    admitted: boolean,
  ])[] = [
    ["the repository id", {}, {}, true],
    ["another repository id", {}, { repository_id: "43" }, false],
    [
      "the repository's name, whatever its case",
      { repositoryId: undefined, repository: "Octo/Orders" },
      {},
      true,
    ],
    [
      "another repository with the same prefix",
      { repositoryId: undefined, repository: "octo/order" },
      {},
      false,
    ],
    ["id and name must both match", { repository: "octo/other" }, {}, false],
    ["the environment", { environment: "production" }, {}, true],
    ["another environment", { environment: "staging" }, {}, false],
    ["a token without environment", { environment: "production" }, { environment: undefined }, false],
    ["the repository's own workflow", { workflow: ".github/workflows/rotate.yml" }, {}, true],
    ["another workflow", { workflow: ".github/workflows/test.yml" }, {}, false],
    ["a path that only begins alike", { workflow: ".github/workflows/rotate" }, {}, false],
    [
      "a reusable workflow of another repository",
      { workflow: "octo/platform/.github/workflows/hand-off.yml" },
      { job_workflow_ref: "octo/platform/.github/workflows/hand-off.yml@v1" },
      true,
    ],
    [
      "its own path, run by a reusable workflow",
      { workflow: ".github/workflows/rotate.yml" },
      { job_workflow_ref: "octo/platform/.github/workflows/hand-off.yml@v1" },
      false,
    ],
    [
      "the workflow at the ref that it names",
      { workflow: ".github/workflows/rotate.yml@refs/heads/main" },
      {},
      true,
    ],
    [
      "a branch whose name begins with that ref",
      { workflow: ".github/workflows/rotate.yml@refs/heads/main" },
      { workflow_ref: "octo/orders/.github/workflows/rotate.yml@refs/heads/main@x" },
      false,
    ],
    [
      "a file whose name begins with that path",
      { workflow: ".github/workflows/rotate.yml" },
      { workflow_ref: "octo/orders/.github/workflows/rotate.yml@x.yml@refs/heads/main" },
      false,
    ],
    [
      "a branch with an @ that the entry names",
      { workflow: ".github/workflows/rotate.yml@refs/heads/main@x" },
      { workflow_ref: "octo/orders/.github/workflows/rotate.yml@refs/heads/main@x" },
      true,
    ],
    ["the ref", { ref: "refs/heads/main" }, {}, true],
    ["another ref", { ref: "refs/heads/main" }, { ref: "refs/heads/fix" }, false],
    ["a pull request", {}, { event_name: "pull_request" }, false],
    ["a pull request from a fork", {}, { event_name: "pull_request_target" }, false],
    [
      "a review of a pull request",
      {},
      { event_name: "pull_request_review", ref: "refs/pull/7/merge" },
      false,
    ],
    [
      "a review of a pull request that the entry lists",
      { events: ["pull_request_review"] },
      { event_name: "pull_request_review", ref: "refs/pull/7/merge" },
      true,
    ],
    ["a workflow started by another", {}, { event_name: "workflow_run" }, false],
    [
      "a workflow_run that the entry lists",
      { events: ["workflow_run"] },
      { event_name: "workflow_run" },
      true,
    ],
    ["an event that the entry does not list", { events: ["schedule"] }, {}, false],
  ];
  test.each(cases)("%s", (_, parts, overrides, admitted) => {
    const seen = { ...claims, ...overrides } as GitHubClaims;
    expect(grantOf([entry(parts)], seen).rights.has("send")).toBe(admitted);
  });
});

test("an empty list admits nobody", () => {
  expect(grantOf([], claims).rights.size).toBe(0);
});

test("rights add up over entries, and classes bind only where every sending entry names them", () => {
  const narrow = entry({ classes: ["internal-tool"] });
  expect(grantOf([narrow, entry({ may: ["audit"] })], claims)).toEqual({
    rights: new Set(["send", "audit"]),
    classes: new Set(["internal-tool"]),
  });
  expect(grantOf([narrow, entry({})], claims).classes).toBeUndefined();
});

test("an entry that names no repository is refused when the list is read", () => {
  expect(v.safeParse(SenderEntry, { environment: "production", may: "send" }).success).toBe(false);
});
