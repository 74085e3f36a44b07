import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parseSenderConfig } from "@secret-handoff/lambda/config";
import { type LocalStack, startLocalStack } from "@secret-handoff/local";
import type { SenderEntry } from "@secret-handoff/protocol/api";
import { grantsOfPipeline, pipelineTokenOf } from "../../packages/lambda/src/sender/pipelines.ts";

/** Pipelines whose issuer is not GitHub's. */

const PAGE = { html: "<!doctype html><title>page</title>", contentSecurityPolicy: "default-src 'none'" };
let stack: LocalStack;

beforeAll(async () => {
  stack = await startLocalStack({ page: PAGE });
});
afterAll(() => stack.close());

async function policy(token: string) {
  const response = await fetch(`${stack.url}/v1/sender/policy`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: response.status, body: await response.json() };
}

describe("a token of a trusted issuer", () => {
  test("has the rights of the entry whose claims it has", async () => {
    const { status, body } = await policy(await stack.gitLab.mint(stack.url));
    expect({ status, rights: body.rights }).toEqual({ status: 200, rights: ["send", "check", "revoke"] });
  });

  test.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["of another branch", { ref: "feature" }, "it asks for ref main, and this token has another"],
    ["of another project", { project_path: "mallory/orders" }, "it asks for project_path acme/orders"],
    [
      "without a claim that is asked for",
      { ref: undefined },
      "it asks for ref main, and this token has none",
    ],
    [
      "of a project as long as may be",
      { project_id: "p".repeat(1_024), ref: "feature" },
      "it asks for ref main",
    ],
    ["of a merge request", { pipeline_source: "merge_request_event" }, "may run with somebody else's code"],
    [
      "of a pipeline on a pull request elsewhere",
      { pipeline_source: "external_pull_request_event" },
      "may run with somebody else's code",
    ],
    [
      "of a merge request's child pipeline",
      { pipeline_source: "parent_pipeline", ref_path: "refs/merge-requests/7/head" },
      "a merge request may run with somebody else's code",
    ],
    [
      "of a child pipeline, whose parent it does not tell",
      { pipeline_source: "parent_pipeline" },
      "must name pipeline_source",
    ],
    ["of another project's pipeline", { pipeline_source: "pipeline" }, "must name pipeline_source"],
    [
      "of a source that GitLab has yet to invent",
      { pipeline_source: "telepathy" },
      "must name pipeline_source",
    ],
    [
      "on a merge request's ref, whatever started it",
      { ref_path: "refs/merge-requests/7/merge" },
      "a merge request may run with somebody else's code",
    ],
    ["that does not say what started it", { pipeline_source: undefined }, "it has no pipeline_source"],
    ["that lists the claim among others", { project_path: ["acme/orders"] }, "this token"],
  ])("%s has none, and is told which claim", async (_, claims, sentence) => {
    const { status, body } = await policy(await stack.gitLab.mint(stack.url, claims));
    expect([401, 403]).toContain(status);
    if (status === 403) expect(body.detail).toContain(sentence);
  });

  test.each<[string, Readonly<Record<string, unknown>>]>([
    ["for another service", { aud: "https://other.example.com" }],
    ["that has expired", { exp: 1_700_000_000 }],
    ["that GitHub is said to have issued", { iss: "https://token.actions.githubusercontent.com" }],
    ["of an issuer that nobody trusts", { iss: "https://gitlab.com" }],
    ["without a project", { project_id: undefined }],
    ["whose project steers a screen", { project_path: "acme/\u001b[2J" }],
    ["whose project is longer than a key, in fewer letters", { project_id: "\u{20ac}".repeat(1_000) }],
    ["whose user is longer than any", { user_login: "m".repeat(1_025) }],
  ])("%s is refused", async (_, claims) => {
    expect((await policy(await stack.gitLab.mint(stack.url, claims))).status).toBe(401);
  });

  test("is held against its own issuer's keys only", async () => {
    const forged = await stack.issuer.mint({
      aud: stack.url,
      iss: stack.gitLab.issuer,
      project_id: "4711",
      project_path: "acme/orders",
      ref: "main",
    });
    expect((await policy(forged)).status).toBe(401);
    const alsoForged = await stack.gitLab.mint(stack.url, {
      iss: stack.issuer.issuer,
      repository_id: "1",
      repository: "acme/orders",
    });
    expect((await policy(alsoForged)).status).toBe(401);
  });

  test("does not take the place of a repository with the same number", async () => {
    const token = await stack.gitLab.mint(stack.url);
    const response = await fetch(`${stack.url}/v1/sender/handoffs`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect({ status: response.status, body: await response.json() }).toEqual({
      status: 200,
      body: { handoffs: [] },
    });
  });
});

describe("what may have started a pipeline", () => {
  const issuer = "https://ci.example.com";
  const gitLabs = { project_id: "1", project_path: "acme/orders", ref: "main", pipeline_source: "push" };
  function admits(claims: Readonly<Record<string, unknown>>, named: Readonly<Record<string, string>> = {}) {
    const token = pipelineTokenOf({ issuer, jwksUrl: issuer }, { ...gitLabs, ...claims });
    if (typeof token === "string") throw new Error(`no ${token}`);
    const entry = { issuer, claims: { project_path: "acme/orders", ...named }, may: ["send" as const] };
    return grantsOfPipeline([entry], token).grants.length > 0;
  }

  test.each(["push", "web", "webide", "schedule", "api", "trigger", "chat"])(
    "%s needs no word in the entry",
    (source) => {
      expect(admits({ pipeline_source: source })).toBe(true);
    },
  );

  test.each([
    "merge_request_event",
    "external_pull_request_event",
    "parent_pipeline",
    "pipeline",
    "external",
  ])("%s needs an entry that names it, and no other", (pipeline_source) => {
    expect(admits({ pipeline_source })).toBe(false);
    expect(admits({ pipeline_source }, { pipeline_source })).toBe(true);
    expect(admits({ pipeline_source }, { pipeline_source: "push" })).toBe(false);
  });

  test("a merge request's ref needs an entry for merge requests", () => {
    const merge = { pipeline_source: "merge_request_event", ref_path: "refs/merge-requests/7/head" };
    expect(admits(merge, { pipeline_source: "merge_request_event" })).toBe(true);
    const child = { ...merge, pipeline_source: "parent_pipeline" };
    expect(admits(child, { pipeline_source: "parent_pipeline" })).toBe(false);
  });

  test("is not asked of an issuer that has no such claim", () => {
    const claims = { owner: "organization_id", name: "organization_slug" };
    const token = pipelineTokenOf(
      { issuer, jwksUrl: issuer, claims },
      { organization_id: "1", organization_slug: "acme" },
    );
    if (typeof token === "string") throw new Error(`no ${token}`);
    const entry = { issuer, claims: { organization_slug: "acme" }, may: ["send" as const] };
    expect(grantsOfPipeline([entry], token).grants).toHaveLength(1);
  });
});

describe("a configuration", () => {
  const issuer = "https://gitlab.example.com";
  const issuers = [{ issuer, jwksUrl: `${issuer}/oauth/discovery/keys` }];
  const github = "https://token.actions.githubusercontent.com";
  const parse = (sender: object, more: object = { issuers }) =>
    parseSenderConfig(JSON.stringify({ issuer: github, senders: [sender], ...more }));
  const entry: SenderEntry = { issuer, claims: { project_path: "acme/orders" }, may: ["send"] };

  test("that names issuer and claims is read", () => {
    expect(parse(entry)).toMatchObject({ issuers, senders: [entry] });
  });

  test.each<[string, object, object | undefined, RegExp]>([
    ["an issuer that is not trusted", entry, {}, /not among issuers/],
    [
      "claims that every project has",
      { ...entry, claims: { ref: "main" } },
      undefined,
      /every project of that issuer would match/,
    ],
    ["no claims", { issuer, may: ["send"] }, undefined, /claims/],
    ["empty claims", { ...entry, claims: {} }, undefined, /empty/],
    [
      "claims without an issuer",
      { repositoryId: "1", claims: { a: "b" }, may: ["send"] },
      undefined,
      /without an issuer/,
    ],
    [
      "parts that only GitHub's tokens have",
      { ...entry, ref: "refs/heads/main" },
      undefined,
      /only GitHub's/,
    ],
    ["approvals", { ...entry, may: ["approve"], roles: ["security"] }, undefined, /only GitHub's/],
    [
      "GitHub's issuer again",
      entry,
      { issuers: [...issuers, { issuer: github, jwksUrl: github }] },
      /named twice/,
    ],
  ])("with %s is refused", (_, sender, more, sentence) => {
    expect(() => parse(sender, more)).toThrow(sentence);
  });
});
