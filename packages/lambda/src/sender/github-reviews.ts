import { boundedText } from "@secret-handoff/protocol/bounded-body";
import * as v from "valibot";
import { ProblemError } from "../http/problem.ts";

/** Which run, and which of its environments; both from the verified token, never from the caller. */
type ReviewedJob = {
  /** `owner/name` */
  readonly repository: string;
  readonly run: string;
  readonly environment: string;
};

type Reviewer = { readonly login: string; readonly id: number };

/**
 * What GitHub says of who let the job's run into its environment: those who approved, or why that cannot be known, as the end of a
 * sentence.
 */
type Reviews = { readonly reviewers: readonly Reviewer[] } | { readonly unknown: string };

/** Asks GitHub once. @param token the job's GITHUB_TOKEN, used for that call alone */
export type AskReviews = (job: ReviewedJob, token: string) => Promise<Reviews>;

/** https://docs.github.com/rest/actions/workflow-runs#get-the-review-history-for-a-workflow-run */
const ReviewHistory = v.array(
  v.object({
    state: v.string(),
    environments: v.array(v.object({ name: v.optional(v.string()) })),
    user: v.nullish(v.object({ login: v.pipe(v.string(), v.minLength(1)), id: v.number() })),
  }),
);

const TIMEOUT_MS = 5_000;
/** Bytes. Ten reviews take some 30 kB. */
const LONGEST_ANSWER = 1_000_000;

/**
 * Asks the REST API at `api`, and nobody else: the address is the deployment's, and a redirect is not followed, for the token would go
 * along, and whoever answered would be believed.
 * @param api `https://api.github.com`, or `https://HOST/api/v3` of GitHub Enterprise Server
 */
export function askGitHub(api: string, fetch: typeof globalThis.fetch = globalThis.fetch): AskReviews {
  return async ({ repository, run, environment }, token) => {
    const [owner = "", name = ""] = repository.split("/").map(encodeURIComponent);
    const path = `/repos/${owner}/${name}/actions/runs/${encodeURIComponent(run)}/approvals`;
    let answer: { readonly status: number; readonly text: string };
    try {
      const response = await fetch(`${api}${path}`, {
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
        headers: {
          accept: "application/vnd.github+json",
          authorization: `Bearer ${token}`,
          "user-agent": "secret-handoff",
          "x-github-api-version": "2022-11-28",
        },
      });
      answer = {
        status: response.status,
        text: await boundedText(response, LONGEST_ANSWER, () => new Error("the answer is too long")),
      };
    } catch {
      // No cause: an error of the network may describe the request, and the token with it.
      throw unavailable();
    }
    const { status, text } = answer;
    if (status === 401) return { unknown: "GitHub does not know the job's token" };
    if (status === 403 || status === 404) {
      return { unknown: "the job's token may not read the run: give the job actions: read" };
    }
    if (status !== 200) throw unavailable();
    const history = v.safeParse(ReviewHistory, parseJson(text));
    if (!history.success) throw unavailable();
    const wanted = environment.toLowerCase();
    const reviewers = history.output.flatMap(({ state, environments, user }) =>
      state === "approved" && user && environments.some((each) => each.name?.toLowerCase() === wanted)
        ? [user]
        : [],
    );
    return reviewers.length > 0
      ? { reviewers }
      : { unknown: `GitHub shows no review of this run for environment ${environment}` };
  };
}

function unavailable(): ProblemError {
  return new ProblemError("unavailable", "GitHub's API gave no answer about the run's reviews. Try again.", {
    headers: { "retry-after": "5" },
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
