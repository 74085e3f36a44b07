import { boundedText } from "@secret-handoff/protocol/bounded-body";
import { type Deadline, withAttemptLimit } from "../runtime/deadline.ts";
import { networkFault } from "../runtime/network.ts";
import { retry, retryAfterMs, TransientError } from "../runtime/retry.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { SenderError } from "../sender-error.ts";
import { jsonOrUndefined } from "../sources/json.ts";

/** Where the runner issues tokens; both are set only with `id-token: write`. */
export type TokenEndpoint = { readonly url: string; readonly bearer: string };

const ATTEMPT_MS = 10_000;
/** Bytes; a token is a few thousand. */
const LONGEST_ANSWER = 200_000;

/**
 * The runner's id-token endpoint, from the environment.
 * https://docs.github.com/actions/reference/security/oidc#methods-for-requesting-the-oidc-token
 * @throws SenderError `id_token`
 */
export function tokenEndpoint(env: Readonly<Record<string, string | undefined>>): TokenEndpoint {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = env;
  if (url && bearer) {
    if (URL.canParse(url)) return { url, bearer };
    throw new SenderError(
      "id_token",
      "ACTIONS_ID_TOKEN_REQUEST_URL is not a URL. The runner sets it: look whether a step or the runner's environment overwrites it.",
    );
  }
  throw new SenderError(
    "id_token",
    "This job may not request an OIDC token. Add id-token: write to its permissions; workflows of forked pull requests cannot have it.",
  );
}

/**
 * Fetches a token for one audience. Node's own fetch instead of @actions/core's client: it obeys the step's deadline, and an
 * HTTP stack of its own would be half of the bundle.
 * @param audience the service's exact origin
 * @throws SenderError `id_token`
 */
export function fetchIdToken(
  { url, bearer }: TokenEndpoint,
  audience: string,
  deadline: Deadline,
  runtime: Runtime,
): Promise<string> {
  const target = new URL(url);
  target.searchParams.set("audience", audience);
  return retry(
    async () => {
      let response: Response;
      let body: unknown;
      try {
        [response, body] = await withAttemptLimit(ATTEMPT_MS, deadline, async ({ signal }) => {
          const answer = await runtime.fetch(target, {
            headers: { authorization: `Bearer ${bearer}`, accept: "application/json" },
            redirect: "error",
            signal,
          });
          const tooLong = () => new TypeError("the answer is too long");
          return [answer, jsonOrUndefined(await boundedText(answer, LONGEST_ANSWER, tooLong))];
        });
      } catch (cause) {
        if (deadline.hard.aborted) throw deadline.hard.reason;
        const fault = networkFault(cause);
        const reason = fault
          ? `${target.host} cannot be reached: ${fault.reason} (${fault.code})`
          : undefined;
        const final = failure(
          reason ?? "the request did not get through",
          fault?.advice("the runner's network"),
          cause,
        );
        throw fault && !fault.transient ? final : new TransientError(final);
      }
      if (response.status === 429 || response.status >= 500) {
        throw new TransientError(failure(`it answered ${response.status}`), {
          afterMs: retryAfterMs(response.headers.get("retry-after"), runtime.now()),
        });
      }
      if (/^text\/html\b/.test(response.headers.get("content-type") ?? "")) {
        throw failure(
          `${target.host} answered ${response.status} with a web page, so a proxy or a firewall answers in its place`,
          "Let the runner reach that host directly.",
        );
      }
      const token = isObject(body) ? body.value : undefined;
      if (!response.ok || typeof token !== "string" || token === "")
        throw failure(`it answered ${response.status}`);
      return token;
    },
    deadline,
    runtime,
  );
}

const AGAIN = "Run the job again; if it fails again, look at GitHub's status page.";

function failure(what: string, advice = AGAIN, cause?: unknown): SenderError {
  return new SenderError("id_token", `GitHub did not issue an OIDC token: ${what}. ${advice}`, { cause });
}

function isObject(value: unknown): value is { readonly value?: unknown } {
  return typeof value === "object" && value !== null;
}
