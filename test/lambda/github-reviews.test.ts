import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Loopback, serveLoopback } from "@secret-handoff/local";
import { parseSenderConfig } from "../../packages/lambda/src/handlers/environment.ts";
import { askGitHub } from "../../packages/lambda/src/sender/github-reviews.ts";

/** GitHub answers what `answer` makes; `elsewhere` is a host that would say whatever an attacker likes. */
let github: Loopback;
let elsewhere: Loopback;
let answer: (request: Request) => Response;
const asked: { readonly host: string; readonly authorization: string | null; readonly path: string }[] = [];

const approvedBy = (login: string, environment = "approve-security") => ({
  state: "approved",
  user: { login, id: 7 },
  environments: [{ name: environment }],
});

beforeAll(async () => {
  const noting = (host: string, reply: (request: Request) => Response) => (request: Request) => {
    const authorization = request.headers.get("authorization");
    asked.push({ host, authorization, path: new URL(request.url).pathname });
    return reply(request);
  };
  github = await serveLoopback(async (request) => noting("github", (r) => answer(r))(request));
  elsewhere = await serveLoopback(async (request) =>
    noting("elsewhere", () => Response.json([approvedBy("mallory")]))(request),
  );
});
afterAll(() => Promise.all([github.close(), elsewhere.close()]));

const job = { repository: "octo/orders", run: "42", environment: "Approve-Security" };
const ask = (reply: typeof answer) => {
  answer = reply;
  return askGitHub(github.url)(job, "ghs_token");
};

test("the reviewers are those who approved this environment, whatever the case of its name", async () => {
  const reviews = [
    approvedBy("kim"),
    approvedBy("lee", "another"),
    { ...approvedBy("max"), state: "rejected" },
    { ...approvedBy("nobody"), user: null },
  ];
  expect(await ask(() => Response.json(reviews))).toEqual({ reviewers: [{ login: "kim", id: 7 }] });
  expect(asked.at(-1)).toEqual({
    host: "github",
    authorization: "Bearer ghs_token",
    path: "/repos/octo/orders/actions/runs/42/approvals",
  });
});

test("a redirect is not followed: the token goes nowhere else, and nobody else is believed", async () => {
  const before = asked.length;
  await expect(ask(() => Response.redirect(`${elsewhere.url}/approvals`, 302))).rejects.toMatchObject({
    code: "unavailable",
  });
  expect(asked.slice(before).map(({ host }) => host)).toEqual(["github"]);
});

test.each<[string, () => Response, string]>([
  ["401", () => new Response("{}", { status: 401 }), "does not know the job's token"],
  ["403", () => new Response("{}", { status: 403 }), "actions: read"],
  ["404", () => new Response("{}", { status: 404 }), "actions: read"],
  ["no review", () => Response.json([]), "no review of this run"],
])("%s leaves the reviewer unknown, and says why", async (_, reply, why) => {
  expect(await ask(reply)).toEqual({ unknown: expect.stringContaining(why) });
});

test.each<[string, () => Response]>([
  ["an error of GitHub", () => new Response("{}", { status: 502 })],
  ["a page", () => new Response("<html>", { status: 200 })],
  ["another shape", () => Response.json({ reviewers: ["kim"] })],
  ["too much", () => new Response("x".repeat(1_100_000))],
])("%s is told as unavailable, and holds no token", async (_, reply) => {
  const error: unknown = await ask(reply).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unavailable" });
  expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain("ghs_token");
});

describe("a token goes to the GitHub of its issuer", () => {
  test.each([
    ["https://token.actions.githubusercontent.com", "https://api.github.com"],
    ["https://token.actions.githubusercontent.com/acme", "https://api.github.com"],
    ["https://github.example.com/_services/token", "https://github.example.com/api/v3"],
    ["https://token.actions.acme.ghe.com", "https://api.acme.ghe.com"],
  ])("%s has its API at %s", (issuer, api) => {
    expect(parseSenderConfig(JSON.stringify({ issuer, senders: [] })).githubApi).toBe(api);
  });
});
