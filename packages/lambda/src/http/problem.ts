import type { Ended } from "@secret-handoff/protocol";
import type { Problem, ProblemCode } from "@secret-handoff/protocol/api";
import { isServerError, isThrottlingError, isTransientError } from "@smithy/core/retry";
import type { Context } from "hono";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { type Log, nameOf } from "../runtime.ts";

const TITLES: Readonly<Record<ProblemCode, readonly [status: ContentfulStatusCode, title: string]>> = {
  malformed: [400, "The request is malformed"],
  unauthenticated: [401, "No valid token"],
  not_allowed: [403, "Not allowed"],
  foreign_origin: [403, "Request from another site"],
  not_approver: [403, "Not an approver"],
  wrong_answer: [403, "Wrong answer"],
  code_needed: [403, "A mailed code is needed"],
  wrong_receipt: [403, "Wrong receipt"],
  not_found: [404, "Not found"],
  method_not_allowed: [405, "Method not allowed"],
  same_person: [409, "The same person"],
  request_ended: [409, "The request has ended"],
  id_taken: [409, "The id is taken"],
  released: [409, "Released already"],
  newer_version: [409, "A newer version was handed over"],
  resend_needed: [409, "Handed over before"],
  claimed: [410, "Opened already"],
  delivered: [410, "Delivered already"],
  unconfirmed: [410, "Opened already"],
  expired: [410, "Expired"],
  revoked: [410, "Revoked"],
  superseded: [410, "Superseded"],
  locked: [410, "Locked"],
  reported: [410, "Reported"],
  too_large: [413, "Too large"],
  unsupported_media_type: [415, "Unsupported media type"],
  approvals: [422, "Approvals are missing"],
  policy: [422, "Policy violation"],
  internal: [500, "Internal error"],
  unavailable: [503, "Unavailable"],
};

type Extensions = Partial<Omit<Problem, "type" | "title" | "status" | "code" | "detail">>;

/** An answer that is a problem (RFC 9457). Thrown where the problem is found, turned into an answer by the app. It holds nothing of the request. */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly code: ProblemCode;
  readonly extensions: Extensions;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    more: {
      readonly extensions?: Extensions;
      readonly headers?: Record<string, string>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, more.cause === undefined ? undefined : { cause: more.cause });
    this.code = code;
    this.extensions = more.extensions ?? {};
    this.headers = more.headers ?? {};
  }

  get status(): number {
    return TITLES[this.code][0];
  }

  /** @param c carries the headers of every answer; none where no app has seen the request */
  toResponse(c?: Context): Response {
    const [status, title] = TITLES[this.code];
    const problem: Problem = {
      type: `urn:secret-handoff:problem:${this.code}`,
      title,
      status,
      code: this.code,
      detail: this.message,
      ...this.extensions,
    };
    const body = JSON.stringify(problem);
    const headers = { "content-type": "application/problem+json", ...this.headers };
    return c
      ? c.body(body, status, headers)
      : new Response(body, { status, headers: { ...OUTSIDE, ...headers } });
  }
}

/** What every answer has, where no app has set it. */
const OUTSIDE = { "cache-control": "no-store", "x-content-type-options": "nosniff" } as const;

/** Same bytes for an unknown id, a wrong link token and an id of another shape. */
export function notFound(): ProblemError {
  return new ProblemError(
    "not_found",
    "There is no handoff for this link. Check that the whole link was copied.",
  );
}

const ENDINGS: Readonly<Record<Ended, string>> = {
  claimed: "This link has been opened already, and only the browser that opened it can read it again.",
  delivered: "This link has been opened, and the secret was received.",
  unconfirmed: "This link has been opened already.",
  expired: "This link has expired unread. Ask the sender for a new one.",
  revoked: "The sender has withdrawn this link.",
  superseded: "A newer link has taken this one's place. Look for a later mail from the sender.",
  locked: "This link is locked after too many tries. Ask the sender for a new one.",
  reported: "This link was reported and destroyed. The sender has been told.",
};

/** 410, with why and since when (Unix seconds). */
export function gone({
  state,
  changedAt,
  leaseUntil,
}: {
  readonly state: Ended;
  readonly changedAt: number;
  readonly leaseUntil?: number;
}): ProblemError {
  const extensions = leaseUntil === undefined ? { changedAt } : { changedAt, leaseUntil };
  return new ProblemError(state, ENDINGS[state], { extensions });
}

/** Turns an error into an answer. It is logged by name, because the messages of other parties may quote what they were given. */
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
  if (isUpstreamFailure(error)) {
    return new ProblemError("unavailable", "A service that this one depends on is unavailable. Try again.", {
      headers: { "retry-after": "2" },
      cause: error,
    });
  }
  return new ProblemError("internal", "The service failed. The error has been logged.", { cause: error });
}

/**
 * Throttled, timed out or unreachable: a retry can succeed. Errors that an AWS service blames on its caller, such as a missing
 * permission or a disabled key, stay until somebody repairs the deployment.
 */
function isUpstreamFailure(error: unknown): boolean {
  return isError(error) && (isThrottlingError(error) || isTransientError(error) || isServerError(error));
}

/** Any error will do: the SDK's tables check by themselves for what only its own errors have. */
function isError(error: unknown): error is Parameters<typeof isServerError>[0] {
  return error instanceof Error;
}
