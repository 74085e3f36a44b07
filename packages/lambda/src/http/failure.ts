import type { Context } from "hono";
import { type Log, nameOf } from "../log.ts";
import { ProblemError } from "./problem.ts";

/** Turns what was thrown into an answer. What failed is logged by name: messages of others may quote what they were given. */
export function answerFailure(error: unknown, c: Context, log: Log): Response {
  const problem = asProblem(error);
  if (problem.status >= 500) {
    log({
      level: "error",
      what: "request_failed",
      route: c.req.routePath,
      status: problem.status,
      error: nameOf(error),
    });
  }
  return problem.toResponse(c);
}

function asProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (isBehindUs(error)) {
    return new ProblemError("unavailable", "Something behind this service does not answer. Try again.", {
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
  return new ProblemError("internal", "The service made a mistake; it has been logged.", { cause: error });
}

/**
 * Throttled, timed out or out of reach: a later try can succeed. What an AWS service blames its caller for, such as a role that may
 * not or a key that is disabled, stays as it is until somebody mends the deployment.
 */
function isBehindUs(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ("$fault" in error) {
    return (
      error.$fault === "server" || /Throttl|ProvisionedThroughput|RequestLimit|TooMany|Busy/.test(error.name)
    );
  }
  return (
    "$metadata" in error || ("code" in error && /^(ECONN|ENOTFOUND|EPIPE|ETIMEDOUT)/.test(String(error.code)))
  );
}
