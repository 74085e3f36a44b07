import type { Deadline } from "../runtime/deadline.ts";
import { attempt } from "../runtime/deadline.ts";
import { retry, retryAfterMs, TransientError } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import type { TokenSource } from "./sender-token.ts";
import { readProblem, type ServiceProblem } from "./service-answers.ts";

/** One request to the service; `body` is sent as it is, the same bytes every time. */
export type Exchange = {
  readonly origin: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body: string | undefined;
};

/** What came back. `json` is undefined where the body is empty or none. */
export type Answer = {
  readonly status: number;
  readonly json: unknown;
  readonly problem: ServiceProblem | undefined;
};

/** One attempt takes no longer than this, ms. */
const ATTEMPT_MS = 15_000;
/** No answer of the service is longer, bytes. */
const LONGEST_ANSWER = 2_000_000;

/**
 * Sends a request until it is answered by something other than 429 or 5xx. Redirects are not followed: the token belongs to
 * one origin.
 * @throws SenderError `service_unreachable`, `service_unavailable`, `not_a_service`, or why the step ended
 */
export function exchange(
  request: Exchange,
  tokens: TokenSource,
  deadline: Deadline,
  runtime: Runtime,
): Promise<Answer> {
  return retry(
    async () => {
      const token = await tokens(deadline);
      return attempt(ATTEMPT_MS, deadline, async ({ signal, timedOut }) => {
        let response: Response;
        let text: string;
        try {
          response = await runtime.fetch(`${request.origin}${request.path}`, {
            method: request.method,
            redirect: "manual",
            signal,
            headers: {
              accept: "application/json, application/problem+json",
              authorization: `Bearer ${token.reveal()}`,
              ...(request.body === undefined ? {} : { "content-type": "application/json" }),
            },
            ...(request.body === undefined ? {} : { body: request.body }),
          });
          text = await boundedText(response);
        } catch (error) {
          throw networkFailure(error, request.origin, deadline, timedOut());
        }
        return parseResponse(request.origin, response, parseJson(response, text), runtime);
      });
    },
    deadline,
    runtime,
  );
}

function parseResponse(origin: string, response: Response, json: unknown, runtime: Runtime): Answer {
  const { status } = response;
  const problem = readProblem(json);
  if (status === 429 || status >= 500) {
    const said = problem ? ` ${problem.detail}` : "";
    throw new TransientError(
      new SenderError(
        "service_unavailable",
        `${origin} answered ${status} again and again.${said} Try again later, or ask whoever runs the service.`,
      ),
      { afterMs: retryAfterMs(response.headers.get("retry-after"), runtime.now()) },
    );
  }
  if (status >= 300 && status < 400) {
    throw new SenderError(
      "not_a_service",
      `${origin} redirects elsewhere. Set endpoint to the service's own address.`,
    );
  }
  return { status, json, problem };
}

function networkFailure(error: unknown, origin: string, deadline: Deadline, timedOut: boolean): Error {
  if (deadline.hard.aborted && deadline.hard.reason instanceof SenderError) return deadline.hard.reason;
  if (error instanceof SenderError) return error;
  if (timedOut) {
    return new TransientError(
      new SenderError(
        "service_unreachable",
        `${origin} did not answer within ${ATTEMPT_MS / 1_000} seconds. Check endpoint, and that the runner may connect to it.`,
      ),
    );
  }
  const code = causeCode(error);
  if (code !== undefined && /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|ERR_TLS/.test(code)) {
    return new SenderError(
      "service_unreachable",
      `${origin} shows a certificate that the runner does not trust (${code}). Check endpoint and the service's certificate.`,
      { cause: error },
    );
  }
  return new TransientError(
    new SenderError(
      "service_unreachable",
      `${origin} cannot be reached${code === undefined ? "" : ` (${code})`}. Check endpoint, and that the runner may connect to it.`,
      { cause: error },
    ),
  );
}

/** Node's fetch hides the system's error code in `cause`. */
function causeCode(error: unknown): string | undefined {
  const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined;
  const code = typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : undefined;
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > LONGEST_ANSWER) {
      throw new SenderError(
        "not_a_service",
        "The service's answer is longer than any it gives. Check endpoint.",
      );
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** The JSON of a body that says it is JSON. */
function parseJson(response: Response, text: string): unknown {
  if (!/^application\/(problem\+)?json\b/.test(response.headers.get("content-type") ?? "")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The sentence for an answer that is a refusal. What the service says in `detail` is passed on. */
export function toError(origin: string, answer: Answer): SenderError {
  const { problem } = answer;
  if (!problem) return unexpectedResponse(origin, answer);
  switch (problem.code) {
    case "unauthenticated":
      return new SenderError(
        "unauthenticated",
        `${origin} does not accept this workflow's token: ${problem.detail} Check that endpoint is the service's exact address.`,
      );
    case "not_allowed":
      return new SenderError(
        "not_allowed",
        `This workflow may not send through ${origin}: ${problem.detail} Ask whoever runs the service to add it to the senders list.`,
      );
    case "policy":
      return new SenderError(
        "policy",
        `The service's policy refuses this handoff: ${[...problem.broken.map(({ detail }) => detail), ...(problem.broken.length === 0 ? [problem.detail] : [])].join(" ")}`,
      );
    case "resend_needed":
      return new SenderError(
        "resend_needed",
        "This version was handed over before, and that handoff ended locked or reported. Find out why, then set resend: true.",
      );
    case "newer_version":
      return new SenderError(
        "newer_version",
        "A newer version of this secret was handed over already, so this older one is not. Run again to read the newest version.",
      );
    case "released":
      return new SenderError(
        "released",
        "The handoff was opened already, so it cannot be revoked. Rotate the secret if that was wrong.",
      );
    case "too_large":
      return new SenderError(
        "too_large",
        "The service finds the handoff too large. Hand the secrets over in several steps.",
      );
    default:
      return new SenderError(
        "service_refused",
        `${origin} refused the request (${answer.status} ${problem.code}): ${problem.detail}`,
      );
  }
}

/** The sentence for an answer that no secret-handoff service gives. */
export function unexpectedResponse(origin: string, { status }: Answer): SenderError {
  return new SenderError(
    "not_a_service",
    `${origin} answered ${status}, but not as a secret-handoff service does. Check endpoint.`,
  );
}
