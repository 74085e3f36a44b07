import { describe, expect, test } from "@jest/globals";
import { OperatorEntry, SenderEntry } from "@secret-handoff/protocol/api";
import * as v from "valibot";
import {
  type GitHubClaims,
  grantsOfPrincipal,
  grantsOfToken,
  may,
  rightsOf,
} from "../../packages/lambda/src/sender/rights.ts";

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
    ["a comment of anybody's", {}, { event_name: "issue_comment" }, false],
    ["a merge queue", {}, { event_name: "merge_group" }, false],
    ["a repository of the owner", { repositoryId: undefined, ownerId: "9" }, {}, true],
    ["a repository of another owner", { repositoryId: undefined, ownerId: "8" }, {}, false],
    ["id and owner must both match", { ownerId: "8" }, {}, false],
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
    expect(may(grantsOfToken([entry(parts)], seen), "send")).toBe(admitted);
  });
});

test("an empty list admits nobody", () => {
  expect(rightsOf(grantsOfToken([], claims))).toEqual([]);
});

test("rights add up over entries, and each right holds for the classes of the entries that give it", () => {
  const narrow = entry({ classes: ["internal-tool"] });
  const both = grantsOfToken([narrow, entry({ may: ["audit"] })], claims);
  expect(rightsOf(both)).toEqual(["send", "audit"]);
  expect([
    may(both, "send", "internal-tool"),
    may(both, "send", "api-key"),
    may(both, "audit", "api-key"),
  ]).toEqual([true, false, true]);
  expect(may(grantsOfToken([narrow, entry({})], claims), "send", "api-key")).toBe(true);
});

describe("a refusal names the part of the nearest entry that did not match", () => {
  test.each<[string, readonly object[], Partial<GitHubClaims>, string]>([
    ["environment", [{ environment: "staging" }], {}, "environment staging, and this job has production"],
    ["no environment", [{ environment: "staging" }], { environment: undefined }, "and this job has none"],
    [
      "ref",
      [{ ref: "refs/heads/main" }],
      { ref: "refs/heads/fix" },
      "ref refs/heads/main, and this is refs/heads/fix",
    ],
    ["event", [{ events: ["schedule"] }], {}, "events schedule, and this is workflow_dispatch"],
    ["foreign input", [{}], { event_name: "issue_comment" }, "must list issue_comment under events"],
    ["an event that strangers cause", [{}], { event_name: "issues" }, "must list issues under events"],
    ["an event that GitHub adds later", [{}], { event_name: "somebody_waved" }, "must list somebody_waved"],
    ["workflow", [{ workflow: "a.yml" }], {}, "workflow a.yml, and this is octo/orders/"],
    [
      "the nearest of several",
      [{ environment: "staging", ref: "refs/heads/x" }, { ref: "refs/tags/v1" }],
      {},
      "ref refs/tags/v1",
    ],
    [
      "the repository",
      [{ repositoryId: "43", environment: "secret-plan" }],
      {},
      "No entry names repository octo/orders (id 42)",
    ],
  ])("%s", (_, entries, overrides, sentence) => {
    const { mismatch } = grantsOfToken(entries.map(entry), { ...claims, ...overrides } as GitHubClaims);
    expect(mismatch).toContain(sentence);
    // What another repository's entry asks for is nobody else's business.
    expect(mismatch).not.toContain("secret-plan");
  });
});

describe("an operators entry admits", () => {
  const operator = (principal: string) => v.parse(OperatorEntry, { principal, may: ["revoke"] });
  const session = "arn:aws:sts::123456789012:assumed-role/Security/ana@example.com";
  test.each<[string, string, string, boolean]>([
    ["every session of a role", "arn:aws:iam::123456789012:role/Security", session, true],
    ["a role under a path", "arn:aws:iam::123456789012:role/aws-reserved/sso/Security", session, true],
    ["one session, where it names one", session, session, true],
    ["no other session then", session, session.replace("ana", "bob"), false],
    ["no role that only begins alike", "arn:aws:iam::123456789012:role/Sec", session, false],
    ["no role of that name in another account", "arn:aws:iam::999999999999:role/Security", session, false],
    [
      "no role of that name in another partition",
      "arn:aws-cn:iam::123456789012:role/Security",
      session,
      false,
    ],
    ["a user", "arn:aws:iam::123456789012:user/team/ana", "arn:aws:iam::123456789012:user/team/ana", true],
    ["no session that is named like a user", "arn:aws:iam::123456789012:user/ana", session, false],
    ["no session by a pattern", "arn:aws:iam::123456789012:role/.*", session, false],
  ])("%s", (_, listed, principal, admitted) => {
    expect(may(grantsOfPrincipal([operator(listed)], principal), "revoke")).toBe(admitted);
  });
});

test("an entry that names no repository is refused when the list is read", () => {
  expect(v.safeParse(SenderEntry, { environment: "production", may: "send" }).success).toBe(false);
});
