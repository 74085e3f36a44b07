import { SENDER_ANSWER_LIMIT } from "@secret-handoff/protocol/api";
import { boundedText } from "@secret-handoff/protocol/bounded-body";
import { Concealed } from "../redact.ts";
import { type Deadline, withAttemptLimit } from "../runtime/deadline.ts";
import { networkFault } from "../runtime/network.ts";
import type { Pace } from "../runtime/pace.ts";
import { retry, retryAfterMs, TransientError } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import { jsonOrUndefined } from "../sources/json.ts";
import type { RequestSigner } from "./iam-signer.ts";
import { readProblem, type ServiceResponse, unavailable } from "./service-errors.ts";

/** One request to the service; `body` is sent as it is, the same bytes every time. */
export type ServiceRequest = {
  readonly origin: string;
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly body: string | undefined;
};

/** One attempt takes no longer than this, ms. */
const ATTEMPT_MS = 15_000;

/** What proves who calls: a token that the service verifies, or the signature of an IAM principal, which API Gateway does. */
export type Credentials = TokenSource | RequestSigner;

/** Where a request goes, and what proves who sends it. */
async function addressed(
  { origin, method, path, body }: ServiceRequest,
  credentials: Credentials,
  deadline: Deadline,
): Promise<{ readonly url: URL; readonly proof: Readonly<Record<string, string>> }> {
  if (typeof credentials === "function") {
    const token = await credentials(deadline);
    return { url: new URL(origin + path), proof: { authorization: `Bearer ${token.reveal()}` } };
  }
  const url = new URL(`${origin}/iam${path}`);
  return { url, proof: await credentials.sign({ method, url, body }) };
}

/**
 * Sends a request until it is answered by something other than 429 or 5xx. Redirects are not followed: the token belongs to
 * one origin.
 * @param pace that of all requests to this service
 * @throws SenderError `service_unreachable`, `service_unavailable`, `not_a_service`, or why the step ended
 */
export async function request(
  sent: ServiceRequest,
  credentials: Credentials,
  deadline: Deadline,
  runtime: Runtime,
  pace: Pace,
): Promise<ServiceResponse> {
  const { origin, method, body } = sent;
  let tries = 0;
  const send = async () => {
    tries += 1;
    const { url, proof } = await addressed(sent, credentials, deadline);
    return withAttemptLimit(ATTEMPT_MS, deadline, async ({ signal, timedOut }) => {
      try {
        const response = await runtime.fetch(url, {
          method,
          redirect: "manual",
          signal,
          headers: {
            accept: "application/json, application/problem+json",
            ...proof,
            ...(body === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(body === undefined ? {} : { body }),
        });
        return parseResponse(
          origin,
          response,
          await boundedText(
            response,
            SENDER_ANSWER_LIMIT,
            () =>
              new SenderError(
                "not_a_service",
                (say) => `The service's answer is longer than any it gives. Check ${say("endpoint")}.`,
              ),
          ),
          runtime,
        );
      } catch (error) {
        throw networkFailure(error, origin, deadline, timedOut());
      }
    });
  };
  return { ...(await retry(send, deadline, runtime, { pace })), repeated: tries > 1 };
}

function parseResponse(origin: string, response: Response, text: string, runtime: Runtime): ServiceResponse {
  const { status, headers } = response;
  const type = headers.get("content-type") ?? "";
  const json = /^application\/(problem\+)?json\b/.test(type) ? jsonOrUndefined(text) : undefined;
  const problem = readProblem(json);
  const webPage = /^text\/html\b/.test(type) ? { webPage: titleIn(text) } : {};
  if (status === 429 || status >= 500) {
    throw new TransientError(unavailable(origin, { status, problem, ...webPage }), {
      afterMs: retryAfterMs(headers.get("retry-after"), runtime.now()),
      kind: status === 429 ? "throttled" : "brief",
    });
  }
  if (status >= 300 && status < 400) {
    throw new SenderError(
      "not_a_service",
      (say) => `${origin} redirects elsewhere. Set ${say("endpoint")} to the service's own address.`,
    );
  }
  const date = Date.parse(headers.get("date") ?? "");
  const clockAhead = Number.isNaN(date) ? 0 : (runtime.now() - date) / 1_000;
  return { status, json, problem, ...webPage, clockAhead };
}

function networkFailure(error: unknown, origin: string, deadline: Deadline, timedOut: boolean): Error {
  if (deadline.hard.aborted && deadline.hard.reason instanceof SenderError) return deadline.hard.reason;
  if (error instanceof SenderError || error instanceof TransientError) return error;
  if (timedOut) {
    return new TransientError(
      new SenderError(
        "service_unreachable",
        (say) =>
          `${origin} did not answer within ${ATTEMPT_MS / 1_000} seconds. Check ${say("endpoint")}, and that this machine may connect to it.`,
      ),
    );
  }
  const fault = networkFault(error);
  const reason = fault ? `: ${fault.reason} (${fault.code})` : "";
  const advice = fault?.advice ?? ((address) => `Check ${address}, and that this machine may connect to it.`);
  const final = new SenderError(
    "service_unreachable",
    (say) => `${origin} cannot be reached${reason}. ${advice(say("endpoint"))}`,
    { cause: error },
  );
  return fault && !fault.transient ? final : new TransientError(final);
}

function titleIn(html: string): string {
  return /<title[^>]*>([^<]*)/i.exec(html.slice(0, 20_000))?.[1]?.trim() ?? "";
}

/** Gives a bearer token that is valid for the next minute at least. */
export type TokenSource = (deadline: Deadline) => Promise<Concealed<string>>;

const FRESH_FOR_MS = 60_000;

/**
 * Keeps a token until it is near its expiry, then fetches another. Callers at the same time share one fetch.
 * @param fetchToken gives a new JWT
 */
export function cachedToken(
  fetchToken: (deadline: Deadline) => Promise<string>,
  runtime: Pick<Runtime, "now">,
): TokenSource {
  let kept: { readonly token: Concealed<string>; readonly until: number } | undefined;
  let underWay: Promise<Concealed<string>> | undefined;
  return async (deadline) => {
    if (kept && kept.until - runtime.now() > FRESH_FOR_MS) return kept.token;
    underWay ??= fetchToken(deadline)
      .then((jwt) => {
        const token = new Concealed(jwt);
        kept = { token, until: expiryOf(jwt) };
        return token;
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** The exp claim in ms: it only decides when to fetch again. 0 when there is none. */
function expiryOf(jwt: string): number {
  const { exp } = jwtClaims(jwt);
  return typeof exp === "number" ? exp * 1_000 : 0;
}

/**
 * The claims of a JWT, unverified: good for a hint, never for a decision about trust.
 * @returns nothing in it where the text is no JWT
 */
export function jwtClaims(jwt: string): Readonly<Record<string, unknown>> {
  const [, payload = ""] = jwt.split(".");
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    return typeof claims === "object" && claims !== null ? { ...claims } : {};
  } catch {
    return {};
  }
}
