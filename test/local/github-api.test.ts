import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { BAD_TOKEN, DEFAULT_JOB, startGitHubApi, TOKEN_WITHOUT_ACTIONS } from "@secret-handoff/local";

let api: Awaited<ReturnType<typeof startGitHubApi>>;
beforeAll(async () => {
  api = await startGitHubApi();
});
afterAll(() => api.close());

const RUN = "17402286200";

async function reviews(run: string, { repository = "acme/orders", token = "ghs_token" } = {}) {
  const response = await fetch(`${api.url}/repos/${repository}/actions/runs/${run}/approvals`, {
    headers: {
      accept: "application/vnd.github+json",
      ...(token ? { authorization: `Bearer ${token}` } : {}),
    },
  });
  return { status: response.status, body: await response.json() };
}

async function set(run: string, body: unknown) {
  const response = await fetch(`${api.url}/local/runs/${run}/approvals`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return response.status;
}

test("the default job's run has not been reviewed", async () => {
  expect(await reviews(DEFAULT_JOB.run)).toEqual({ status: 200, body: [] });
});

test("answers what was set for a run, in GitHub's shape", async () => {
  expect(
    await set(RUN, [
      { user: "kim-acme", environments: ["approve-security"] },
      { user: { login: "lee-acme", id: 7 }, state: "rejected", environments: [{ name: "x" }], comment: "no" },
    ]),
  ).toBe(204);
  const { status, body } = await reviews(RUN);
  expect(status).toBe(200);
  expect(body).toMatchObject([
    {
      state: "approved",
      comment: "",
      user: { login: "kim-acme", id: Number(DEFAULT_JOB.actorId), type: "User", site_admin: false },
      environments: [{ name: "approve-security", url: expect.stringContaining("/repos/acme/orders/") }],
    },
    { state: "rejected", comment: "no", user: { login: "lee-acme", id: 7 } },
  ]);
});

/** github/rest-api-description, schemas environment-approvals and simple-user: what they require. */
test("has every part that GitHub's description requires", async () => {
  await set(RUN, [{ user: "kim-acme", environments: ["production"] }]);
  const [review] = (await reviews(RUN)).body;
  expect(Object.keys(review).sort()).toEqual(["comment", "environments", "state", "user"]);
  expect(Object.keys(review.environments[0]).sort()).toEqual(
    ["created_at", "html_url", "id", "name", "node_id", "updated_at", "url"].sort(),
  );
  expect(Object.keys(review.user)).toEqual(
    expect.arrayContaining([
      ...["avatar_url", "events_url", "followers_url", "following_url", "gists_url", "gravatar_id"],
      ...["html_url", "id", "node_id", "login", "organizations_url", "received_events_url", "repos_url"],
      ...["site_admin", "starred_url", "subscriptions_url", "type", "url"],
    ]),
  );
});

test("a run of one repository is unknown under another", async () => {
  await set(RUN, { repository: "acme/billing", approvals: [] });
  expect((await reviews(RUN, { repository: "Acme/Billing" })).status).toBe(200);
  expect((await reviews(RUN)).status).toBe(404);
});

describe("refuses as GitHub does", () => {
  test.each([
    ["no token, for a private repository does not exist then", "", 404, "Not Found"],
    ["a token that GitHub does not know", BAD_TOKEN, 401, "Bad credentials"],
    ["a token without actions: read", TOKEN_WITHOUT_ACTIONS, 403, "Resource not accessible by integration"],
  ])("%s", async (_, token, status, message) => {
    expect(await reviews(DEFAULT_JOB.run, { token })).toMatchObject({
      status,
      body: { message, status: String(status), documentation_url: expect.stringMatching(/^https:/) },
    });
  });

  test("an unknown run", async () => {
    expect((await reviews("1")).status).toBe(404);
  });
});

test("what is no list of reviews is refused, and changes nothing", async () => {
  await set(RUN, [{ user: "kim-acme" }]);
  expect(await set(RUN, [{ login: "kim-acme" }])).toBe(400);
  expect((await reviews(RUN)).body).toHaveLength(1);
});
