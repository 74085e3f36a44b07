import { type Loopback, serveLoopback } from "@secret-handoff/local";
import * as v from "valibot";

/** An issue as the calls have left it. */
export type Issue = {
  readonly title: string;
  readonly body: string;
  readonly comments: string[];
  state: string;
};

export type GitHubIssues = Loopback & {
  /** By their numbers, from 1. */
  readonly issues: Map<number, Issue>;
  /** Opens one, as a person does. */
  readonly open: (title: string, body: string) => number;
};

const Comment = v.strictObject({ body: v.pipe(v.string(), v.minLength(1), v.maxLength(65_536)) });
const Opened = v.strictObject({ title: v.pipe(v.string(), v.minLength(1)), ...Comment.entries });
const Closed = v.strictObject({
  state: v.literal("closed"),
  state_reason: v.picklist(["completed", "not_planned"]),
});

/**
 * A stand-in for the part of GitHub's REST API that issues need: create, comment, close.
 * https://docs.github.com/rest/issues
 * @param token with `issues: write`; any other is refused, as GitHub refuses a job that may not
 */
export async function startGitHubIssues(repository: string, token: string): Promise<GitHubIssues> {
  const issues = new Map<number, Issue>();
  const open = (title: string, body: string) => {
    const number = issues.size + 1;
    issues.set(number, { title, body, comments: [], state: "open" });
    return number;
  };
  const answers: Readonly<Record<string, (body: unknown, issue: Issue) => object>> = {
    "POST comments": (body, { comments }) => ({ id: comments.push(v.parse(Comment, body).body) }),
    "PATCH ": (body, issue) => {
      issue.state = v.parse(Closed, body).state;
      return { state: issue.state };
    },
  };
  const server = await serveLoopback(async (request, { pathname }) => {
    const [, number, of = ""] =
      new RegExp(`^/repos/${repository}/issues(?:/(\\d+))?(?:/(comments))?$`).exec(pathname) ?? [];
    if (!pathname.startsWith(`/repos/${repository}/issues`)) return failure(404);
    if (request.headers.get("authorization") !== `Bearer ${token}`) return failure(403);
    const body = await request.json();
    if (number === undefined) {
      const opened = v.parse(Opened, body);
      return Response.json({ number: open(opened.title, opened.body) }, { status: 201 });
    }
    const issue = issues.get(Number(number));
    const answer = answers[`${request.method} ${of}`];
    if (!issue || !answer) return failure(404);
    return Response.json(answer(body, issue), { status: request.method === "POST" ? 201 : 200 });
  });
  return { ...server, issues, open };
}

function failure(status: number): Response {
  return Response.json({ message: "refused" }, { status });
}
