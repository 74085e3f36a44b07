import * as v from "valibot";
import { type Loopback, serveLoopback } from "../loopback.ts";
import { DEFAULT_JOB, numberOf } from "./job.ts";

/**
 * A stand-in for the one call of GitHub's REST API that the service makes: who reviewed a run's deployments to protected
 * environments. It answers as github/rest-api-description has it (operation actions/get-reviews-for-run, schema
 * environment-approvals, version 2022-11-28) for an app's installation token, which is what a job's GITHUB_TOKEN is.
 *
 * Any token may read, but for the two below. `PUT /local/runs/{id}/approvals` sets what it answers for a run.
 */
type GitHubApi = Loopback;

/** GitHub does not know it: 401. */
export const BAD_TOKEN = "ghs_bad-credentials";
/** Of a job without `actions: read`: 403. */
export const TOKEN_WITHOUT_ACTIONS = "ghs_without-actions-read";

const name = v.pipe(v.string(), v.minLength(1));

/** A review: as GitHub answers it, or in short, such as `{"user":"kim-acme","environments":["production"]}`. */
const Review = v.object({
  user: v.union([name, v.object({ login: name, id: v.optional(v.number()) })]),
  state: v.optional(v.picklist(["approved", "rejected", "pending"]), "approved"),
  environments: v.optional(v.array(v.union([name, v.object({ name })])), []),
  comment: v.optional(v.string(), ""),
});
type Review = v.InferOutput<typeof Review>;

/** The reviews of a run, alone or with the repository that the run is of (any, where it is left out). */
const RunReviews = v.union([
  v.pipe(
    v.array(Review),
    v.transform((approvals) => ({ approvals, repository: undefined })),
  ),
  v.object({ approvals: v.array(Review), repository: v.optional(name) }),
]);
type RunReviews = v.InferOutput<typeof RunReviews>;

export async function startGitHubApi(): Promise<GitHubApi> {
  const runs = new Map<string, RunReviews>([
    [DEFAULT_JOB.run, { approvals: [], repository: DEFAULT_JOB.repository }],
  ]);
  const api = await serveLoopback(async (request, { pathname }) => {
    const [, set] = /^\/local\/runs\/(\d+)\/approvals$/.exec(pathname) ?? [];
    if (set !== undefined) return request.method === "PUT" ? setReviews(runs, set, request) : notAllowed();
    const [, repository = "", run = ""] =
      /^\/repos\/([^/]+\/[^/]+)\/actions\/runs\/(\d+)\/approvals$/.exec(pathname) ?? [];
    if (request.method !== "GET" || run === "") return failure(404, "Not Found");
    const refused = refusal(request);
    if (refused) return refused;
    const found = runs.get(run);
    const other = found?.repository && found.repository.toLowerCase() !== repository.toLowerCase();
    if (!found || other) return failure(404, "Not Found");
    return Response.json(found.approvals.map((review) => fullReview(review, api.url, repository)));
  });
  return api;
}

async function setReviews(runs: Map<string, RunReviews>, run: string, request: Request): Promise<Response> {
  const parsed = v.safeParse(RunReviews, await request.json().catch(() => undefined));
  if (!parsed.success) return failure(400, "The body is no list of reviews, nor {repository, approvals}.");
  runs.set(run, parsed.output);
  return new Response(null, { status: 204 });
}

/** Without a token a private repository does not exist. */
function refusal(request: Request): Response | undefined {
  const [, token] = /^(?:bearer|token) (\S+)$/i.exec(request.headers.get("authorization") ?? "") ?? [];
  switch (token) {
    case undefined:
      return failure(404, "Not Found");
    case BAD_TOKEN:
      return failure(401, "Bad credentials");
    case TOKEN_WITHOUT_ACTIONS:
      return failure(403, "Resource not accessible by integration");
    default:
      return undefined;
  }
}

function fullReview({ user, state, environments, comment }: Review, api: string, repository: string) {
  return {
    state,
    comment,
    environments: environments.map((environment) =>
      fullEnvironment(typeof environment === "string" ? environment : environment.name, api, repository),
    ),
    user: typeof user === "string" ? fullUser(user, api) : fullUser(user.login, api, user.id),
  };
}

function fullEnvironment(name: string, api: string, repository: string) {
  const id = Number(numberOf(`${repository} ${name}`));
  return {
    id,
    node_id: nodeId("Environment", id),
    name,
    url: `${api}/repos/${repository}/environments/${encodeURIComponent(name)}`,
    html_url: `https://github.com/${repository}/deployments/activity_log?environments_filter=${encodeURIComponent(name)}`,
    created_at: "2026-01-05T09:00:00Z",
    updated_at: "2026-01-05T09:00:00Z",
  };
}

/** GitHub's schema simple-user. */
function fullUser(login: string, api: string, known?: number) {
  const id = known ?? Number(login === DEFAULT_JOB.actor ? DEFAULT_JOB.actorId : numberOf(login));
  const url = `${api}/users/${login}`;
  return {
    login,
    id,
    node_id: nodeId("User", id),
    avatar_url: `https://avatars.githubusercontent.com/u/${id}?v=4`,
    gravatar_id: "",
    url,
    html_url: `https://github.com/${login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: "User",
    site_admin: false,
  };
}

function nodeId(type: string, id: number): string {
  return Buffer.from(`0${type.length}:${type}${id}`).toString("base64");
}

function failure(status: number, message: string): Response {
  const documentation = "https://docs.github.com/rest/actions/workflow-runs";
  return Response.json(
    { message, documentation_url: documentation, status: String(status) },
    { status, headers: { "x-github-media-type": "github.v3; format=json" } },
  );
}

function notAllowed(): Response {
  return new Response(null, { status: 405, headers: { allow: "PUT" } });
}
