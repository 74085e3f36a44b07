import { request } from "@octokit/request";
import { SenderError } from "@secret-handoff/sdk";
import type { StepContext } from "../step-context.ts";

/** The issue that a step comments on, and the token that may. */
export type IssueChoice = {
  readonly number: number;
  /** With `issues: write`. */
  readonly token: string;
};

const TIMEOUT_MS = 10_000;

/**
 * Comments on an issue of the run's repository. What was done stays done: a comment that cannot be written is a warning.
 * @param markdown holds no secret, link or address
 */
export async function commentOn(
  issue: IssueChoice | undefined,
  markdown: string,
  context: StepContext,
): Promise<void> {
  if (!issue) return;
  try {
    await write(issue, markdown, context);
    context.workflow.info(`Commented on issue ${issue.number}.`);
  } catch (error) {
    context.workflow.warning(sentenceOf(error, issue));
  }
}

async function write(
  { number, token }: IssueChoice,
  markdown: string,
  { env, run, runtime }: StepContext,
): Promise<void> {
  const [owner = "", repo = ""] = run.repository.split("/");
  await request("POST /repos/{owner}/{repo}/issues/{issue_number}/comments", {
    baseUrl: env.GITHUB_API_URL || "https://api.github.com",
    ...{ owner, repo, issue_number: number, body: markdown },
    headers: { authorization: `Bearer ${token}`, "x-github-api-version": "2022-11-28" },
    request: { fetch: runtime.fetch, signal: AbortSignal.timeout(TIMEOUT_MS) },
  });
}

/** Of GitHub's answer only the status is shown: its message may repeat what was sent. */
function sentenceOf(error: unknown, { number }: IssueChoice): string {
  const status = error instanceof Error && "status" in error ? Number(error.status) : 0;
  const why = status >= 400 && status < 600 ? `GitHub answered ${status}` : "GitHub did not answer";
  const advice =
    status === 403 || status === 404 || status === 401
      ? "Give the job issues: write, set github-token, and check issue-number."
      : "Look at GitHub's status page.";
  return `The comment on issue ${number} could not be written: ${why}. ${advice}`;
}

/** @throws SenderError `input` where one of the two is missing */
export function issueChoice(
  number: number | undefined,
  token: { readonly reveal: () => string } | undefined,
): IssueChoice | undefined {
  if (number === undefined) return undefined;
  if (token) return { number, token: token.reveal() };
  throw new SenderError(
    "input",
    "issue-number needs github-token, to comment on the issue. Set it to a token with issues: write.",
  );
}
